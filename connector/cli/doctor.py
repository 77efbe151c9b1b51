"""``doctor``: a table of checks, each ok, warn or fail, and the exit code by the worst."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connector.cli.common import AsJson, Context, Given
from connector.cli.endings import gravest
from connector.cli.jsonout import print_document
from connector.cli.opening import load
from connector.cli.rendering import for_errors, for_people, plain, show
from connector.errors import SetupError
from connector.runtime.doctor import Check, Verdict, config_ok, config_problem, examine

STYLES = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}


def doctor(*, json: AsJson = False, context: Given) -> int:
    """Check everything; 78 for settings, 69 out of reach, 77 for a permission, 1 for the rest."""
    with for_errors().status("asking Splynx"):
        checks = _checks(context)
    code = gravest(check.exit_code for check in checks)
    if json:
        print_document({"checks": checks, "exit_code": code})
    else:
        _print_text(for_people(), checks)
    return code


def _checks(context: Context) -> list[Check]:
    try:
        settings = load(context)
    except SetupError as error:
        return [config_problem(problem) for problem in error.problems]
    return [config_ok(settings), *examine(settings)]


def _print_text(console: Console, checks: list[Check]) -> None:
    sheet = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    sheet.add_column(no_wrap=True)
    sheet.add_column(no_wrap=True)
    sheet.add_column(overflow="fold")
    for check in checks:
        sentence = plain(check.sentence)
        if check.mend and check.verdict is not Verdict.OK:
            sentence = f"{sentence}; {check.mend}"
        verdict = Text(check.verdict, style=STYLES[check.verdict])
        sheet.add_row(verdict, Text(check.name), Text(sentence))
    show(console, sheet)
