"""Reading back: what counts as seen, as absent, and as a contradiction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from connector.domain.accounts import Account, AccountStatus
from connector.domain.ids import AccountId, CreditNoteId
from connector.domain.invoices import CreditNote, Invoice, InvoiceStatus
from connector.domain.marker import with_marker
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.recovery import (
    Contradicted,
    NotSeen,
    Seen,
    Sight,
    look_for_credit_note,
    look_for_invoice,
    look_for_mark,
    look_for_status,
    quiet_from,
)
from connector.saga.states import StepState
from connector.saga.steps import StepKind
from tests.build import account, invoice
from tests.saga.support import NOW, SOURCES, merge, releases, step_of, suspensions

MERGE = merge()
ISSUE, RELIEVE, CLAIM = (step_of(MERGE, number) for number in (3, 5, 2))
MERGED = invoice(90, 1, "40.00@20", memo=f"staff\n{ISSUE.marker}")
OTHER = invoice(91, 1, "40.00@20", memo=f"{RELIEVE.marker}")
NOTE = CreditNote(
    id=CreditNoteId(7),
    account_id=AccountId(2),
    number="C7",
    total=Decimal("12.00"),
    deleted=False,
    note=f"Moved. {RELIEVE.marker}",
    created_at=None,
)


def said(sight: Sight) -> str:
    """``seen 7``, ``not seen``, or the contradiction."""
    if isinstance(sight, Seen):
        return f"seen {sight.remote_id}"
    return sight.reason if isinstance(sight, Contradicted) else "not seen"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "not seen"),
        ([OTHER], "not seen"),
        ([OTHER, MERGED], "seen 90"),
        ([MERGED, replace(MERGED, id=OTHER.id, number="N91")], "seen 90"),
        ([replace(MERGED, status=InvoiceStatus.DELETED)], "was deleted"),
        ([replace(MERGED, status=InvoiceStatus.DELETED), replace(MERGED, id=OTHER.id)], "seen 91"),
        ([replace(MERGED, total=Decimal("47.99"))], "N90 makes 47.99, not 48.00"),
    ],
)
def test_the_merged_invoice_is_known_by_mark_and_amount(found: list[Invoice], words: str) -> None:
    """Another plan's document, or another step's, is not ours."""
    assert words in said(look_for_invoice(ISSUE, found))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "not seen"),
        ([replace(NOTE, note="Moved.")], "not seen"),
        ([NOTE], "seen 7"),
        ([NOTE, replace(NOTE, id=CreditNoteId(8))], "stands 2 times"),
        ([replace(NOTE, deleted=True)], "was deleted"),
        ([replace(NOTE, total=Decimal("11.99"))], "C7 makes 11.99, not 12.00"),
    ],
)
def test_a_relief_is_known_by_mark_and_amount(found: list[CreditNote], words: str) -> None:
    """By the mark in its note, since it has no memo."""
    assert words in said(look_for_credit_note(RELIEVE, found))


def test_a_document_that_lost_our_mark_is_never_sent_again() -> None:
    """The platform named it and shows it: it exists, though no reading finds it by mark."""
    bare, plain = replace(MERGED, memo=""), replace(NOTE, note="Moved.")
    assert "N90 does not bear our mark" in said(look_for_invoice(ISSUE, [bare], answered_id=90))
    assert "C7 does not bear" in said(look_for_credit_note(RELIEVE, [plain], answered_id=7))
    assert said(look_for_invoice(ISSUE, [MERGED], answered_id=90)) == "seen 90"
    assert said(look_for_credit_note(RELIEVE, [NOTE], answered_id=7)) == "seen 7"
    assert said(look_for_invoice(ISSUE, [], answered_id=90)) == "not seen"
    assert said(look_for_credit_note(RELIEVE, [], answered_id=7)) == "not seen"


def test_a_document_whose_mark_somebody_wrote_over_is_not_sent_again() -> None:
    """The platform did not name it, but it has our heading, or our words and our amount."""
    effect = ISSUE.effect
    assert isinstance(effect, IssueInvoice)
    ours = replace(MERGED, items=effect.items, total=effect.total, memo="by hand")
    assert "put LA1:" in said(look_for_invoice(ISSUE, [OTHER, ours]))
    assert "N90 has our words but not our mark" in said(look_for_invoice(ISSUE, [ours]))
    deleted = replace(ours, status=InvoiceStatus.DELETED)
    assert said(look_for_invoice(ISSUE, [deleted])) == "not seen"
    twin = replace(ours, id=OTHER.id, memo=MERGED.memo)
    assert said(look_for_invoice(ISSUE, [ours, twin])) == "seen 91"
    words = RELIEVE.effect
    assert isinstance(words, IssueCreditNote)
    cut = replace(NOTE, note=words.note.replace(str(RELIEVE.marker), "paid"))
    assert "C7 has our words" in said(look_for_credit_note(RELIEVE, [cut]))
    for other in (replace(cut, deleted=True), replace(cut, total=Decimal(1))):
        assert said(look_for_credit_note(RELIEVE, [other])) == "not seen"


@pytest.mark.parametrize(
    ("kind", "marked", "words"),
    [
        (StepKind.CLAIM, True, "seen None"),
        (StepKind.CLAIM, False, "not seen"),
        (StepKind.UNCLAIM, False, "seen None"),
        (StepKind.UNCLAIM, True, "not seen"),
    ],
)
def test_a_mark_is_there_after_a_claim_and_gone_after_its_return(
    kind: StepKind, words: str, *, marked: bool
) -> None:
    """Read from the source's memo."""
    memo = with_marker("x", CLAIM.marker) if marked else "x"
    step = replace(CLAIM, kind=kind)
    assert said(look_for_mark(step, CLAIM, replace(SOURCES[1], memo=memo))) == words


