"""The sandbox as a process: one line when ready, a clean end on SIGTERM."""

import json
import signal
import subprocess
import sys
from urllib.request import urlopen

import pytest

from connector.sandbox.server import RunningSandbox
from tests.sandbox.conftest import make_family


@pytest.mark.slow
def test_a_process_announces_itself_and_ends_cleanly() -> None:
    """It accepts connections when it says so, and SIGTERM ends it with exit code 0."""
    command = [sys.executable, "-m", "connector.sandbox", "--families", "2", "--seed", "9"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        with urlopen(ready["control_url"] + "/state", timeout=10) as answer:  # noqa: S310 - our own http address
            state = json.loads(answer.read())
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert set(ready) == {"base_url", "control_url", "key", "secret"}
    assert (state["seed"], state["counts"]["customers"]) == (9, 8)


def test_the_control_api_lists_itself_and_refuses_the_rest(box: RunningSandbox) -> None:
    """Every endpoint has a line of help; wrong names and arguments are told."""
    listing = box.control("GET", "")
    assert isinstance(listing, dict)
    assert all(listing.values())
    assert "POST /control/advance" in listing
    for path, body in (
        ("nothing", {}),
        ("pay", {"customer_id": 99}),
        ("advance", {"days": "some"}),
        ("family/native", {"sub_id": 1}),
        ("edit", {"resource": "invoices", "id": 1, "changes": {}}),
    ):
        with pytest.raises(Exception, match="error"):
            box.control("POST", path, body)


def test_links_and_families_are_told(box: RunningSandbox) -> None:
    """As JSON and as an import file; a link can be taken back."""
    main, subs = make_family(box, "aggregated", "independent")
    wanted = f"main_id,sub_id,mode\n{main},{subs[0]},aggregated\n{main},{subs[1]},independent\n"
    assert box.control("GET", "links.csv") == wanted
    box.control("POST", "link", {"sub_id": subs[1], "mode": "none"})
    listed = [{"id": subs[0], "mode": "aggregated"}]
    families = box.control("GET", "families")
    assert families == [{"main_id": main, "name": "Payer", "subs": listed}]
