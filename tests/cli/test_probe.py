"""``doctor --probe`` on a sandbox: what it finds, what it refuses, and what it leaves behind."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.server import RunningSandbox
from tests.cli.support import Result, Shell, Site

KEPT: dict[str, object] = {
    "texts": "keep",
    "text_room": 0,
    "lost_texts": [],
    "binds_notes": True,
    "ignored_filters": [],
}


@pytest.fixture
def untried(shell: Shell, bare_site: Site) -> Site:
    """A site in act mode that was never probed, with a customer made for tests."""
    customer = bare_site.control("POST", "test-customer")["customer_id"]
    shell.set(PLATFORM__PROBE_ACCOUNT=str(customer))
    return bare_site


def customer_of(site: Site) -> int:
    """The customer made for tests."""
    (number,) = site.box.world.test_customers
    return number


def probe(site: Site, customer: int | None = None) -> Result:
    """Probe it, or another."""
    return site.run(
        "doctor", "--probe", str(customer or customer_of(site)), "--by", "anna", "--json"
    )


def verdicts(result: Result, start: str = "proof: ") -> dict[str, str]:
    """Name and verdict of the checks whose names begin so."""
    return {
        check["name"].removeprefix(start): check["verdict"]
        for check in result.document["checks"]
        if check["name"].startswith(start)
    }


def told(result: Result, name: str) -> dict[str, Any]:
    """One check by its name."""
    found: dict[str, Any] = next(c for c in result.document["checks"] if c["name"] == name)
    return found


def writes(box: RunningSandbox) -> list[str]:
    """Writes that the platform saw, logins left out."""
    return [
        f"{row['method']} {str(row['path']).partition('/admin/')[2]}"
        for row in box.world.requests
        if row["method"] not in {"GET", "HEAD", "OPTIONS"} and "auth/tokens" not in str(row["path"])
    ]


def test_a_probe_proves_and_opens_the_gate(untried: Site) -> None:
    """Five writes to the test customer, who ends as it began; then merges are carried out."""
    untried.link_all()
    untried.control("POST", "charge")
    before = untried.run("doctor", "--json")
    assert told(before, "marks")["verdict"] == "warn"
    assert "platform.probe_account" in told(before, "marks")["mend"]
    assert untried.run("sync").code == 1
    assert "only observing: no mark of ours was ever read back" in untried.run("status").out
    assert writes(untried.box) == []
    done = probe(untried)
    assert done.code == 0, done.out
    assert set(verdicts(done).values()) == {"ok"}
    assert len(verdicts(done)) == 8
    invoice, mark, note, block, activation = writes(untried.box)
    assert block == activation == f"PUT customers/customer/{customer_of(untried)}"
    assert (invoice, note) == ("POST finance/invoices", "POST finance/credit-notes")
    assert mark.startswith("PUT finance/invoices/")
    assert untried.run("status").code == 0
    assert untried.run("sync").code == 0
    assert len(writes(untried.box)) > 5
    report = untried.control("GET", "audit")
    assert report["ok"], report["findings"]
    history = untried.run("history", str(customer_of(untried))).out
    assert "anna" in history


@pytest.mark.parametrize(
    ("switches", "lost"),
    [
        ({"texts": "trim"}, set()),
        ({"texts": "crlf"}, set()),
        ({"texts": "strip"}, set()),
        ({"texts": "escape"}, {"memo that is changed"}),
        ({"text_room": 110}, {"memo of a new invoice", "memo that is changed", "marks in lists"}),
        ({"lost_texts": ["new_invoice.memo"]}, {"memo of a new invoice"}),
        ({"lost_texts": ["invoice.memo"]}, {"memo that is changed"}),
        ({"lost_texts": ["credit_note.note"]}, {"note of a credit note", "marks in lists"}),
        ({"binds_notes": False}, {"credit note settles"}),
        ({"ignored_filters": ["customer_id"]}, {"filters"}),  # every reading notices that itself
    ],
)
def test_each_lost_capability_is_told_and_keeps_the_gate_shut(
    untried: Site, switches: dict[str, object], lost: set[str]
) -> None:
    """Whatever got lost, the customer owes nothing, or it is said what to clear away."""
    untried.control("POST", "switch", **switches)
    done = probe(untried)
    assert {name for name, verdict in verdicts(done).items() if verdict == "fail"} == lost
    assert done.code == (1 if lost else 0)
    untried.control("POST", "switch", **KEPT)
    untried.link_all()
    untried.control("POST", "charge")
    seen = len(writes(untried.box))
    untried.run("sync")
    assert (len(writes(untried.box)) > seen) is (lost <= {"filters"})
    settled = told(done, "probe")
    left = [row["rule"] for row in untried.control("GET", "audit")["findings"]]
    assert left == (["trial_left_open"] if "binds_notes" in switches else [])
    assert ("delete both by hand" in settled["sentence"]) is bool(left)


def test_it_is_refused_for_all_but_the_one_customer(untried: Site) -> None:
    """Named in the settings, and on the command line; and nobody's, and owing nothing."""
    other = probe(untried, 1)
    assert other.code == 1
    assert "platform.probe_account names" in told(other, "probe")["sentence"]
    untried.shell.set(PLATFORM__PROBE_ACCOUNT="2")
    untried.link_all()
    assert "account 2 is linked" in told(probe(untried, 2), "probe")["sentence"]
    untried.shell.set(PLATFORM__PROBE_ACCOUNT="1")
    assert "account 1 is linked" in told(probe(untried, 1), "probe")["sentence"]
    untried.shell.set(PLATFORM__PROBE_ACCOUNT="4711")
    assert "is not on the platform" in told(probe(untried, 4711), "probe")["sentence"]
    customer = customer_of(untried)
    untried.shell.set(PLATFORM__PROBE_ACCOUNT=str(customer))
    untried.control("POST", "pay", customer_id=customer, amount="5")
    assert "has a balance of" in told(probe(untried), "probe")["sentence"]
    assert writes(untried.box) == []


