"""``parked``: what waits for a person because something was refused or cannot be."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter, validators

from connector.cli.common import AsJson, Given
from connector.cli.endings import DONE, FAILED
from connector.cli.jsonout import print_document
from connector.cli.opening import load
from connector.cli.rendering import for_people, moment
from connector.cli.sections import held_lines, parked_lines, section
from connector.cli.views_json import held_view, parking_view
from connector.runtime.views import load_lifted, load_parked, open_desk

LARGEST = 10_000

Lifted = Annotated[
    int,
    Parameter(
        help="Show so many parkings that were lifted, too, latest first.",
        validator=validators.Number(gte=0, lte=LARGEST),
    ),
]


def parked(*, lifted: Lifted = 0, json: AsJson = False, context: Given) -> int:
    """Show parked families and held steps: why, what was seen, what to do; 1 if there are any."""
    with open_desk(load(context, need_secrets=False)) as desk:
        families, steps = load_parked(desk)
        over = load_lifted(desk, lifted)
    code = FAILED if families or steps else DONE
    if json:
        print_document(
            {
                "parked": [parking_view(row) for row in families],
                "held": [held_view(row) for row in steps],
                "lifted": [parking_view(row) for row in over],
            }
        )
        return code
    console = for_people()
    section(console, f"parked families ({len(families)})", parked_lines(families))
    section(console, f"held ({len(steps)})", held_lines(steps))
    section(
        console,
        "lifted",
        [
            f"family {row.main_id} was parked on {moment(row.since)}: {row.reason};"
            f" lifted by {row.lifted_by} on {moment(row.lifted_at or row.since)}"
            for row in over
        ],
    )
    if code == DONE:
        console.print("no family is parked, and no step is held")
    return code
