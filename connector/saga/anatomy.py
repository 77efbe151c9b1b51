"""Which document of a lost merge is which: the merged invoice, its sources, and what came after.

A merge of *n* sources marks them 1 to *n*, its merged invoice *n + 1*, and the credit notes that
relieve them *n + 2* to *2n + 1*. Steps that were added later have higher numbers, and their credit
notes say what they are for. The merged invoice is told from a source by the headings of its
sections; these also name its sources, should somebody have taken our mark off one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connector.domain.ids import AccountId
from connector.domain.invoices import CreditNote, Invoice, InvoiceStatus
from connector.domain.sections import Section, sections_in
from connector.saga.steps import StepKind
from connector.saga.traces import Traces
from connector.saga.wording import purpose_of

Payer = Callable[[AccountId], AccountId | None]
"""Which main account pays, or paid, for an account; itself if it is a main account."""

Named = tuple[AccountId, str]
"""An invoice by its account and its printed number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Anatomy:
    """The parts of a lost merge, as far as the platform shows them."""

    main_id: AccountId | None
    issue: int  #: number of the pivot's step
    merged: Invoice | None  #: the merged invoice; deleted, if no other is left
    twins: tuple[Invoice, ...]  #: further documents with its mark
    sections: tuple[Section, ...]  #: what it carries, by source; none if it tells nothing
    sources: Mapping[int, Invoice]  #: by the number of their claim
    notes: tuple[tuple[int, CreditNote], ...]

    @property
    def is_carried(self) -> bool:
        """Whether the merged invoice stands."""
        return self.merged is not None and self.merged.status is not InvoiceStatus.DELETED

    @property
    def is_past_pivot(self) -> bool:
        """Whether a merged invoice was there once, and is the ground of what followed."""
        return self.is_carried or any(not note.deleted for _, note in self.reliefs)

    @property
    def reliefs(self) -> tuple[tuple[int, CreditNote], ...]:
        """The credit notes that relieve sources in full, or their rest, by step."""
        return tuple(
            (step, note)
            for step, note in self.notes
            if step <= 2 * self.issue - 1 or _is_for(note, StepKind.RELIEVE)
        )


def dissect(traces: Traces, payer: Payer, named: Mapping[Named, Invoice]) -> Anatomy:
    """Tell the documents of a plan apart.

    Args:
        traces: what bears its marks.
        payer: who pays for whom, as far as links tell.
        named: invoices without our mark that :func:`unmarked_sources` asked for.
    """
    issue, issued = _find_issued(traces, payer)
    notes = traces.noted()
    voided = {
        said.number
        for _, note in notes
        if (said := purpose_of(note.note)) is not None and said.kind is StepKind.VOID
    }
    merged = _the_merged(issued, voided)
    sections = () if merged is None else sections_in(merged.items)
    sources: dict[int, Invoice] = {}
    for step in range(1, issue):
        section = sections[step - 1] if len(sections) == issue - 1 else None
        found = _source(traces.marked(step), section, named)
        if found is not None:
            sources[step] = found
    return Anatomy(
        main_id=_main_of(issued, sources, payer),
        issue=issue,
        merged=merged,
        twins=tuple(row for row in issued if row is not merged),
        sections=sections if len(sections) == issue - 1 else (),
        sources=sources,
        notes=notes,
    )


def unmarked_sources(traces: Traces, payer: Payer) -> tuple[Named, ...]:
    """Sources that the merged invoice names, and on which our mark is not found."""
    anatomy = dissect(traces, payer, {})
    return tuple(
        (section.account_id, section.number)
        for step, section in enumerate(anatomy.sections, start=1)
        if step not in anatomy.sources
    )


def _find_issued(traces: Traces, payer: Payer) -> tuple[int, tuple[Invoice, ...]]:
    """The pivot's number and the documents with its mark; a guess and none if there is none."""
    steps = sorted(traces.steps_marked())
    for step in reversed(steps):
        found = traces.marked(step)
        if any(sections_in(row.items) for row in found):
            return step, tuple(row for row in found if sections_in(row.items))
    highest = steps[-1] if steps else 0
    lower = {row.account_id for step in steps[:-1] for row in traces.marked(step)}
    for row in traces.marked(highest) if highest else ():
        others = lower - {row.account_id}
        if any(payer(account) == row.account_id for account in others):
            return highest, (row,)  # its lines were changed; sources of the main come first
    return highest + 1, ()


def _the_merged(issued: tuple[Invoice, ...], voided: set[str]) -> Invoice | None:
    """Of several the oldest that stands and was not voided; else one that was deleted."""
    left = [row for row in issued if row.number not in voided]
    standing = [row for row in left if row.status is not InvoiceStatus.DELETED]
    return next(iter([*standing, *left]), None)


def _source(
    marked: tuple[Invoice, ...], section: Section | None, named: Mapping[Named, Invoice]
) -> Invoice | None:
    """The invoice that was claimed; staff may have copied our mark to another one."""
    if section is None:
        return next(iter(marked), None)
    ours = [row for row in marked if row.account_id == section.account_id]
    exact = [row for row in ours if row.number == section.number]
    found = next(iter([*exact, *ours]), None)
    return found if found is not None else named.get((section.account_id, section.number))


def _main_of(
    issued: tuple[Invoice, ...], sources: Mapping[int, Invoice], payer: Payer
) -> AccountId | None:
    if issued:
        return issued[0].account_id
    known = (payer(row.account_id) for row in sources.values())
    return next((main for main in known if main is not None), None)


def _is_for(note: CreditNote, kind: StepKind) -> bool:
    said = purpose_of(note.note)
    return said is not None and said.kind is kind
