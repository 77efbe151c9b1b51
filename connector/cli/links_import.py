"""``links import``: all links of a file or none, and every problem with its line number."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from connector.cli.common import AsJson, By, Given
from connector.cli.endings import DONE, FAILED, say
from connector.cli.jsonout import print_document
from connector.cli.links import refuse_native
from connector.cli.opening import asker, load
from connector.cli.rendering import for_people
from connector.domain.linking import LineProblem, ProposedLink
from connector.domain.links import Link
from connector.errors import ConnectorError
from connector.runtime.bootstrap import open_for_looking
from connector.runtime.links import ImportReport, import_links, judge, live_links, parse_csv
from connector.runtime.service import Service

STDIN = Path("-")

Source = Annotated[
    Path,
    Parameter(
        help="CSV with the heading main_id,sub_id,mode; - is standard input.",
        allow_leading_hyphen=True,
    ),
]
Partial = Annotated[
    bool, Parameter(help="Make the good links though others are wrong.", show_default=False)
]
DryRun = Annotated[bool, Parameter(help="Only show what would change.", show_default=False)]


def import_file(
    file: Source,
    /,
    *,
    partial: Partial = False,
    dry_run: DryRun = False,
    by: By = None,
    json: AsJson = False,
    context: Given,
) -> int:
    """Make the links of a file; 1 if a line is wrong, and then none is made without --partial."""
    proposed, problems = _parse(file)
    with open_for_looking(load(context)) as wired:
        service = wired.service
        refuse_native(service)
        changes: tuple[Link, ...] = ()
        if dry_run:
            report, changes = _rehearse(service, proposed, problems, partial=partial)
        else:
            report = import_links(service, proposed, problems, by=asker(by), partial=partial)
    if json:
        _print_json(report, changes, dry_run=dry_run)
    else:
        _print_text(report, changes, dry_run=dry_run)
    return FAILED if report.problems else DONE


def _parse(file: Path) -> tuple[tuple[ProposedLink, ...], tuple[LineProblem, ...]]:
    try:
        raw = sys.stdin.buffer.read() if file == STDIN else file.read_bytes()
    except OSError as error:
        raise ConnectorError(f"{file} cannot be read; {error.strerror}") from error
    try:
        return parse_csv(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConnectorError(f"{file}: line {line} is not UTF-8; save it as UTF-8") from error


def _rehearse(
    service: Service,
    proposed: tuple[ProposedLink, ...],
    problems: tuple[LineProblem, ...],
    *,
    partial: bool,
) -> tuple[ImportReport, tuple[Link, ...]]:
    """What an import would come to; records nothing."""
    decision = judge(service, proposed)
    every = tuple(sorted((*problems, *decision.problems), key=lambda row: row.line))
    held = {(link.sub_id, link.main_id, link.mode) for link in live_links(service)}
    changes = tuple(
        link for link in decision.links if (link.sub_id, link.main_id, link.mode) not in held
    )
    if every and not partial:
        changes = ()
    lines = len({row.line for row in proposed} | {row.line for row in every})
    unchanged = 0 if every and not partial else len(decision.links) - len(changes)
    return ImportReport(lines=lines, recorded=0, unchanged=unchanged, problems=every), changes


def _print_json(report: ImportReport, changes: tuple[Link, ...], *, dry_run: bool) -> None:
    print_document(
        {
            "dry_run": dry_run,
            "lines": report.lines,
            "recorded": report.recorded,
            "unchanged": report.unchanged,
            "problems": report.problems,
            **({"changes": changes} if dry_run else {}),
        }
    )


def _print_text(report: ImportReport, changes: tuple[Link, ...], *, dry_run: bool) -> None:
    for problem in report.problems:
        say(f"line {problem.line}: {problem.sentence}")
    console = for_people()
    for link in changes:
        console.print(
            f"account {link.sub_id} would be {link.mode} under {link.main_id} from {link.since}"
        )
    counts = f"{report.lines} lines, {report.unchanged} links as they were"
    if dry_run:
        console.print(f"{counts}, {len(changes)} would change; nothing was recorded")
    else:
        console.print(f"{counts}, {report.recorded} recorded")
    bad = len({problem.line for problem in report.problems})
    if bad:
        say(f"{bad} lines are wrong" + ("" if report.recorded or changes else "; no link was made"))
