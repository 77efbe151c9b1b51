"""Wrongs planted into a sandbox or into our store after a merge: what staff, defects and forgers do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal

from connector.domain.ids import AccountId
from connector.domain.marker import Marker
from connector.saga.audit.rules import Rule
from connector.saga.steps import Operation, OperationState, StepKind
from connector.sandbox.records import CreditNote, Invoice
from connector.sandbox.world import World
from tests.acceptance.bench import Bench, Family

MORE = "[merge]\nguard_minutes = 0\n"
STRANGE = "LA1:ZZZZZZZZZZZZZZZZZZZZ:1"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The main's 36.00 and two subs' 12.00 and 24.00, merged into 72.00 and closed."""

    bench: Bench
    family: Family
    operation: Operation

    @property
    def sub(self) -> AccountId:
        """The sub-account whose 24.00 are plucked at."""
        return self.family.sub_ids[1]

    @property
    def merged(self) -> Invoice:
        """The merged invoice, as the platform keeps it."""
        return self._invoice(self._step(StepKind.ISSUE))

    @property
    def source(self) -> Invoice:
        """The sub-account's own invoice."""
        step = next(
            step
            for step in self.operation.steps
            if step.kind is StepKind.CLAIM and step.account_id == self.sub
        )
        return self._invoice(step.invoice_id or 0)

    @property
    def note(self) -> CreditNote:
        """The credit note that relieved it."""
        found = self.world.credit_notes.get(self._step(StepKind.RELIEVE, self.sub))
        assert found is not None
        return found

    @property
    def world(self) -> World:
        """The platform's books."""
        return self.bench.box.world

    def control(self, path: str, **body: object) -> None:
        """Something that people do."""
        self.bench.control("POST", path, body)

    def invoice_with(self, memo: str) -> None:
        """An invoice by hand on the main account, of which somebody then writes the memo."""
        body = {"customer_id": self.family.main_id, "items": [{"price": "5.00"}]}
        number = self.bench.control("POST", "invoice", body)["invoice_id"]
        self._invoice(number).memo = memo

    def store(self, *statements: str) -> None:
        """Change our store past all code of ours, as whoever has the file can."""
        with closing(sqlite3.connect(self.bench.folder / "state.sqlite3")) as store, store:
            for statement in statements:
                store.execute(statement)

    def _step(self, kind: StepKind, account_id: AccountId | None = None) -> int:
        return next(
            step.remote_id or 0
            for step in self.operation.steps
            if step.kind is kind and account_id in {None, step.account_id}
        )

    def _invoice(self, number: int) -> Invoice:
        found = self.world.invoices.get(number)
        assert found is not None
        return found


def merged_scene(bench: Bench) -> Scene:
    """Make the family, charge it, and merge."""
    bench.configure(more=MORE)
    family = bench.family("30.00", ("10.00", "20.00"))
    bench.link(*((family.main_id, sub, "aggregated") for sub in family.sub_ids))
    bench.control("POST", "charge", {})
    bench.sync()
    with bench.service() as service, service.store.begin() as unit:
        (operation,) = unit.journal.load_operations({OperationState.CLOSED})
    return Scene(bench=bench, family=family, operation=operation)


def _relief_taken_back(scene: Scene) -> None:
    scene.control("delete", resource="credit-notes", id=scene.note.id)


def _note_vanishes(scene: Scene) -> None:
    scene.world.credit_notes.remove(scene.note)


def _note_edited(scene: Scene) -> None:
    scene.note.total = Decimal(20)


def _note_unmarked(scene: Scene) -> None:
    scene.note.note = "Moved."


def _merged_deleted(scene: Scene) -> None:
    scene.control("delete", resource="invoices", id=scene.merged.id)


def _merged_edited(scene: Scene) -> None:
    lines = [{"description": "All", "price": "50.00", "tax": "20", "quantity": "1"}]
    scene.control("edit", resource="invoices", id=scene.merged.id, changes={"items": lines})


def _merged_unmarked(scene: Scene) -> None:
    changes = {"memo": "call first"}
    scene.control("edit", resource="invoices", id=scene.merged.id, changes=changes)


def _merged_credited(scene: Scene) -> None:
    account, invoice = scene.family.main_id, scene.merged.id
    scene.control("credit", customer_id=account, invoice_id=invoice, amount="72.00")


def _tax_moved(scene: Scene) -> None:
    for item in scene.merged.items:
        item.price, item.tax = item.price * Decimal("1.2"), Decimal(0)


def _paid_late(scene: Scene) -> None:
    scene.control("pay", customer_id=scene.sub, amount="24.00")