def test_a_mark_that_was_cut_is_no_mark_and_not_handed_back_either() -> None:
    """A field that is shorter than we believe: somebody must make room, and the rest must go."""
    memo = f"x\n{str(CLAIM.marker)[:20]}"
    cut = replace(SOURCES[1], memo=memo)
    assert said(look_for_mark(CLAIM, CLAIM, cut)).startswith("its memo kept a part of our mark")
    assert said(look_for_mark(replace(CLAIM, kind=StepKind.UNCLAIM), CLAIM, cut)) == "not seen"


def test_a_source_that_is_gone_contradicts() -> None:
    """Neither marked nor unmarked."""
    assert said(look_for_mark(CLAIM, CLAIM, None)) == "the source is gone"


@pytest.mark.parametrize(
    ("sub", "words"),
    [
        (account(2, AccountStatus.BLOCKED), "seen 5"),
        (account(2), "not seen"),
        (None, "the account is gone"),
    ],
)
def test_a_status_is_read_back(sub: Account | None, words: str) -> None:
    """A suspension remembers the log row it left."""
    assert said(look_for_status(suspensions(2).steps[0], sub, 5)) == words


def test_a_release_is_seen_by_the_account_being_active() -> None:
    """Blocked again at once is not done."""
    step = releases(2).steps[0]
    assert said(look_for_status(step, account(2))) == "seen None"
    assert said(look_for_status(step, account(2, AccountStatus.BLOCKED))) == "not seen"


def test_documents_need_quiescence_and_marks_do_not() -> None:
    """Repeating a memo or a status changes nothing; a second document would."""
    quiet = timedelta(minutes=15)
    sent = [replace(step, state=StepState.UNKNOWN, sent_at=NOW) for step in MERGE.steps]
    assert [quiet_from(step, quiet) for step in sent] == [
        None,
        None,
        NOW + quiet,
        NOW + quiet,
        NOW + quiet,
    ]
    status = replace(releases(2).steps[0], sent_at=NOW)
    assert quiet_from(status, quiet) is None
    assert quiet_from(ISSUE, quiet) is None
    assert isinstance(look_for_invoice(ISSUE, []), NotSeen)
