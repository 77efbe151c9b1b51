"""``lost-interval``: what an older state of the platform has lost of our work, and settling it."""

from __future__ import annotations

import csv
import sys
from typing import Annotated

from cyclopts import Parameter

from connector.cli.common import AsJson, By, Given
from connector.cli.endings import DONE, FAILED
from connector.cli.jsonout import print_document
from connector.cli.opening import asker, load
from connector.cli.rendering import amount, for_people, moment, table
from connector.domain.money import add_up
from connector.errors import ConnectorError
from connector.runtime.bootstrap import open_for_looking
from connector.runtime.lost import (
    LostInterval,
    LostStep,
    read_lost_interval,
    settle_lost_interval,
)

COLUMNS = ("sent_at", "family", "account", "what", "record", "amount", "now", "step")
Settle = Annotated[
    bool,
    Parameter(
        help="Give up what is gone, plan anew what came back unpaid, and let writing go on.",
        show_default=False,
    ),
]
AsCsv = Annotated[bool, Parameter(name="--csv", help="Print CSV.", show_default=False)]


def lost_interval(
    *,
    settle: Settle = False,
    by: By = None,
    csv: AsCsv = False,
    json: AsJson = False,
    context: Given,
) -> int:
    """Show what we did that the platform does not have any more; 1 until it is settled."""
    if csv and json:
        raise ConnectorError("--csv and --json: choose one")
    with open_for_looking(load(context)) as wired:
        if settle:
            interval = settle_lost_interval(wired.service, asker(by))
        else:
            interval = read_lost_interval(wired.service)
    if json:
        _print_json(interval, settled=settle)
    elif csv:
        _print_csv(interval)
    else:
        _print_text(interval, settled=settle)
    return FAILED if interval.why and not settle else DONE


def _print_json(interval: LostInterval, *, settled: bool) -> None:
    print_document(
        {
            "why": interval.why,
            "since": interval.since,
            "settled": settled,
            "lost": [
                {**dict(zip(COLUMNS, _cells(lost), strict=True)), "amount": lost.amount}
                for lost in interval.steps
            ],
        }
    )


def _print_csv(interval: LostInterval) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(lost) for lost in interval.steps)


def _print_text(interval: LostInterval, *, settled: bool) -> None:
    console = for_people()
    if not interval.why and not interval.steps:
        console.print("the platform has everything that our journal says we did")
        return
    if interval.why:
        console.print(interval.why)
    if interval.since is not None:
        console.print(f"what was done up to {moment(interval.since)} stands")
    console.print()
    table(console, COLUMNS, map(_cells, interval.steps), numbers=("amount",))
    families = {lost.operation.main_id for lost in interval.steps}
    total = add_up(lost.amount for lost in interval.steps)
    console.print()
    console.print(
        f"{len(interval.steps)} steps of {len(families)} families, {amount(total)} in all"
    )
    console.print(
        "settled: what is gone is given up, and every family is looked at afresh"
        if settled
        else "payments and documents of others that are gone, only staff can enter again; then "
        "`linked-accounts lost-interval --settle`"
    )


def _cells(lost: LostStep) -> tuple[object, ...]:
    step = lost.step
    return (
        "" if step.sent_at is None else moment(step.sent_at),
        lost.operation.main_id,
        step.account_id,
        step.kind.value,
        "" if step.remote_id is None else step.remote_id,
        amount(lost.amount),
        lost.standing.value,
        f"{step.plan_id}/{step.number}",
    )
