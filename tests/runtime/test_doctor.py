"""``doctor`` check by check, against a sandbox: verdict, exit code and mend."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from connector.config import Settings
from connector.runtime.checks import Check, Verdict
from connector.runtime.doctor import config_ok, config_problem, examine
from connector.sandbox.server import RunningSandbox, SandboxOptions
from tests.runtime.setup import settings

OK, WARN, FAIL = Verdict.OK, Verdict.WARN, Verdict.FAIL


def checks(told: Settings) -> dict[str, Check]:
    """The last check of each name."""
    return {check.name: check for check in examine(told)}


def test_a_new_installation_lacks_only_links(box: RunningSandbox, tmp_path: Path) -> None:
    """A warning, which tells how to get them."""
    found = checks(settings(box, tmp_path))
    assert {name for name, check in found.items() if check.verdict is not OK} == {"links"}
    assert found["links"].verdict is WARN
    assert "links import" in found["links"].mend
    assert {check.exit_code for check in found.values()} == {0}


def test_with_native_links_they_are_made_elsewhere(box: RunningSandbox, tmp_path: Path) -> None:
    """The mend says where."""
    found = checks(settings(box, tmp_path, more='[links]\nauthority = "native"'))
    assert found["links"].mend == "link accounts in Splynx"
    assert found["capabilities"].verdict is OK


@pytest.mark.parametrize("mode", ["observe", "propose", "act"])
def test_the_mode_is_told_in_words(box: RunningSandbox, tmp_path: Path, mode: str) -> None:
    """So that nobody wonders why nothing is written."""
    assert checks(settings(box, tmp_path, mode=mode))["mode"].sentence.startswith(mode)


def test_no_host_ends_the_questions_to_it(box: RunningSandbox, tmp_path: Path) -> None:
    """Store and mode are checked all the same."""
    found = checks(settings(box, tmp_path, base_url="http://127.0.0.1:9"))
    assert set(found) == {"store", "reach", "mode"}
    assert (found["reach"].verdict, found["reach"].exit_code) == (FAIL, 69)


def test_a_wrong_key_is_told_apart_from_a_dead_host(box: RunningSandbox, tmp_path: Path) -> None:
    """It answers, but not to us; with the platform's clock even the day is unknown then."""
    told = settings(box, tmp_path)
    box.world.secret = "other"
    box.world.key = "f" * 32
    found = checks(told)
    assert found["reach"].verdict is OK
    assert (found["login"].verdict, found["login"].exit_code) == (FAIL, 77)
    assert "permission: invoices list" not in found


def test_something_else_behind_the_address(box: RunningSandbox, tmp_path: Path) -> None:
    """A web server, but no Splynx: reached it is, and yet not what we want."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:
        thread = Thread(target=other.serve_forever)
        thread.start()
        found = checks(settings(box, tmp_path, base_url=f"http://127.0.0.1:{other.server_port}"))
        other.shutdown()
        thread.join()
    assert found["reach"].verdict is FAIL
    assert "login" not in found


def test_months_between_the_clocks_are_a_failure(box: RunningSandbox, tmp_path: Path) -> None:
    """The sandbox lives in January."""
    found = checks(settings(box, tmp_path, clock="wall"))
    assert found["clock"].verdict is FAIL
    assert "seconds" in found["clock"].sentence


def test_a_release_without_links_of_its_own(tmp_path: Path) -> None:
    """Cannot be the authority on them."""
    with RunningSandbox(SandboxOptions(release="4.3", families=1)) as old:
        found = checks(settings(old, tmp_path, more='[links]\nauthority = "native"\n'))
    assert found["capabilities"].verdict is FAIL
    assert found["release"].sentence == "Splynx 4.3"


def test_a_store_that_cannot_be_made(box: RunningSandbox, tmp_path: Path) -> None:
    """Nothing else is asked."""
    told = settings(box, tmp_path)
    (tmp_path / "state.sqlite3").write_text("this is no database, though long enough to be read")
    found = checks(told)
    assert [(check.name, check.verdict) for check in found.values()] == [("store", FAIL)]


def test_a_store_address_that_names_no_file(box: RunningSandbox, tmp_path: Path) -> None:
    """A problem of the configuration."""
    told = settings(box, tmp_path)
    wrong = told.model_copy(
        update={"store": told.store.model_copy(update={"url": "mysql://localhost/x"})}
    )
    found = checks(wrong)
    assert (found["config"].verdict, found["config"].exit_code) == (FAIL, 78)


def test_configuration_checks_of_their_own(box: RunningSandbox, tmp_path: Path) -> None:
    """For what was found before there were settings, and when there are."""
    assert config_problem("mode is missing").exit_code == 78
    assert config_ok(settings(box, tmp_path)).verdict is OK