def _source_lowered(scene: Scene) -> None:
    scene.source.total = Decimal(20)


def _source_raised(scene: Scene) -> None:
    source = scene.source
    source.total, source.due, source.status = Decimal(30), Decimal(6), "not_paid"
    scene.world.billing_of(scene.sub).deposit -= 6


def _source_deleted(scene: Scene) -> None:
    scene.source.status = "deleted"


def _source_charged(scene: Scene) -> None:
    scene.source.status = "pending"


def _source_due(scene: Scene) -> None:
    scene.source.due, scene.source.status = Decimal(24), "not_paid"
    scene.world.billing_of(scene.sub).deposit -= 24


def _second_document(scene: Scene) -> None:
    scene.invoice_with(scene.merged.memo)


def _claim_copied(scene: Scene) -> None:
    scene.invoice_with(scene.source.memo)


def _claim_moved(scene: Scene) -> None:
    scene.invoice_with(scene.source.memo)
    scene.source.memo = ""


def _strange_mark(scene: Scene) -> None:
    plan = scene.operation.plan_id
    scene.invoice_with(str(Marker(plan_id=plan, step=999)))


def _event_changed(scene: Scene) -> None:
    scene.store("DROP TRIGGER event_is_final", "UPDATE event SET detail = 'x' WHERE id = 2")


def _events_cut_off(scene: Scene) -> None:
    scene.store(
        "DROP TRIGGER event_is_kept",
        "DELETE FROM event WHERE id = (SELECT max(id) FROM event)",
    )


def _parameters_changed(scene: Scene) -> None:
    scene.store(
        "UPDATE step SET effect = replace(effect, 'Moved to', 'Moved  to')"
        " WHERE kind = 'relieve' AND number = (SELECT max(number) FROM step)"
    )


def _step_changed(scene: Scene) -> None:
    scene.store("UPDATE step SET attempts = attempts + 1 WHERE number = 1")


def _source_row_changed(scene: Scene) -> None:
    scene.store("UPDATE source SET total = total + 10000 WHERE position = 0")


def _link_moved(scene: Scene) -> None:
    scene.store("DROP TRIGGER link_is_final", "UPDATE link SET until = '2025-01-01'")
    scene.store("UPDATE link SET since = '2024-01-01'")


WRONGS: dict[str, tuple[Callable[[Scene], None], Rule]] = {
    "a relief is taken back": (_relief_taken_back, Rule.NOTE_GONE),
    "a credit note vanishes": (_note_vanishes, Rule.NOTE_GONE),
    "a credit note is edited": (_note_edited, Rule.NOTE_CHANGED),
    "a credit note loses its mark": (_note_unmarked, Rule.MARKER_LOST),
    "the merged invoice is deleted": (_merged_deleted, Rule.MERGED_GONE),
    "the merged invoice is edited": (_merged_edited, Rule.MERGED_CHANGED),
    "the merged invoice loses its mark": (_merged_unmarked, Rule.MARKER_LOST),
    "the merged invoice is credited": (_merged_credited, Rule.MERGED_CREDITED),
    "the merged invoice is taxed otherwise": (_tax_moved, Rule.TAX_MOVED),
    "a source is paid after its relief": (_paid_late, Rule.MONEY_ON_SUB),
    "a source is lowered": (_source_lowered, Rule.SOURCE_LOWERED),
    "a source is raised": (_source_raised, Rule.LEFT_ON_SUB),
    "a source is deleted": (_source_deleted, Rule.SOURCE_GONE),
    "a source is being charged": (_source_charged, Rule.SOURCE_PENDING),
    "a source is due again": (_source_due, Rule.NOT_RELIEVED),
    "a second merged invoice stands": (_second_document, Rule.SECOND_DOCUMENT),
    "a claim is copied": (_claim_copied, Rule.MARKED_TWICE),
    "a claim is moved": (_claim_moved, Rule.MARKER_MISPLACED),
    "a mark that the journal does not know": (_strange_mark, Rule.MARKER_UNKNOWN),
    "an event is changed": (_event_changed, Rule.CHAIN_BROKEN),
    "the latest event is cut off": (_events_cut_off, Rule.CHAIN_BROKEN),
    "parameters are changed": (_parameters_changed, Rule.PARAMS_CHANGED),
    "a step is changed": (_step_changed, Rule.EVENTS_DISAGREE),
    "a journaled amount is changed": (_source_row_changed, Rule.UNBALANCED),
    "a link is moved": (_link_moved, Rule.OUTSIDE_FAMILY),
}
"""What somebody does, and the only rule that must see it."""
