"""The judge on the wire: every write was intended, in these words, by whoever holds the lease."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

from connector.domain.policy import Mode
from connector.saga.machine import SEND_MARGIN
from connector.sandbox.world import World
from tests.simulator.cabinet import Cabinet
from tests.simulator.commits import FROZEN, Commits
from tests.simulator.documents import Books, judge_books
from tests.simulator.effects import LOGIN, READING, is_write
from tests.simulator.operator import NAME
from tests.simulator.sights import Sights, words_in
from tests.simulator.stage import Actor, Stage
from tests.simulator.weather import Weather

ROOT = "/api/2.0/admin/"
UNAUTHORIZED = 401
FIRST_APPROVAL = "service.first_approval"
PAYERS = frozenset({"new", "active", "blocked"})
LONGEST_AGE = SEND_MARGIN + timedelta(milliseconds=1)
"""A time stamp in the store has whole microseconds or less."""

Json = dict[str, Any]
Key = tuple[str, int, int]

SENDING = """
    SELECT step.*, lease.epoch AS now_epoch, lease.holder AS holder
    FROM step, lease WHERE step.state = 'sending'
"""

LINKED = "SELECT main_id, sub_id FROM link WHERE until IS NULL OR until > ?"


class Watch:
    """Sees all traffic of one seed, and notes what is wrong with it."""

    def __init__(self, stage: Stage, world: World, cabinet: Cabinet, weather: Weather) -> None:
        self.violations: list[str] = []
        self.requests = 0
        self.writes = 0
        self.wrote: Callable[[], None] = lambda: None  #: told of every write that arrives
        self.is_apart = False  #: our journal and the platform do not belong together now
        self.approved: set[str] = set()  #: plans by a journal that was lost since
        self._stage = stage
        self._world = world
        self._cabinet = cabinet
        self._weather = weather
        self._sights = Sights()
        self._commits = Commits(world, cabinet, self._sights, stage.timeline.now)
        self._skew = weather.skew
        self._is_late = weather.is_late
        self._sent: dict[Key, int] = {}  #: how each claimed send was answered; -1 is not yet
        self._under_way: dict[str, Key] = {}
        self._carried_out = 0
        self._linked: dict[str, set[tuple[int, int]]] = {}  #: by process, when it last read them
        self._holder: Actor | None = None  #: who has the lease and the lock

    def sees_request(self, actor: Actor, request: httpx.Request) -> None:
        """A request arrives: a write must stand in the journal, claimed, as it is."""
        self.requests += 1
        if self._cabinet.desk.holder is actor:
            self.blame(f"{actor.name} asks the platform inside a transaction")
        if not is_write(request):
            return
        self.writes += 1
        self.wrote()
        if actor.is_looking:
            self.blame(f"{request.method} {request.url.path} by {actor.name} in a dry run")
        if self._weather.mode is Mode.OBSERVE:
            self.blame(f"{request.method} {request.url.path} in observe mode")
            return
        self._judge_write(actor, request)

    def sees_commit(self, actor: Actor) -> None:
        """A transaction was committed: what it left must hold now."""
        for problem in self._commits.judge(actor.name):
            self.blame(f"{actor.name} has committed: {problem}")

    def sees_look(self, actor: Actor) -> None:
        """Our store was read: the links are known as they are now, until it is read again."""
        if self._weather.unlink_rate:
            rows = self._cabinet.rows(LINKED, self._world.today().isoformat())
            self._linked[actor.name] = {(row["main_id"], row["sub_id"]) for row in rows}

    def sees_lease(self, actor: Actor) -> None:
        """The lease is nobody's to take while its holder lives and has the lock."""
        holder = self._holder
        if holder is not None and holder is not actor and holder.is_alive:
            self.blame(f"{actor.name} takes the lease while {holder.name} holds it")
        self._holder = actor

    def sees_release(self, actor: Actor) -> None:
        """Whoever gave the lease up holds it no longer."""
        if self._holder is actor:
            self._holder = None

    def forget_holder(self) -> None:
        """The lock was lost: from now on anybody may take the lease, though its holder lives."""
        self._holder = None

    def sees_end(self, actor: Actor, request: httpx.Request, status: int, body: bytes) -> None:
        """An exchange has ended: the books must be right at every moment, if nothing lands late."""
        if request.method in READING:
            self._sights.note(actor.name, request, body)
        key = self._under_way.pop(actor.name, None)
        if key is not None:
            self._sent[key] = status
        if self._is_late or self.is_apart:
            return
        if len(self._world.witness.writes) != self._carried_out:
            self._carried_out = len(self._world.witness.writes)
            for problem in judge_books(Books.of(self._world, self._cabinet)):
                self.blame(f"after {request.method} {request.url.path}: {problem}")

    def remember(self) -> None:
        """Keep in mind which plans people have approved: their journal is about to be lost."""
        self.approved |= self._load_approved()

    def forget(self) -> None:
        """What was sent is another journal's: its steps begin to count anew."""
        self._sent.clear()
        self._under_way.clear()

    def recount(self) -> None:
        """The platform's own notes, and ours, are others now: what is there is no news."""
        self._commits.look()
        self._carried_out = len(self._world.witness.writes)

    def blame(self, sentence: str) -> None:
        """Note what is wrong."""
        self.violations.append(f"{self._stage.timeline.now():%m-%d %H:%M:%S} {sentence}")
        self._stage.tell("JUDGE", sentence)

    def judge_log(self) -> None:
        """At the end: the platform's own log has no write that was not seen here."""
        logged = [
            row
            for row in self._world.requests
            if row["method"] not in READING and LOGIN not in str(row["path"])
        ]
        if len(logged) != self.writes:
            self.blame(f"the platform logged {len(logged)} writes, the wire saw {self.writes}")

    def _judge_write(self, actor: Actor, request: httpx.Request) -> None:
        told = f"{request.method} {request.url.path}"
        rows = [row for row in self._cabinet.rows(SENDING) if _is_of(row, request)]
        if len(rows) != 1:
            self.blame(f"{told} by {actor.name} is intended by {len(rows)} steps in SENDING")
            return
        (row,) = rows
        if row["epoch"] != row["now_epoch"] or row["holder"] != actor.name:
            self.blame(f"{told} by {actor.name} under the stale epoch {row['epoch']}")
        if self._is_parked(row["plan_id"]):
            self.blame(f"{told} to a parked family")
        if not self._is_kin(row["account_id"]):
            self.blame(f"{told} to the stranger {row['account_id']}")
        for problem in self._judge_leave(row):
            self.blame(f"{told} {problem}")
        for problem in self._judge_ground(actor, row):
            self.blame(f"{told} {problem}")
        key = (row["plan_id"], row["number"], row["attempts"])
        if self._sent.get(key, UNAUTHORIZED) != UNAUTHORIZED:
            self.blame(f"{told}: step {key[1]} of {key[0]} is sent twice under one claim")
        self._judge_age(actor, told, row)
        self._sent[key] = -1
        self._under_way[actor.name] = key

    def _judge_age(self, actor: Actor, told: str, row: Json) -> None:
        """Nothing leaves long after its record: whoever was stopped may have lost the lease."""
        claimed_at = datetime.fromisoformat(row["sent_at"]).replace(tzinfo=UTC) - self._skew
        age = actor.let_go_at - claimed_at
        if age > LONGEST_AGE:
            self.blame(f"{told} by {actor.name} left {age} after its record")

    def _is_parked(self, plan_id: str) -> bool:
        query = "SELECT 1 FROM parking JOIN operation USING (main_id) WHERE lifted_at IS NULL"
        return bool(self._cabinet.rows(f"{query} AND plan_id = ?", plan_id))

    def _judge_leave(self, row: Json) -> Iterator[str]:
        """Whether people let it be sent."""
        if self._cabinet.rows("SELECT 1 FROM fact WHERE name = ?", FROZEN):
            yield "though all writing is frozen"
        is_free = row["plan_id"] in self.approved or self._weather.mode is not Mode.PROPOSE
        if not is_free and row["plan_id"] not in self._load_approved():
            yield "of a plan that nobody approved"
        if self._weather.approval and not self._cabinet.rows(
            "SELECT 1 FROM fact WHERE name = ?", FIRST_APPROVAL
        ):
            yield "of a first run that nobody approved"

    def _load_approved(self) -> set[str]:
        query = "SELECT plan_id FROM event WHERE event = 'open' AND by = ?"
        return {row["plan_id"] for row in self._cabinet.rows(query, NAME)}

    def _judge_ground(self, actor: Actor, row: Json) -> Iterator[str]:
        """Whether it stands on what the process was shown last."""
        effect: Json = json.loads(row["effect"])
        if effect["effect"] == "MarkInvoice":
            shown = self._sights.words(actor.name, effect["invoice_id"])
            if words_in(effect["memo"]) != shown:
                yield f"changes staff's words in the memo, which were {shown!r}"
        if row["kind"] == "issue":
            status = self._sights.account(actor.name, effect["account_id"]).get("status")
            if status not in PAYERS:
                yield f"charges a main account that was shown as {status}"
            yield from self._judge_links(actor, row["plan_id"], row["account_id"])

    def _judge_links(self, actor: Actor, plan_id: str, main_id: int) -> Iterator[str]:
        known = self._linked.get(actor.name)
        rows = self._cabinet.rows("SELECT account_id FROM source WHERE plan_id = ?", plan_id)
        for account_id in {row["account_id"] for row in rows} - {main_id}:
            if known is not None and (main_id, account_id) not in known:
                yield f"charges the main for account {account_id}, which is not linked any more"

    def _is_kin(self, account_id: int) -> bool:
        links = [*self._world.links.values(), *(past.link for past in self._world.former_links)]
        subs = {link.sub_id for link in links if link.mode == "aggregated"}
        return account_id in subs | {link.main_id for link in links}


