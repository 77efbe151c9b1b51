"""Registered hooks, and what waits to be delivered to them.

Knows neither the world nor HTTP. What happened is put in under virtual time; whoever delivers takes
out what is due. Safe to be used by one thread that puts in and one that delivers.
"""

import heapq
import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
RETRY_MINUTES = (0, 1, 10, 60)
HELD_FOR = timedelta(minutes=1)
ATTEMPTS_KEPT = 50_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Hook:
    """One listener; without models it hears of everything.

    A parcel is sent twice with probability `duplicates`; up to `disorder` later ones overtake it.
    """

    id: int
    url: str
    secret: str
    content_type: str = JSON
    models: tuple[str, ...] = ()
    duplicates: Decimal = Decimal(0)
    disorder: int = 0
    active: bool = True

    def hears(self, model: str) -> bool:
        """Whether it listens to a model, named in full or by its last word."""
        return not self.models or model in self.models or model.rpartition("\\")[2] in self.models

    def shown(self) -> dict[str, object]:
        """The hook as the control API lists it, without its secret."""
        listed = asdict(self)
        del listed["secret"]
        return listed


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """One message on its way to one hook; `tries` have failed so far. A ping goes out once."""

    event: int
    hook: Hook
    subject: str
    body: bytes
    due: datetime
    tries: int = 0
    is_ping: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One try to deliver: when it was due, what was answered (0: nothing), and what follows."""

    event: int
    hook_id: int
    subject: str
    at: datetime
    attempt: int
    status: int
    outcome: str
    next_at: datetime | None = None

    def shown(self) -> dict[str, object]:
        """The attempt as the control API lists it."""
        return asdict(self)


class Outbox:
    """What is due when, and what became of it."""

    def __init__(self) -> None:
        self.hooks: dict[int, Hook] = {}
        self.attempts: deque[Attempt] = deque(maxlen=ATTEMPTS_KEPT)
        self._lock = threading.Lock()
        self._waiting: list[tuple[datetime, int, Parcel]] = []
        self._held: dict[int, list[Parcel]] = {}
        self._dice: dict[int, random.Random] = {}
        self._order = self._events = self._last_hook = 0

    def next_hook_id(self) -> int:
        """The number of the next hook; none is used twice."""
        self._last_hook += 1
        return self._last_hook

    def add_hook(self, hook: Hook, seed: int) -> None:
        """Listen from now on; equal seeds repeat and shuffle alike."""
        self.hooks[hook.id] = hook
        self._dice[hook.id] = random.Random(f"hook {hook.id} of {seed}")

    def remove_hook(self, hook_id: int) -> None:
        """Stop listening; what is on its way to the hook is dropped."""
        with self._lock:
            del self.hooks[hook_id]
            self._held.pop(hook_id, None)
            kept = [entry for entry in self._waiting if entry[2].hook.id != hook_id]
            heapq.heapify(kept)
            self._waiting = kept

    def next_event(self) -> int:
        """The number of the next event."""
        self._events += 1
        return self._events

    def put(self, parcel: Parcel) -> None:
        """Send a parcel: at once, and if its hook is to be vexed, twice or later than others."""
        dice = self._dice[parcel.hook.id]
        twice = not parcel.is_ping and dice.random() < parcel.hook.duplicates
        copies = 2 if twice else 1
        with self._lock:
            for _ in range(copies):
                self._put_one(parcel, dice)

    def next_due(self) -> datetime | None:
        """When something is due next."""
        with self._lock:
            dues = [parcel.due for held in self._held.values() for parcel in held]
            dues += [entry[0] for entry in self._waiting[:1]]
            return min(dues, default=None)

    def deliver_due(self, now: Callable[[], datetime], deliver: Callable[[Parcel], int]) -> None:
        """Deliver all that is due, by due time; what fails is due again after its pause."""
        parcel = self._take(now())
        while parcel is not None:
            self._settle(parcel, deliver(parcel))
            parcel = self._take(now())

    def _put_one(self, parcel: Parcel, dice: random.Random) -> None:
        if parcel.is_ping or not parcel.hook.disorder:
            self._push(parcel)
            return
        held = self._held.setdefault(parcel.hook.id, [])
        held.append(replace(parcel, due=parcel.due + HELD_FOR))
        if len(held) > parcel.hook.disorder:
            self._push(replace(held.pop(dice.randrange(len(held))), due=parcel.due))

    def _push(self, parcel: Parcel) -> None:
        self._order += 1
        heapq.heappush(self._waiting, (parcel.due, self._order, parcel))

    def _take(self, now: datetime) -> Parcel | None:
        with self._lock:
            for hook_id, held in self._held.items():
                ripe = [parcel for parcel in held if parcel.due <= now]
                self._dice[hook_id].shuffle(ripe)
                for parcel in ripe:
                    held.remove(parcel)
                    self._push(parcel)
            if self._waiting and self._waiting[0][0] <= now:
                return heapq.heappop(self._waiting)[2]
            return None

    def _settle(self, parcel: Parcel, status: int) -> None:
        """Note an attempt, and put a failed parcel back unless it has been tried often enough."""
        outcome, again = "delivered", None
        if not 200 <= status < 300:  # noqa: PLR2004 - the statuses of success
            outcome = "given_up"
            if not parcel.is_ping and parcel.tries < len(RETRY_MINUTES):
                outcome = "failed"
                again = parcel.due + timedelta(minutes=RETRY_MINUTES[parcel.tries])
        with self._lock:
            self.attempts.append(
                Attempt(
                    event=parcel.event,
                    hook_id=parcel.hook.id,
                    subject=parcel.subject,
                    at=parcel.due,
                    attempt=parcel.tries + 1,
                    status=status,
                    outcome=outcome,
                    next_at=again,
                )
            )
            if again is not None and parcel.hook.id in self.hooks:
                self._push(replace(parcel, due=again, tries=parcel.tries + 1))
