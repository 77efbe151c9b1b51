"""``doctor``: a table of checks, each ok, warn or fail, and the exit code by the worst."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter, validators
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connector.cli.common import AsJson, By, Context, Given
from connector.cli.endings import gravest
from connector.cli.jsonout import print_document
from connector.cli.opening import asker, load
from connector.cli.rendering import for_errors, for_people, plain, show
from connector.domain.ids import AccountId
from connector.errors import SetupError
from connector.runtime.checks import Check, Verdict
from connector.runtime.doctor import config_ok, config_problem, examine
from connector.runtime.proofs import Wanted

STYLES = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}


Probe = Annotated[
    int | None,
    Parameter(
        help="Try what Splynx keeps of our documents on this customer, whom platform.probe_account"
        " names too: one small invoice, settled at once by its credit note.",
        validator=validators.Number(gte=1),
    ),
]


def doctor(*, probe: Probe = None, by: By = None, json: AsJson = False, context: Given) -> int:
    """Check everything; 78 for settings, 69 out of reach, 77 for a permission, 1 for the rest."""
    wanted = None if probe is None else Wanted(account_id=AccountId(probe), by=asker(by))
    with for_errors().status("asking Splynx"):
        checks = _checks(context, wanted)
    code = gravest(check.exit_code for check in checks)
    if json:
        print_document({"checks": checks, "exit_code": code})
    else:
        _print_text(for_people(), checks)
    return code


def _checks(context: Context, wanted: Wanted | None) -> list[Check]:
    try:
        settings = load(context)
    except SetupError as error:
        return [config_problem(problem) for problem in error.problems]
    return [config_ok(settings), *examine(settings, wanted)]


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
