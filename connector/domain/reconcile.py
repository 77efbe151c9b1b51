"""What changed between the links we hold and the links we see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId
from connector.domain.links import Link, LinkMap


class ChangeKind(StrEnum):
    """How a link changed."""

    APPEARED = "appeared"
    VANISHED = "vanished"
    MODE_CHANGED = "mode_changed"
    DRIFTED = "drifted"  #: under another main account than the one we hold


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenLink:
    """A link as a source shows it now."""

    sub_id: AccountId
    main_id: AccountId
    mode: BillingMode


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkChange:
    """One difference; ``seen`` is None when the link vanished."""

    kind: ChangeKind
    sub_id: AccountId
    held: Link | None
    seen: SeenLink | None


def reconcile_links(held: LinkMap, seen: tuple[SeenLink, ...]) -> tuple[LinkChange, ...]:
    """Compare the live links we hold with those a source shows, by sub-account."""
    now = {link.sub_id: link for link in seen}
    before = {link.sub_id: link for link in held.links if link.until is None}
    return tuple(
        change
        for sub_id in sorted(now.keys() | before.keys())
        if (change := _compare(sub_id, before.get(sub_id), now.get(sub_id)))
    )


def _compare(sub_id: AccountId, held: Link | None, seen: SeenLink | None) -> LinkChange | None:
    if held is None:
        kind = ChangeKind.APPEARED
    elif seen is None:
        kind = ChangeKind.VANISHED
    elif held.main_id != seen.main_id:
        kind = ChangeKind.DRIFTED
    elif held.mode is not seen.mode:
        kind = ChangeKind.MODE_CHANGED
    else:
        return None
    return LinkChange(kind=kind, sub_id=sub_id, held=held, seen=seen)
