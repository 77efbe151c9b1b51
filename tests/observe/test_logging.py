"""Log lines: one per event, readable by machines, and never forged."""

from __future__ import annotations

import json
import logging
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

import pytest

from connector.domain.policy import Mode
from connector.observe.events import Event
from connector.observe.hooks import LogAlerts
from connector.observe.logging import configure_logging
from connector.ports.alerts import Alerts
from tests.observe.support import CANARY, LAYOUTS, Journal, fail_with


def test_a_line_is_json_with_plain_values() -> None:
    """Amounts, dates and words of our own arrive as people write them."""
    journal = Journal()
    journal.log.info(
        Event.PLAN_MADE,
        plan="p1",
        amount=Decimal("10.10"),
        on=date(2026, 1, 2),
        mode=Mode.ACT,
        accounts=(1, 2),
        late=False,
        at=datetime(2026, 1, 2, tzinfo=UTC),
        nothing=None,
    )
    line = journal.last
    assert list(line)[:4] == ["timestamp", "level", "event", "logger"]
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "plan.made",
        "level": "info",
        "logger": "connector.test",
        "plan": "p1",
        "amount": "10.10",
        "on": "2026-01-02",
        "mode": "act",
        "accounts": [1, 2],
        "late": False,
        "at": "2026-01-02 00:00:00+00:00",
        "nothing": None,
    }


def test_text_is_for_people() -> None:
    """Time, level, event, details; quotes only where needed."""
    journal = Journal("text")
    journal.log.warning(Event.PLAN_WAITING, account=7, sentence="not yet", empty="", plan="p1")
    (line,) = journal.lines
    assert line.split(" ", 1)[1] == (
        'warning plan.waiting account=7 sentence="not yet" empty="" plan=p1'
    )


def test_a_detail_called_exception_is_only_a_detail() -> None:
    """A text under that name is shown as it is."""
    journal = Journal("text")
    journal.log.info(Event.CYCLE_FAILED, exception="none at all")
    assert journal.lines[0].endswith('exception="none at all"')


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "evil",
    [
        "x\n2026-01-01T00:00:00Z info plan.closed",
        "x\r\nforged",
        "x\x1b[2Kforged",
        "x\u2028forged",
        "x\x85forged",
        "x\u202eforged",
        "x\x00\x7fforged",
        "x\ud800forged",
    ],
)
def test_no_value_forges_a_line(layout: Literal["json", "text"], evil: str) -> None:
    """An account's name is written by strangers; it stays within its line, visible."""
    journal = Journal(layout)
    journal.log.info(Event.LINK_CHANGED, name=evil, **{evil: "as a name"})
    logging.getLogger("library").warning("said %s", evil)
    journal.log.info(evil)
    assert len(journal.lines) == 3
    assert all(line.isprintable() for line in journal.lines)
    assert journal.text.count("forged") + journal.text.count("plan.closed") == 4


def test_the_level_counts_and_can_change() -> None:
    """A reload may call for more or fewer lines, and never doubles them."""
    journal = Journal()
    configure_logging("warning", "json", stream=journal.stream)
    journal.log.info(Event.CYCLE_DONE)
    journal.log.warning(Event.CYCLE_FAILED)
    logging.getLogger("library").info("chatter")
    assert [json.loads(line)["event"] for line in journal.lines] == ["cycle.failed"]


@pytest.mark.parametrize(
    "name", ["httpx", "httpcore.http11", "apscheduler.scheduler", "sqlalchemy.engine"]
)
def test_talkative_libraries_are_quiet(name: str) -> None:
    """Their lines hold addresses with tokens, even at our most talkative; their warnings remain."""
    journal = Journal()
    logging.getLogger(name).info("HTTP Request: GET https://splynx.test/api/2.0/x")
    assert journal.lines == []
    logging.getLogger(name).warning("pool is full")
    assert journal.last["event"] == "pool is full"


def test_a_traceback_has_no_locals() -> None:
    """It names type, words and places; what variables held stays out."""
    journal = Journal()
    try:
        fail_with("hush-hush")
    except RuntimeError:
        journal.log.exception(Event.CYCLE_FAILED)
    (failure,) = journal.last["exception"]
    assert failure["exc_type"] == "RuntimeError"
    assert failure["frames"][-1]["name"] == "fail_with"
    assert "hush-hush" not in journal.text
    assert not any(frame.get("locals") for frame in failure["frames"])


def test_a_traceback_in_text_is_one_line() -> None:
    """The chain in short, each with its place; a line break in the words forges nothing."""
    journal = Journal("text")
    try:
        try:
            fail_with("hush-hush")
        except RuntimeError as error:
            raise ValueError("first\nsecond") from error
    except ValueError:
        logging.getLogger("library").exception("broke")
    (line,) = journal.lines
    assert "ValueError: first\\nsecond (" in line
    assert " in fail_with)" in line
    assert "hush-hush" not in line


def test_a_line_that_cannot_be_rendered_spills_nothing() -> None:
    """A wrong format string is a bug; its arguments may still be secrets."""
    journal = Journal()
    logging.getLogger("library").warning(*("%d of %d", CANARY))
    assert journal.last["event"] == "line.lost"
    assert journal.last["place"].startswith("test_logging:")
    assert CANARY not in journal.text


def test_an_alert_is_an_error_line_to_watch_for() -> None:
    """Event, sentence and details, marked as alert."""
    journal = Journal()
    alerts: Alerts = LogAlerts()
    alerts.alert(Event.WRITES_FROZEN, "Family 7 is frozen; run doctor.", account=7, cookie=CANARY)
    line = journal.last
    assert line["event"] == "writes.frozen"
    assert (line["level"], line["alert"]) == ("error", True)
    assert line["sentence"] == "Family 7 is frozen; run doctor."
    assert (line["account"], line["cookie"]) == (7, "[redacted]")
