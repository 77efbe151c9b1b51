"""``plan``: what the next turn would do, from the same planners on the same readings."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from connector.cli.common import AsJson, Given
from connector.cli.endings import CHANGES, DONE
from connector.cli.jsonout import print_document
from connector.cli.opening import load
from connector.cli.plan_text import print_plan
from connector.cli.plan_views import FamilyView, family_json, view_family
from connector.cli.rendering import progress_bar
from connector.cli.values import AccountNumber
from connector.cli.views_json import operation_view
from connector.domain.ids import AccountId
from connector.errors import ConnectorError
from connector.runtime.allowance import Allowance
from connector.runtime.bootstrap import open_for_looking
from connector.runtime.preview import all_families, due_families, load_waiting, preview
from connector.runtime.service import Service
from connector.runtime.views import load_under_way, resolve_families
from connector.saga.steps import OperationState

Every = Annotated[
    bool,
    Parameter(
        name="--all", help="Look at every family, not only at those due.", show_default=False
    ),
]
Mains = Annotated[
    tuple[AccountNumber, ...],
    Parameter(
        name="--main",
        help="Look at the family of this account; may be given several times.",
        show_default=False,
    ),
]
ExitCode = Annotated[
    bool, Parameter(help="End with 3 if changes wait to be made.", show_default=False)
]


def plan(
    *,
    every: Every = False,
    main: Mains = (),
    exit_code: ExitCode = False,
    json: AsJson = False,
    context: Given,
) -> int:
    """Show documents, releases, suspensions, open windows and refusals, family by family."""
    with open_for_looking(load(context)) as wired:
        service = wired.service
        families = _look(service, _chosen(service, main, every=every))
        waiting = load_waiting(service)
        under_way = tuple(
            op for op in load_under_way(service) if op.state is not OperationState.PROPOSED
        )
    changes = len({op.plan_id for view in families for op in view.operations})
    named = {op.plan_id for view in families for op in view.operations}
    changes += len({op.plan_id for op in (*waiting, *under_way)} - named)
    if json:
        print_document(
            {
                "mode": service.policy.mode,
                "changes": changes,
                "families": [family_json(view) for view in families],
                "waiting": [operation_view(op) for op in waiting],
                "under_way": [operation_view(op) for op in under_way],
            }
        )
    else:
        print_plan(service.policy.mode, families, waiting, under_way)
    return CHANGES if exit_code and changes else DONE


def _chosen(service: Service, mains: tuple[int, ...], *, every: bool) -> tuple[AccountId, ...]:
    if mains:
        try:
            return resolve_families(service, mains)
        except LookupError as stranger:
            raise ConnectorError(
                f"account {stranger} belongs to no family; `linked-accounts links list` shows all"
            ) from stranger
    if not every:
        return due_families(service)
    service.clock.now()  # a clock that must be asked is asked here, outside any transaction
    return all_families(service)


def _look(service: Service, main_ids: tuple[AccountId, ...]) -> list[FamilyView]:
    """Read and decide for each family, with a bar to watch; writes nothing."""
    allowance = Allowance()
    views: list[FamilyView] = []
    with progress_bar("families") as bar:
        line = bar.add_task("families", total=len(main_ids))
        for family in preview(service, main_ids):
            views.append(view_family(service, allowance, family))
            bar.advance(line)
    return views
