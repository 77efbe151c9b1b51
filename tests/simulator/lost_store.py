"""Our store is lost, or replaced by an older copy: noticed without a write, rebuilt, confirmed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from connector.runtime import facts
from connector.runtime.rebuild import confirm_rebuild, rebuild
from connector.runtime.service import Service
from tests.simulator.accident import NAME, Accident
from tests.simulator.marks import is_whole, seen_in
from tests.simulator.stage import Actor
from tests.simulator.weather import QUIESCENCE, Weather

ANOTHER_ID = "ANOTHERSIMULATION222"
KINDS = ("deleted", "deleted", "copied", "restored")
Mark = tuple[str, int]


def _quietly(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


class LostStore(Accident):
    """The file is deleted, or somebody puts an older copy there, with our command or without."""

    name = "lost store"

    def __init__(self, weather: Weather, folder: Path) -> None:
        super().__init__(replace(weather, unlink_rate=0.0), folder)
        self.kind = self.drawn.choice(KINDS)
        self.saves_at = self.drawn.randint(1, self.strikes_at)
        self._saved = folder / "saved"
        self._template = folder.parent / "template.sqlite3"
        self._is_rebuilt = False
        self._has_documents = False
        self._marked_mains: set[int] = set()

    def notice(self, actor: Actor) -> None:
        """At a drawn moment a copy is made."""
        del actor
        if self.effects == self.saves_at:
            self.cabinet.save(self._saved)

    def strike(self) -> None:
        """Put another store in the place of ours."""
        self.watch.remember()
        if self.kind == "deleted" or not self._saved.exists():
            self.kind = "deleted"
            self.cabinet.replace(self._template)
            self.cabinet.rename(ANOTHER_ID)
            self.cabinet.set_up(self.world, self.world.switches.api_status_admin)
        else:
            self.cabinet.replace(self._saved)
        if self.kind == "copied":  # whoever copies by hand is told to wait so long
            self.timeline.pass_by(QUIESCENCE)
            self._control("GET", "state", {})
        if self.kind == "restored":
            self.cabinet.record_fact(facts.RECOVERY, "recovery: restored by the operator")
            self.cabinet.record_fact(facts.RECOVERY_SINCE, self.timeline.now().isoformat())
        self._saved.unlink(missing_ok=True)
        self.stage.counts[f"store {self.kind}"] += 1
        self.watch.forget()
        self._expect()

    def _expect(self) -> None:
        """What the next process must notice: marks that its journal cannot explain."""
        known = {
            (row["plan_id"], row["number"])
            for row in self.cabinet.rows(
                "SELECT * FROM step WHERE sent_at IS NOT NULL OR state = 'confirmed'"
            )
        }
        invoices = [row for row in self.world.invoices if row.added_by == "api"]
        made = {mark for row in invoices for mark in _marks(row.memo)}
        made |= {mark for row in self.world.credit_notes for mark in _marks(row.note)}
        claimed = {
            mark: row.customer_id for row in self.world.invoices for mark in _marks(row.memo)
        }
        self._has_documents = bool(made - known) or (
            self.kind == "deleted" and bool(claimed.keys() - known)
        )
        mains = {link.sub_id: link.main_id for link in self.world.links.values()}
        strange = [who for mark, who in claimed.items() if mark not in known]
        self._marked_mains = {mains.get(who, who) for who in strange}
        must = self._has_documents or bool(self._marked_mains)
        self.is_mended = self.kind != "restored" and not must
        self.watch.is_apart = not self.is_mended
        self.stage.counts["store behind"] += not self.is_mended

    def judge_apart(self) -> None:
        """Nothing may be written, or to no marked family where marks alone would tell."""
        sending = (
            "SELECT main_id FROM operation JOIN step USING (plan_id) WHERE step.state = 'sending'"
        )
        mains = {row["main_id"] for row in self.cabinet.rows(sending)}
        is_told = self.fact(facts.RECOVERY) is not None
        if is_told or self._has_documents or mains & self._marked_mains:
            super().judge_apart()

    def mend(self, service: Service) -> None:
        """Rebuild once, look at it, and confirm when it may be."""
        if not self._is_rebuilt:
            report = rebuild(service, _quietly)
            self._is_rebuilt = True
            self.stage.tell(NAME, f"rebuilds {len(report.plans)} plans from {report.marks} marks")
            self.stage.counts["plans rebuilt"] += sum(each.is_news for each in report.plans)
            return
        report = confirm_rebuild(service, _quietly, NAME)
        self.stage.tell(NAME, "confirms")
        self.stage.counts["rebuilds confirmed"] += 1
        self.stage.counts["marks unexplained"] += len(report.unexplained)
        self.is_mended = True
        self.watch.is_apart = False


def _marks(text: str) -> set[Mark]:
    return {(plan, int(step)) for plan, step, _ in filter(is_whole, seen_in(text))}
