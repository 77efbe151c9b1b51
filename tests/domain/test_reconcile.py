"""What changed between the links held and the links seen."""

from __future__ import annotations

import pytest

from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId
from connector.domain.links import Link, LinkMap
from connector.domain.reconcile import ChangeKind, SeenLink, reconcile_links
from tests.build import link

AGGREGATED, INDEPENDENT = BillingMode.AGGREGATED, BillingMode.INDEPENDENT


def seen(main: int, sub: int, mode: BillingMode = AGGREGATED) -> SeenLink:
    """A link as a source shows it."""
    return SeenLink(main_id=AccountId(main), sub_id=AccountId(sub), mode=mode)


@pytest.mark.parametrize(
    ("held", "shown", "kind"),
    [
        (None, seen(1, 2), ChangeKind.APPEARED),
        (link(1, 2), None, ChangeKind.VANISHED),
        (link(1, 2), seen(1, 2, INDEPENDENT), ChangeKind.MODE_CHANGED),
        (link(1, 2), seen(3, 2), ChangeKind.DRIFTED),
        (link(1, 2), seen(3, 2, INDEPENDENT), ChangeKind.DRIFTED),
        (link(1, 2), seen(1, 2), None),
    ],
)
def test_each_difference_has_its_kind(
    held: Link | None, shown: SeenLink | None, kind: ChangeKind | None
) -> None:
    """Another main outweighs another mode; no difference is no change."""
    changes = reconcile_links(LinkMap((held,) if held else ()), (shown,) if shown else ())
    assert [(row.kind, row.held, row.seen) for row in changes] == (
        [] if kind is None else [(kind, held, shown)]
    )


def test_ended_links_are_no_news() -> None:
    """A link that ended and is not shown has not vanished; changes come by sub-account."""
    ended = link(1, 2, until=link(1, 2).since)
    found = reconcile_links(LinkMap((ended, link(1, 9))), (seen(1, 4), seen(1, 3)))
    assert [(row.sub_id, row.kind) for row in found] == [
        (3, ChangeKind.APPEARED),
        (4, ChangeKind.APPEARED),
        (9, ChangeKind.VANISHED),
    ]
