"""``history``: what happened, latest first."""

from __future__ import annotations

import re
from typing import Annotated

from cyclopts import Parameter, validators

from connector.cli.common import AsJson, Given
from connector.cli.endings import DONE
from connector.cli.jsonout import print_document
from connector.cli.opening import load
from connector.cli.rendering import for_people, moment, table
from connector.runtime.views import PLAN_ID_LENGTH, load_history, open_desk

LARGEST = 100_000
ACCOUNT_DIGITS = 10
_SUBJECT = re.compile(rf"[0-9]{{1,{ACCOUNT_DIGITS}}}|[A-Za-z2-7]{{{PLAN_ID_LENGTH}}}")


def _judge_subject(_type: object, value: str | None) -> None:
    if value is not None and not _SUBJECT.fullmatch(value):
        raise ValueError(f"{value!r} is neither an account's number nor a plan's name")


Subject = Annotated[
    str | None,
    Parameter(help="An account's number, or a plan; else everything.", validator=_judge_subject),
]
Limit = Annotated[
    int,
    Parameter(help="Rows at most.", validator=validators.Number(gte=1, lte=LARGEST)),
]


def history(
    subject: Subject = None,
    /,
    *,
    limit: Limit = 50,
    json: AsJson = False,
    context: Given,
) -> int:
    """Show events of an account, of a plan, or of everything; times are UTC."""
    with open_desk(load(context, need_secrets=False)) as desk:
        rows = load_history(desk, subject, limit)
    if json:
        print_document({"subject": subject, "events": rows})
        return DONE
    console = for_people()
    if not rows:
        console.print("nothing is recorded")
        return DONE
    table(
        console,
        ("at", "plan", "step", "account", "event", "by", "detail"),
        [
            (
                moment(row.at),
                row.plan_id,
                "" if row.step is None else row.step,
                "" if row.account_id is None else row.account_id,
                row.event,
                row.by,
                row.detail,
            )
            for row in rows
        ],
        numbers=("step", "account"),
    )
    return DONE
