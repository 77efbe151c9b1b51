"""Every kind of trouble, at which effects it can strike, and what it does there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from connector.errors import StoreUnavailable
from connector.sandbox.faults import read_faults
from tests.crash_matrix.play import Play
from tests.crash_matrix.stage import COMMITS, FULL, HAS_ENDED, leaves, reads, writes
from tests.simulator.stage import Actor, Killed
from tests.simulator.weather import FAULTS, ON_WRITES, QUIESCENCE, TAKE_TIME

SHORT_STOP = timedelta(minutes=10)
"""Longer than any lease, and shorter than the quiescence: a write may leave after it."""

LONG_STOP = timedelta(hours=1)
FULL_FOR = timedelta(minutes=3)
SOON, LATE = 5, int(QUIESCENCE.total_seconds()) - 30
WITHDRAWN_TIMES = 3
HANGS_SECONDS = 600

Strikes = Callable[[Sequence[str], int], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of trouble."""

    name: str
    group: str  #: the column in which it is counted
    strikes: Strikes  #: whether it can strike at an effect, by its index among all of a play
    strike: Callable[[Play, Actor, str], None]
    tolerates: str = ""  #: a pattern of what the judge on the wire may say of it


def _anywhere(effects: Sequence[str], at: int) -> bool:
    """A transaction that only read has no effect, so its end is none."""
    return effects[at] != HAS_ENDED or _after_a_commit(effects, at)


def _not_at_a_write(effects: Sequence[str], at: int) -> bool:
    return _anywhere(effects, at) and not writes(effects[at])


def _at_a_request(effects: Sequence[str], at: int) -> bool:
    return leaves(effects[at])


def _at_a_change(effects: Sequence[str], at: int) -> bool:
    """At a write or a login: of a read nothing is carried out that its answer would not show."""
    return leaves(effects[at]) and not reads(effects[at])


def _at_a_write(effects: Sequence[str], at: int) -> bool:
    return writes(effects[at])


def _before_a_commit(effects: Sequence[str], at: int) -> bool:
    return effects[at] == COMMITS


def _after_a_commit(effects: Sequence[str], at: int) -> bool:
    return effects[at] == HAS_ENDED and at > 0 and effects[at - 1] == COMMITS


def _kill(play: Play, actor: Actor, what: str) -> None:
    play.stage.tell(actor.name, f"is killed at {what}")
    actor.is_doomed = True
    raise Killed


def _stop(span: timedelta, play: Play, actor: Actor, what: str) -> None:
    play.stage.tell(actor.name, f"is stopped for {span} at {what}")
    play.bring_rival(actor)
    play.stage.stop_for(actor, span)


def _drain(play: Play, actor: Actor, what: str) -> None:
    play.stage.tell(actor.name, f"is told to end at {what}")
    play.process_of(actor).stop.set()


def _refuse_commit(_play: Play, _actor: Actor, what: str) -> None:
    raise StoreUnavailable(f"{FULL} at {what}")


def _fill_disk(play: Play, actor: Actor, what: str) -> None:
    play.stage.full_until = play.timeline.now() + FULL_FOR
    _refuse_commit(play, actor, what)


def _order(order: Mapping[str, object], play: Play, actor: Actor, _what: str) -> None:
    play.stage.tell(actor.name, f"meets {order['kind']}")
    play.world.switches.fault.insert(0, *read_faults(dict(order)))


GROUPS = {
    "cut": ("refused", "timeout", "reset", "slow_body", "truncated"),
    "late": ("late_commit", "stale"),
    "answer": ("http_", "html_"),
    "body": ("bad_field", "wrong_type"),
    "login": ("token_", "nonce_", "permission_"),
}


def _fault(kind: str, seconds: int = 0) -> Kind:
    order: dict[str, object] = {"kind": kind, "seconds": seconds}
    if kind in TAKE_TIME:
        order["seconds"] = HANGS_SECONDS
    if kind == "permission_withdrawn":
        order["count"] = WITHDRAWN_TIMES
    return Kind(
        name=f"{kind}@{seconds}" if seconds else kind,
        group=next(name for name, kinds in GROUPS.items() if kind.startswith(kinds)),
        strikes=_place_of(kind),
        strike=partial(_order, order),
    )


def _place_of(kind: str) -> Strikes:
    if kind.startswith(ON_WRITES):
        return _at_a_write
    return _at_a_change if kind.endswith("_after_commit") else _at_a_request


def _faults() -> list[Kind]:
    """One for each order of the simulator's; late writes soon, and just within the quiescence."""
    return [
        _fault(kind, seconds)
        for kind in FAULTS
        for seconds in ((SOON, LATE) if kind.startswith("late_commit") else (0,))
    ]


PROCESS_KINDS = (
    Kind(name="kill", group="kill", strikes=_anywhere, strike=_kill),
    Kind(name="drain", group="drain", strikes=_anywhere, strike=_drain),
    Kind(
        name="stop",
        group="stop",
        strikes=_anywhere,
        strike=partial(_stop, SHORT_STOP),
        # What had left the process when it was stopped arrives after another took over.
        tolerates="is intended by 0 steps in SENDING|under the stale epoch",
    ),
    Kind(name="long stop", group="stop", strikes=_not_at_a_write, strike=partial(_stop, LONG_STOP)),
)
STORE_KINDS = (
    Kind(name="commit refused", group="store", strikes=_before_a_commit, strike=_refuse_commit),
    Kind(name="commit unanswered", group="store", strikes=_after_a_commit, strike=_refuse_commit),
    Kind(name="disk full", group="store", strikes=_before_a_commit, strike=_fill_disk),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in (*PROCESS_KINDS, *STORE_KINDS, *_faults())}
