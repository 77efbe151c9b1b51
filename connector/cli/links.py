"""``links add`` and ``links remove``: one link at a time."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from connector.cli.common import By, Given
from connector.cli.endings import DONE, FAILED, say
from connector.cli.opening import asker, load
from connector.cli.rendering import for_people, plain
from connector.cli.values import AccountNumber
from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId
from connector.domain.linking import ProposedLink
from connector.domain.links import LinkSource
from connector.errors import ConnectorError
from connector.runtime.bootstrap import open_for_looking
from connector.runtime.links import end_link, judge, record
from connector.runtime.service import Service

Main = Annotated[AccountNumber, Parameter(help="Number of the main account.")]
Sub = Annotated[AccountNumber, Parameter(help="Number of the sub-account.")]
Mode = Annotated[
    BillingMode,
    Parameter(help="aggregated: the main account pays; independent: it pays for itself."),
]


def add(main: Main, sub: Sub, mode: Mode, /, *, by: By = None, context: Given) -> int:
    """Link a sub-account; a new mode for an existing link begins with the next cycle."""
    wanted = ProposedLink(line=1, main_id=AccountId(main), sub_id=AccountId(sub), mode=mode)
    with open_for_looking(load(context)) as wired:
        refuse_native(wired.service)
        decision = judge(wired.service, (wanted,))
        for problem in decision.problems:
            say(problem.sentence)
        if decision.problems:
            return FAILED
        changed = record(wired.service, decision.links, asker(by))
    since = decision.links[0].since
    for_people().print(
        f"account {sub} is {mode} under main account {main} from {since}"
        if changed
        else f"account {sub} is {mode} under main account {main} already; nothing changed"
    )
    return DONE


def remove(sub: Sub, /, *, by: By = None, context: Given) -> int:
    """End a link today; what was merged already stays with the main account."""
    with open_for_looking(load(context)) as wired:
        refuse_native(wired.service)
        name = asker(by)
        if not end_link(wired.service, AccountId(sub), name):
            raise ConnectorError(f"account {sub} is linked to no main account")
    for_people().print(f"the link of account {sub} ended today, by {plain(name)}")
    return DONE


def refuse_native(service: Service) -> None:
    """Links that the platform has the say over are made there.

    Raises:
        ConnectorError: ``links.authority`` is not our own store.
    """
    if service.authority is LinkSource.NATIVE:
        raise ConnectorError(
            'links.authority is "native": make and end links in Splynx itself, they are read from'
            " there"
        )
