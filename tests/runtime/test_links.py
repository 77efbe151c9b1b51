"""Bringing links in: all or nothing, or the good ones; and nothing twice."""

from __future__ import annotations

from datetime import date

from connector.domain.accounts import AccountStatus, BillingMode
from connector.domain.ids import AccountId
from connector.domain.snapshot import Quarantined
from connector.runtime.links import ImportReport, end_link, import_links, live_links, parse_csv
from tests.build import account, billing
from tests.runtime.rig import Rig

TODAY = date(2026, 1, 10)
NEXT_CYCLE = date(2026, 2, 1)


def bring_in(rig: Rig, *lines: str, partial: bool = False) -> ImportReport:
    """Import lines of a link file."""
    rows, problems = parse_csv("main_id,sub_id,mode\n" + "\n".join(lines))
    return import_links(rig.service, rows, problems, by="ada", partial=partial)


def links(rig: Rig, on: date = TODAY) -> dict[int, tuple[int, str]]:
    """Main and mode by sub, on a day."""
    return {row.sub_id: (row.main_id, row.mode.value) for row in live_links(rig.service, on)}


def accounts(rig: Rig, *numbers: int) -> None:
    """Plain accounts."""
    rig.world.add(*(account(number) for number in numbers))


def test_good_links_are_recorded_and_their_families_due(rig: Rig) -> None:
    """From today on, under the name of who brought them."""
    accounts(rig, 1, 2, 3, 5, 6)
    report = bring_in(rig, "1,2,aggregated", "1,3,independent", "5,6,aggregated")
    assert (report.lines, report.recorded, report.unchanged, report.problems) == (3, 3, 0, ())
    assert links(rig) == {2: (1, "aggregated"), 3: (1, "independent"), 6: (5, "aggregated")}
    assert links(rig, date(2026, 1, 9)) == {}
    assert rig.agenda() == {1: "linked by ada", 5: "linked by ada"}


def test_one_bad_line_and_nothing_is_recorded(rig: Rig) -> None:
    """Every problem is told, by line, those of the file and those of the accounts together."""
    accounts(rig, 1, 2, 3)
    rig.world.accounts[3] = account(3, AccountStatus.INACTIVE)
    report = bring_in(rig, "1,2,aggregated", "9,2,oops", "3,9,aggregated", "1,9,aggregated")
    assert report.recorded == 0
    assert [problem.line for problem in report.problems] == sorted(
        problem.line for problem in report.problems
    )
    assert {problem.line for problem in report.problems} == {3, 4, 5}
    assert report.lines == 4
    assert links(rig) == {}
    assert rig.agenda() == {}


def test_with_partial_the_good_ones_are_recorded(rig: Rig) -> None:
    """And the bad ones told all the same."""
    accounts(rig, 1, 2, 3)
    report = bring_in(rig, "1,2,aggregated", "1,9,aggregated", partial=True)
    assert (report.recorded, [problem.line for problem in report.problems]) == (1, [3])
    assert links(rig) == {2: (1, "aggregated")}


def test_the_same_file_again_changes_nothing(rig: Rig) -> None:
    """Even a month later; no family is due because of it."""
    accounts(rig, 1, 2, 3)
    bring_in(rig, "1,2,aggregated", "1,3,independent")
    rig.sync()
    rig.clock.pass_by(days=31)
    report = bring_in(rig, "1,2,aggregated", "1,3,independent")
    assert (report.recorded, report.unchanged) == (0, 2)
    with rig.unit() as unit:
        assert {row.since for row in unit.links.load_map().links} == {TODAY}
    assert rig.agenda() == {}


def test_a_mode_switch_begins_with_the_next_cycle(rig: Rig) -> None:
    """Past documents never move."""
    accounts(rig, 1, 2)
    bring_in(rig, "1,2,aggregated")
    report = bring_in(rig, "1,2,independent")
    assert report.recorded == 1
    assert links(rig) == {2: (1, "aggregated")}
    assert links(rig, date(2026, 1, 31)) == {2: (1, "aggregated")}
    assert links(rig, NEXT_CYCLE) == {2: (1, "independent")}


def test_the_cycle_is_the_mains_own(rig: Rig) -> None:
    """Billed on the 15th: the switch is five days away."""
    accounts(rig, 1, 2)
    rig.world.billings[1] = billing(1, billing_day=15)
    bring_in(rig, "1,2,aggregated")
    bring_in(rig, "1,2,independent")
    assert links(rig, date(2026, 1, 14)) == {2: (1, "aggregated")}
    assert links(rig, date(2026, 1, 15)) == {2: (1, "independent")}


def test_a_switch_brought_in_again_does_not_move(rig: Rig) -> None:
    """Not even in the next cycle."""
    accounts(rig, 1, 2)
    bring_in(rig, "1,2,aggregated")
    bring_in(rig, "1,2,independent")
    assert bring_in(rig, "1,2,independent").recorded == 0
    rig.clock.pass_by(days=40)
    assert bring_in(rig, "1,2,independent").recorded == 0
    assert links(rig, NEXT_CYCLE) == {2: (1, "independent")}


def test_a_switch_can_be_taken_back(rig: Rig) -> None:
    """Before it has begun: then it never does."""
    accounts(rig, 1, 2)
    bring_in(rig, "1,2,aggregated")
    bring_in(rig, "1,2,independent")
    bring_in(rig, "1,2,aggregated")
    assert links(rig) == {2: (1, "aggregated")}
    assert links(rig, NEXT_CYCLE) == {2: (1, "aggregated")}


def test_an_unreadable_account_is_its_lines_problem(rig: Rig) -> None:
    """Lines that do not name it are good."""
    accounts(rig, 1, 2, 3)
    rig.platform.quarantine(
        "read_accounts",
        Quarantined(
            resource="accounts",
            object_id=3,
            account_id=AccountId(3),
            field="status",
            problem="is 'x'",
        ),
    )
    report = bring_in(rig, "1,2,aggregated", "1,3,aggregated", partial=True)
    assert report.recorded == 1
    assert any(
        "account 3 cannot be read: field status" in problem.sentence for problem in report.problems
    )
    assert {problem.line for problem in report.problems} == {3}


def test_no_lines_ask_nothing(rig: Rig) -> None:
    """An empty file costs no request."""
    report = bring_in(rig)
    assert (report.lines, report.recorded) == (0, 0)
    assert rig.platform.reads == []


def test_a_link_ends_today(rig: Rig) -> None:
    """Its family is looked at; ending it twice ends nothing."""
    accounts(rig, 1, 2)
    bring_in(rig, "1,2,aggregated")
    rig.sync()
    rig.clock.pass_by(days=1)
    assert end_link(rig.service, AccountId(2), "bob")
    assert links(rig) == {2: (1, "aggregated")}
    assert links(rig, date(2026, 1, 11)) == {}
    assert rig.agenda() == {1: "unlinked by bob"}
    assert not end_link(rig.service, AccountId(2), "bob")


def test_links_are_listed_by_main_and_sub(rig: Rig) -> None:
    """Those of today, unless another day is asked for."""
    accounts(rig, 1, 2, 3, 5, 6)
    bring_in(rig, "5,6,aggregated", "1,3,aggregated", "1,2,independent")
    assert [(row.main_id, row.sub_id) for row in live_links(rig.service)] == [
        (1, 2),
        (1, 3),
        (5, 6),
    ]
    assert {row.mode for row in live_links(rig.service)} == set(BillingMode)
