"""Make, end and bring in links: read the accounts concerned, judge, record all or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date

from connector.domain.accounts import BillingMode, cycle_of
from connector.domain.ids import AccountId
from connector.domain.linking import LineProblem, LinkDecision, ProposedLink, judge_links
from connector.domain.links import Link, LinkMap
from connector.domain.snapshot import Quarantined
from connector.errors import ConnectorError
from connector.runtime.service import Service

HEADING = ("main_id", "sub_id", "mode")
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What an import came to; ``recorded`` is 0 if anything was wrong and it was all or nothing."""

    lines: int
    recorded: int
    unchanged: int
    problems: tuple[LineProblem, ...]


def parse_csv(text: str) -> tuple[tuple[ProposedLink, ...], tuple[LineProblem, ...]]:
    """Read the lines of a link file (UTF-8, with or without BOM, comma or semicolon).

    Raises:
        ConnectorError: the heading is not ``main_id,sub_id,mode``.
    """
    text = text.removeprefix("\ufeff")
    first, _, _ = text.partition("\n")
    delimiter = ";" if ";" in first else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    heading = tuple(cell.strip().lower() for cell in next(reader, []))
    if heading != HEADING:
        raise ConnectorError(
            f"line 1: the heading must be {','.join(HEADING)}, not {first.strip()!r}"
        )
    rows: list[ProposedLink] = []
    problems: list[LineProblem] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                parsed = _parse_line(reader.line_num, [cell.strip() for cell in cells])
                if isinstance(parsed, ProposedLink):
                    rows.append(parsed)
                else:
                    problems.extend(parsed)
    except csv.Error as broken:
        problems.append(LineProblem(line=reader.line_num, sentence=f"not a line of CSV: {broken}"))
    return tuple(rows), tuple(problems)


def import_links(
    service: Service,
    proposed: tuple[ProposedLink, ...],
    problems: tuple[LineProblem, ...],
    *,
    by: str,
    partial: bool,
) -> ImportReport:
    """Judge and record links; nothing unless all are good, or with ``partial`` the good ones."""
    decision = judge(service, proposed)
    every = tuple(sorted((*problems, *decision.problems), key=lambda row: row.line))
    bad_lines = {problem.line for problem in every}
    lines = len({row.line for row in proposed} | bad_lines)
    if every and not partial:
        return ImportReport(lines=lines, recorded=0, unchanged=0, problems=every)
    recorded = record(service, decision.links, by)
    return ImportReport(
        lines=lines,
        recorded=recorded,
        unchanged=len(decision.links) - recorded,
        problems=every,
    )


def judge(service: Service, proposed: tuple[ProposedLink, ...]) -> LinkDecision:
    """Read the accounts that the lines name, and judge the lines; records nothing."""
    wanted = {row.main_id for row in proposed} | {row.sub_id for row in proposed}
    reading = service.reader.read_accounts(sorted(wanted)) if wanted else None
    accounts = {account.id: account for account in reading.rows} if reading else {}
    with service.store.begin() as unit:
        held = unit.links.load_map()
    today = service.clock.now().date()
    unreadable = _unreadable(proposed, reading.quarantined if reading else ())
    bad_lines = {problem.line for problem in unreadable}
    readable = [row for row in proposed if row.line not in bad_lines]
    decision = judge_links(readable, held, accounts, today)
    dated = tuple(_dated(service, held, link) for link in decision.links)
    return replace(decision, links=dated, problems=(*decision.problems, *unreadable))


def record(service: Service, links: Iterable[Link], by: str) -> int:
    """Record links and put their families on the agenda; how many changed anything."""
    with service.store.begin() as unit:
        held = unit.links.load_map()
        rows = tuple(link for link in links if not _is_held(held, link))
        changed = unit.links.record_links(rows, by, service.clock.host())
        mains = {link.main_id for link in rows}
        unit.agenda.record_due(mains, service.clock.now().astimezone(UTC), f"linked by {by}")
        unit.commit()
    return changed


def end_link(service: Service, sub_id: AccountId, by: str) -> bool:
    """End a live link today; False when there is none. Debt already merged stays with the main."""
    today = service.clock.now().date()
    with service.store.begin() as unit:
        mains = unit.links.load_map(today).main_ids_of(sub_id)
        ended = unit.links.record_end(sub_id, today, by, service.clock.host())
        unit.agenda.record_due(mains, service.clock.now().astimezone(UTC), f"unlinked by {by}")
        unit.commit()
    return ended


def _parse_line(line: int, cells: list[str]) -> ProposedLink | list[LineProblem]:
    if len(cells) != len(HEADING):
        sentence = f"{len(cells)} columns, expected {len(HEADING)}: {','.join(HEADING)}"
        return [LineProblem(line=line, sentence=sentence)]
    problems = [
        f"{name} {cell!r} is not an account number"
        for name, cell in zip(HEADING, cells[:2], strict=False)
        if not _is_account_number(cell)
    ]
    modes = [mode.value for mode in BillingMode]
    if cells[2].lower() not in modes:
        problems.append(f"mode {cells[2]!r} is none of {', '.join(modes)}")
    if problems:
        return [LineProblem(line=line, sentence=sentence) for sentence in problems]
    return ProposedLink(
        line=line,
        main_id=AccountId(int(cells[0])),
        sub_id=AccountId(int(cells[1])),
        mode=BillingMode(cells[2].lower()),
    )


def _is_account_number(cell: str) -> bool:
    is_number = cell.isascii() and cell.isdigit() and len(cell) <= len(str(LARGEST_ID))
    return is_number and 0 < int(cell) <= LARGEST_ID


def _dated(service: Service, held: LinkMap, link: Link) -> Link:
    """A mode switch begins with the main's next cycle; past documents never move."""
    before = next((row for row in held.links_of_main(link.main_id) if _is_switch(row, link)), None)
    if before is None:
        return link
    billing_day = service.reader.read_billing(link.main_id).billing_day
    return replace(link, since=max(cycle_of(link.since, billing_day).end, before.since))


def _is_held(held: LinkMap, wanted: Link) -> bool:
    """Whether this very link is live, or begins at the next cycle: its start must not move."""
    return any(
        row.until is None and (row.sub_id, row.mode) == (wanted.sub_id, wanted.mode)
        for row in held.links_of_main(wanted.main_id)
    )


def _is_switch(held: Link, wanted: Link) -> bool:
    return held.until is None and held.sub_id == wanted.sub_id and held.mode is not wanted.mode


def _unreadable(
    proposed: tuple[ProposedLink, ...], quarantined: Iterable[Quarantined]
) -> list[LineProblem]:
    """A problem for every line that names an account whose record does not fit the mapping."""
    broken = {row.object_id: row for row in quarantined}
    return [
        LineProblem(
            line=row.line,
            sentence=f"account {number} cannot be read: field {found.field} {found.problem}",
        )
        for row in proposed
        for number in (row.main_id, row.sub_id)
        if (found := broken.get(number)) is not None
    ]


def live_links(service: Service, on: date | None = None) -> tuple[Link, ...]:
    """Links valid on a day (today), by main and sub-account."""
    day = on or service.clock.now().date()
    with service.store.begin() as unit:
        links = unit.links.load_map(day).links
    return tuple(sorted(links, key=lambda link: (link.main_id, link.sub_id)))
