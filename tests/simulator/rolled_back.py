"""The platform is put back to an older state: noticed without a write, told, settled by a person."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields
from pathlib import Path
from typing import Any

from connector.ports.platform import Feed
from connector.runtime import facts
from connector.runtime.lost import read_lost_interval, settle_lost_interval
from connector.runtime.service import Service
from connector.sandbox.tables import Table
from connector.sandbox.world import World
from tests.simulator.accident import NAME, Accident
from tests.simulator.documents import marks_in
from tests.simulator.stage import Actor
from tests.simulator.weather import Weather

STAYS = frozenset(
    {
        *("options", "key", "secret", "clock", "switches", "hooks", "people", "requests"),
        *("links", "former_links", "faults_fired", "last_nonce"),
    }
)
"""What a backup of the platform's database has no part of: the simulation itself, and intentions."""


class RolledBack(Accident):
    """A backup is made at a drawn effect, and put in the platform's place at a later one."""

    name = "platform rolled back"

    def __init__(self, weather: Weather, folder: Path) -> None:
        super().__init__(weather, folder)
        self.saves_at = self.drawn.randint(1, self.strikes_at)
        self._saved: dict[str, object] = {}
        self._made = 0
        self._is_told = False

    def notice(self, actor: Actor) -> None:
        """At a drawn moment a backup is made."""
        del actor
        if self.effects == self.saves_at:
            self._saved = _copy_of(self.world)
            self._made = self._count_made()

    def may_strike(self) -> bool:
        """Not before something of ours would be lost by it, if the storm lasts so long."""
        return bool(self._saved) and self._count_made() > self._made

    def _count_made(self) -> int:
        """How many documents an API key has made so far."""
        rows = (*self.world.invoices, *self.world.credit_notes)
        return sum(row.added_by == "api" for row in rows)

    def strike(self) -> None:
        """Restore it; what was under way on the platform is gone, and missed rounds are held."""
        requests = self.world.counters.request
        known = set(self.world.customers.ids)
        for name, value in (self._saved or _copy_of(self.world)).items():
            setattr(self.world, name, value)
        self.world.counters.request = requests
        self._link_again(set(self.world.customers.ids) - known)
        self.platform.box._front.late._waiting.clear()
        self.platform.box._front.shadows._cast.clear()
        self.watch.forget()
        self._control("GET", "state", {})
        self.watch.recount()
        reasons = list(self._evident())
        self.is_mended = not reasons
        self.watch.is_apart = bool(reasons)
        self.stage.counts["platform behind"] += bool(reasons)
        for reason in reasons:
            self.stage.tell("ACCIDENT", reason)

    def _link_again(self, back: set[int]) -> None:
        """Whom people had deleted is back, and means what our operator's links still say."""
        for past in reversed(self.world.former_links):
            link = past.link
            is_kept = self.cabinet.rows(
                "SELECT 1 FROM link WHERE sub_id = ? AND main_id = ? AND until IS NULL",
                link.sub_id,
                link.main_id,
            )
            if is_kept and link.sub_id in back:
                self.world.links.setdefault(link.sub_id, link)

    def _evident(self) -> Iterator[str]:
        """What our store knows and the platform has not any more."""
        tables: dict[Feed, Table[Any]] = {
            Feed.INVOICES: self.world.invoices,
            Feed.CREDIT_NOTES: self.world.credit_notes,
            Feed.PAYMENTS: self.world.payments,
            Feed.STATUS_CHANGES: self.world.changes,
        }
        for feed, table in tables.items():
            mark = int(self.fact(facts.feed_mark(feed)) or 0)
            account, _, _ = (self.fact(facts.feed_row(feed)) or "||").split("|")
            highest = max(table.ids, default=0)
            row = table.get(mark)
            if mark > highest:
                yield f"{feed}: {mark} was known, the highest is {highest}"
            elif row is not None and account and row.customer_id != int(account):
                yield f"{feed}: {mark} is another row now"
        steps = self.cabinet.rows(
            "SELECT * FROM step WHERE state = 'confirmed' AND remote_id IS NOT NULL"
        )
        for step in steps:
            if step["kind"] in {"claim", "unclaim", "suspend", "release", "mark"}:
                continue
            is_issue = step["kind"] in {"issue", "recharge"}
            document = (self.world.invoices if is_issue else self.world.credit_notes).get(
                step["remote_id"]
            )
            text = "" if document is None else getattr(document, "memo", "") + document.note
            ours = (step["plan_id"], step["number"])
            if document is None or ours not in marks_in(document, text):
                yield f"step {step['number']} of {step['plan_id']} is gone"

    def has_passed(self) -> bool:
        """Other rows of the same accounts have got the numbers, and nothing of ours is gone."""
        return not any(self._evident())

    def mend(self, service: Service) -> None:
        """Look at the report once, then settle it."""
        if self.fact(facts.ROLLED_BACK) is None:
            return
        if not self._is_told:
            report = read_lost_interval(service)
            self._is_told = True
            self.stage.counts["lost steps told"] += len(report.steps)
            self.stage.tell(NAME, f"reads of {len(report.steps)} lost steps")
            return
        settle_lost_interval(service, NAME)
        self.stage.counts["losses settled"] += 1
        self.stage.tell(NAME, "settles")
        self.is_mended = True
        self.watch.is_apart = False
        self.watch.recount()


def _copy_of(world: World) -> dict[str, object]:
    rows = {each.name: getattr(world, each.name) for each in fields(world)}
    return deepcopy({name: value for name, value in rows.items() if name not in STAYS})
