"""Ask before anything is written whether the platform is still where our journal left it.

Of each feed the newest row that we knew is read, and the newest invoice and the newest credit note
that we made ourselves; the next older ones only if somebody deleted these. A turn that has nothing
to write is spared these requests, but for once an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connector.domain.ids import AccountId, CreditNoteId, InvoiceId
from connector.domain.marker import markers_in
from connector.errors import RecordMissing
from connector.observe.events import Event as Log
from connector.ports.platform import Feed
from connector.ports.store import UnitOfWork
from connector.runtime import facts
from connector.runtime.service import Service
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.recovery import shares_heading
from connector.saga.rollback import OwnDocument, Standing, Watermark, judge_rollback
from connector.saga.steps import Step

LOOKED_AT = 5
"""Documents of one kind that are read at most; the first one that stands ends it."""

MEND = (
    "nothing is written until `linked-accounts lost-interval` has shown what is gone, and a person "
    "has settled it"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rearview:
    """The newest records that we knew, as they are now."""

    watermarks: tuple[Watermark, ...]  #: none at the first poll
    documents: tuple[OwnDocument, ...]


def read_standing(service: Service, step: Step) -> Standing:
    """How a document of ours is now: read by the number that the platform gave it."""
    number, effect = step.remote_id or 0, step.effect
    try:
        if isinstance(effect, IssueInvoice):
            invoice = service.reader.read_invoice(InvoiceId(number))
            found = (invoice.account_id, invoice.total, invoice.memo)
            if invoice.account_id == step.account_id and shares_heading(effect, invoice):
                return Standing.STANDS  # whatever staff made of its other lines and its memo
        else:
            note = service.reader.read_credit_note(CreditNoteId(number))
            found = (note.account_id, note.total, note.note)
    except RecordMissing:
        return Standing.GONE
    account_id, total, text = found
    if step.marker in markers_in(text):
        return Standing.STANDS
    assert isinstance(effect, IssueInvoice | IssueCreditNote)  # noqa: S101 - narrows the union
    is_edited = (account_id, total) == (step.account_id, effect.total)
    return Standing.STANDS if is_edited else Standing.OTHER


def read_newest(service: Service) -> tuple[OwnDocument, ...]:
    """Our newest documents of both kinds, as they are now."""
    found: list[OwnDocument] = []
    with service.store.begin() as unit:
        newest = {
            feed: unit.journal.load_latest_documents(feed, LOOKED_AT)
            for feed in (Feed.INVOICES, Feed.CREDIT_NOTES)
        }
    for feed, steps in newest.items():
        for step in steps:
            standing = read_standing(service, step)
            found.append(OwnDocument(step=step, feed=feed, standing=standing))
            if standing is Standing.STANDS:
                break
    return tuple(found)


def is_ahead(unit: UnitOfWork) -> bool:
    """Whether a document of ours is newer than what the latest poll saw of its feed."""
    for feed in (Feed.INVOICES, Feed.CREDIT_NOTES):
        mark = unit.facts.load(facts.feed_mark(feed))
        for step in unit.journal.load_latest_documents(feed, 1):
            if mark is not None and (step.remote_id or 0) > int(mark):
                return True
    return False


def record_rollback(service: Service, unit: UnitOfWork, view: Rearview) -> bool:
    """Stop everything if the platform was put back to an older state; whether it was."""
    found = judge_rollback(view.watermarks, view.documents)
    if not found:
        return False
    why = f"rollback: the platform seems to be restored from an old backup. {found}: {MEND}"
    unit.facts.record(facts.ROLLED_BACK, why)
    service.alerts.alert(Log.PLATFORM_BEHIND, why)
    return True


def row_text(account_id: AccountId | None, after: datetime | None, seen: datetime) -> str:
    """The fact that is kept of a feed's newest row."""
    return "|".join(
        (
            "" if account_id is None else str(account_id),
            "" if after is None else after.isoformat(),
            seen.isoformat(),
        )
    )


def row_from(text: str | None) -> tuple[AccountId | None, datetime | None, datetime | None]:
    """Whose the row is, after when it came, and when it was seen, as far as that was kept."""
    if text is None:
        return None, None, None
    account, after, seen = text.split("|")
    return (
        AccountId(int(account)) if account else None,
        datetime.fromisoformat(after) if after else None,
        datetime.fromisoformat(seen),
    )
