"""``sync``: one full cycle until nothing is due, then what came of it and what is left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from threading import Event
from typing import Annotated

from cyclopts import Parameter, validators
from rich.console import Console

from connector.cli.common import AsJson, Given
from connector.cli.endings import AGAIN, DONE, FAILED, gravest, say
from connector.cli.jsonout import print_document
from connector.cli.opening import load, stop_on_signal
from connector.cli.rendering import for_errors, for_people, heading, line, moment, pairs, plain
from connector.errors import PlatformError
from connector.ports.store import AgendaRow
from connector.runtime.bootstrap import holder_name, open_service
from connector.runtime.cycle import CycleReport, Standing
from connector.runtime.service import Service, hold_pen
from connector.runtime.sync import SyncReport, sync_until_idle
from connector.runtime.views import load_agenda

LONGEST_WAIT_SECONDS = 86_400
SHOWN_MAX = 10

Wait = Annotated[
    int,
    Parameter(
        help="Seconds to wait, in all, for steps that only time holds back.",
        validator=validators.Number(gte=0, lte=LONGEST_WAIT_SECONDS),
    ),
]


def sync(*, wait: Wait = 30, json: AsJson = False, context: Given) -> int:
    """Do all that is due; 1 if something is held or failed, 75 if steps wait for time."""
    stop = Event()
    with open_service(load(context)) as wired:
        service = wired.service
        with hold_pen(service, holder_name(), stop) as pen, stop_on_signal(stop) as signals:
            told = _Progress(for_errors())
            with told.status:
                report = sync_until_idle(
                    service, pen, wait=timedelta(seconds=wait), progress=told.tell
                )
        agenda = load_agenda(service)
    problems = report.cycle.problems if is_settled(report) else told.problems
    code = 128 + signals[0] if signals else exit_code_of(report, problems)
    for sentence in dict.fromkeys(str(problem) for problem in problems):
        say(sentence)
    if json:
        _print_json(report, problems, agenda, code)
    else:
        _print_text(service, report, agenda)
    return code


def is_settled(report: SyncReport) -> bool:
    """Whether nothing waits for time: a trouble of an earlier turn is over then."""
    return report.standing.waiting_until is None


def exit_code_of(report: SyncReport, problems: Iterable[PlatformError]) -> int:
    """By the gravest of what went wrong; else whether a person, or only time, must come."""
    standing = report.standing
    codes = {problem.exit_code for problem in problems}
    if _needs_somebody(standing):
        codes.add(FAILED)
    if standing.open > standing.held + standing.unverified or not is_settled(report):
        codes.add(AGAIN)
    return gravest(codes | {DONE})


def _needs_somebody(standing: Standing) -> bool:
    return bool(
        standing.held
        or standing.parked
        or standing.unverified
        or standing.quarantined
        or standing.frozen
        or standing.obstacle
    )


class _Progress:
    """What has been done so far, told on standard error while it is a terminal."""

    def __init__(self, console: Console) -> None:
        self.status = console.status("looking for changes")
        self.problems: list[PlatformError] = []  #: of every turn, not of the latest alone

    def tell(self, so_far: CycleReport) -> None:
        """Replace the line by the figures up to now."""
        self.problems += [row for row in so_far.problems if row not in self.problems]
        self.status.update(f"{so_far.looked_at} families looked at, {so_far.sends} writes sent")


def _print_json(
    report: SyncReport,
    problems: Iterable[PlatformError],
    agenda: tuple[AgendaRow, ...],
    code: int,
) -> None:
    cycle = report.cycle
    print_document(
        {
            "rounds": report.rounds,
            "requests": cycle.requests,
            "touched": cycle.touched,
            "looked_at": cycle.looked_at,
            "sends": cycle.sends,
            "problems": [
                {"kind": type(problem).__name__, "sentence": str(problem)} for problem in problems
            ],
            "standing": report.standing,
            "agenda": agenda,
            "exit_code": code,
        }
    )


def _print_text(service: Service, report: SyncReport, agenda: tuple[AgendaRow, ...]) -> None:
    console = for_people()
    cycle, standing = report.cycle, report.standing
    pairs(
        console,
        [
            ("mode", service.policy.mode),
            ("families looked at", cycle.looked_at),
            ("writes sent", cycle.sends),
            *_standing_rows(standing),
        ],
    )
    if agenda:
        heading(console, "looked at again")
    for row in agenda[:SHOWN_MAX]:
        line(console, f"{moment(row.due_at)}  family {row.main_id}: {row.reason}")
    if len(agenda) > SHOWN_MAX:
        line(console, f"and {len(agenda) - SHOWN_MAX} more; `linked-accounts status` shows them")
    if _needs_somebody(standing) or standing.proposed:
        console.print()
        console.print("`linked-accounts status` says what to do.")


def _standing_rows(standing: Standing) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = [("waiting for approval", standing.proposed)]
    counts = {
        "families parked": standing.parked,
        "held": standing.held,
        "not as they must be": standing.unverified,
        "in quarantine": standing.quarantined,
    }
    rows.extend((name, count) for name, count in counts.items() if count)
    if standing.waiting_until is not None:
        rows.append(("steps wait until", moment(standing.waiting_until)))
    if standing.obstacle:
        rows.append(("only observing", standing.obstacle))
    if standing.frozen:
        rows.append(("frozen", plain(standing.frozen)))
    return rows