def test_frozen_means_frozen(untried: Site) -> None:
    """A probe is no way around it."""
    untried.run("freeze", "month end", "--by", "ben")
    assert untried.run("sync").code == 1
    assert "all writes are frozen" in told(probe(untried), "probe")["sentence"]
    assert writes(untried.box) == []


def test_a_probe_that_was_cut_off_is_taken_up_again(untried: Site) -> None:
    """A permission was missing: with it, the same probe goes on and settles its invoice."""
    untried.control("POST", "switch", deny=[["finance/credit-notes", "add"]])
    cut = probe(untried)
    assert cut.code == 77
    assert "run the same probe again" in told(cut, "probe")["mend"]
    assert "under way" in untried.run("status").out
    assert untried.run("sync").code == 1  # the service leaves probes alone
    untried.control("POST", "switch", deny=[])
    done = probe(untried)
    while done.code == 75:  # it waits a little after a denial
        done = probe(untried)
    assert done.code == 0, done.out
    marks = [line for line in writes(untried.box) if line.startswith("PUT finance/invoices/")]
    assert len(marks) == 1
    assert untried.control("GET", "audit")["ok"]


def test_a_doubt_of_a_probe_is_read_back(untried: Site) -> None:
    """An answer that never came; no second invoice."""
    fault = {"method": "POST", "path_regex": "invoices", "kind": "http_500_after_commit"}
    untried.control("POST", "switch", fault=fault)
    done = probe(untried)
    assert done.code == 0, done.out
    assert writes(untried.box).count("POST finance/invoices") == 1


def test_it_warns_when_the_release_is_another(untried: Site, shell: Shell) -> None:
    """What was proven may have changed with it."""
    assert probe(untried).code == 0
    shell.set(PLATFORM__RELEASE="4.3")
    seen = untried.run("doctor", "--json")
    assert told(seen, "proof")["verdict"] == "warn"
    assert told(seen, "proof")["sentence"] == "probed on Splynx 5.1, and 4.3 is seen now"
