"""The judge of commits: what a transaction leaves in our store must hold at that very moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from connector.sandbox.records.base import Row as Record
from connector.sandbox.world import World
from tests.simulator.cabinet import Cabinet
from tests.simulator.sights import Sights

FEED = "poll.feed."
COUNT = "poll.accounts_count"
FROZEN = "service.frozen"
VANISH_PERCENT = 10
SOON = timedelta(minutes=2)
"""Clocks of hosts are a little wrong."""


class Commits:
    """Compares the store before and after each commit."""

    def __init__(
        self, world: World, cabinet: Cabinet, sights: Sights, now: Callable[[], datetime]
    ) -> None:
        self._world = world
        self._cabinet = cabinet
        self._sights = sights
        self._now = now
        self._facts: dict[str, str] = {}
        self._planned = 0

    def judge(self, who: str) -> Iterator[str]:
        """What is wrong with what a process has just committed."""
        before = self._facts
        self.look()
        facts = self._facts
        for name, value in facts.items():
            if name.startswith(FEED) and name in before and before[name] != value:
                feed = name.removeprefix(FEED)
                yield from self._judge_watermark(feed, int(before[name]), int(value))
        yield from _judge_count(before.get(COUNT), facts)
        yield from self._judge_plans(who)

    def look(self) -> None:
        """Take what stands in the store now for granted: a person has put it there."""
        self._facts = {
            row["name"]: row["value"] for row in self._cabinet.rows("SELECT * FROM fact")
        }

    def _judge_watermark(self, feed: str, low: int, high: int) -> Iterator[str]:
        """Whatever the watermark has passed, its family stands on the agenda."""
        due = {
            row["main_id"]
            for row in self._cabinet.rows(
                "SELECT main_id FROM agenda WHERE due_at <= ?", _stored(self._now() + SOON)
            )
        }
        unread = {
            row["object_id"] for row in self._cabinet.rows("SELECT object_id FROM quarantine")
        }
        for row in self._rows_of(feed):
            if not low < row.id <= high or row.id in unread:
                continue
            for main_id in self._mains_of(row.customer_id) - due:
                yield (
                    f"the watermark has passed {feed} {row.id} of account {row.customer_id},"
                    f" and nobody is to look at family {main_id}"
                )

    def _rows_of(self, feed: str) -> Iterator[Record]:
        """Rows that are news to the connector: nothing that an API key made itself."""
        tables: dict[str, Iterable[Record]] = {
            "invoices": self._world.invoices,
            "credit_notes": self._world.credit_notes,
            "payments": self._world.payments,
            "status_changes": self._world.changes,
        }
        for row in tables[feed]:
            if getattr(row, "added_by", "") != "api":
                yield row

    def _mains_of(self, account_id: int) -> set[int]:
        query = "SELECT main_id FROM link WHERE sub_id = ? OR main_id = ?"
        return {row["main_id"] for row in self._cabinet.rows(query, account_id, account_id)}

    def _judge_plans(self, who: str) -> Iterator[str]:
        """A new merge takes over nothing from an account that was shown with another partner."""
        plans = self._cabinet.rows(
            "SELECT rowid, * FROM operation WHERE rowid > ? AND kind = 'merge'", self._planned
        )
        for plan in plans:
            self._planned = max(self._planned, plan["rowid"])
            partner = self._sights.account(who, plan["main_id"]).get("partner_id")
            sources = self._cabinet.rows("SELECT * FROM source WHERE plan_id = ?", plan["plan_id"])
            for account_id in {row["account_id"] for row in sources}:
                shown = self._sights.account(who, account_id).get("partner_id")
                if str(shown) != str(partner):
                    yield f"plan {plan['plan_id']} merges account {account_id} of another partner"


def _judge_count(before: str | None, facts: dict[str, str]) -> Iterator[str]:
    if before is None or COUNT not in facts or FROZEN in facts:
        return
    was, now = int(before), int(facts[COUNT])
    if (was - now) * 100 > was * VANISH_PERCENT:
        yield f"accounts fell from {was} to {now}, and the connector went on"


def _stored(moment: datetime) -> str:
    """As the store writes it, so that text compares as time does."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