def _is_of(row: Json, request: httpx.Request) -> bool:
    """Whether a request carries out the effect of a step, word for word."""
    effect: Json = json.loads(row["effect"])
    body: Json = json.loads(request.read() or b"{}")
    path = request.url.path.removeprefix(ROOT)
    match effect["effect"], request.method:
        case "MarkInvoice", "PUT":
            is_there = path == f"finance/invoices/{effect['invoice_id']}"
            return is_there and body == {"memo": effect["memo"]}
        case "SetStatus", "PUT":
            is_there = path == f"customers/customer/{effect['account_id']}"
            return is_there and body == {"status": effect["status"]}
        case "IssueInvoice", "POST":
            is_there = path == "finance/invoices" and body.get("memo") == effect["memo"]
            can_block = body["type"] == "recurring"
            return is_there and can_block and _same_document(effect, body)
        case "IssueCreditNote", "POST":
            is_bound = body.get("invoicesId") == effect["invoice_id"]
            is_there = path == "finance/credit-notes" and body.get("note") == effect["note"]
            return is_there and is_bound and _same_document(effect, body)
    return False


def _same_document(effect: Json, body: Json) -> bool:
    same_account = int(body["customer_id"]) == effect["account_id"]
    lines = [
        (item["description"], *(Decimal(str(item[name])) for name in ("price", "quantity", "tax")))
        for item in body["items"]
    ]
    meant = [
        (
            item["description"],
            *(Decimal(item[name]) for name in ("price", "quantity", "tax_percent")),
        )
        for item in effect["items"]
    ]
    return same_account and lines == meant and body["date_created"] == effect["issued_on"]
