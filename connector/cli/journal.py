"""``journal verify``: whether the journal still says what was written into it."""

from __future__ import annotations

from connector.cli.common import AsJson, Given
from connector.cli.endings import DONE, FAILED
from connector.cli.jsonout import print_document
from connector.cli.opening import load
from connector.cli.rendering import for_people, plain
from connector.runtime.keeping import verify_journal


def verify(*, json: AsJson = False, context: Given) -> int:
    """Walk the journal's chain of hashes from its first row; 1 if it is broken."""
    report = verify_journal(load(context, need_secrets=False))
    if json:
        print_document(
            {
                "ok": not report.problem,
                "rows": report.rows,
                "head": report.head,
                "broken_row": report.broken_row,
                "problem": report.problem,
            }
        )
    elif report.problem:
        for_people().print(f"broken after {report.rows} rows: {plain(report.problem)}")
    else:
        for_people().print(f"{report.rows} rows, ok; the latest has {report.head}")
    return FAILED if report.problem else DONE
