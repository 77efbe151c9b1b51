"""What a seed brings: the family, the rules, and how much of what goes wrong. Drawn, never thrown.

Swarm testing: each seed switches a few kinds of trouble on and the others off, since what always
comes together hides what each does alone; rates are spread over orders of magnitude.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Literal

from connector.domain.policy import Mode

FAULTS = (
    "refused",
    "timeout_before_commit",
    "timeout_after_commit",
    "late_commit:1",
    "late_commit_cut:1",
    "http_429",
    "http_500",
    "http_503",
    "http_500_after_commit",
    "http_502_after_commit",
    "html_200",
    "html_502",
    "truncated",
    "reset",
    "slow_body",
    "bad_field:id:null",
    'bad_field:status:"?"',
    "bad_field:total:{}",
    "wrong_type:number:text",
    "wrong_type:number:map",
    "wrong_type:text:null",
    "stale:2",
    "token_expired",
    "token_banned",
    "nonce_replayed",
    "permission_withdrawn",
)
REFUSED = "http_422"
"""Strikes writes alone, in seeds of its own: three of one family park it."""

NEVER = {
    "overlap": "no page is asked for by offset",
    "skip": "no page is asked for by offset",
}
"""Kinds that cannot strike this connector, and why."""

ON_WRITES = ("late_commit", "stale")
"""Kinds that strike writes alone, which are few: their rates are higher."""

DOUBTS = (
    "timeout_before_commit",
    "timeout_after_commit",
    "late_commit:1",
    "late_commit_cut:1",
    "http_502_after_commit",
    "truncated",
    "reset",
    "stale:2",
)
"""Kinds after which nobody can know whether a write was carried out."""

TAKE_TIME = frozenset({"timeout_before_commit", "timeout_after_commit", "slow_body"})
QUIESCENCE = timedelta(seconds=900)
EVERYDAY = (
    "pay",
    "part_pay",
    "overpay",
    "charge_back",
    "pay_wrong_account",
    "edit_note",
    "edit_memo",
    "edit_lines",
    "delete_invoice",
    "credit",
    "void",
    "manual_charge",
    "block_by_hand",
    "unblock_by_hand",
    "disable",
    "change_billing_day",
    "change_due_days",
    "move_partner",
    "delete_customer",
)
"""What people do on the platform; unlinking is the operator's, who tells our store as well."""

LATELY = ("mistype_mark",)
"""What else they do; drawn apart, so that a seed stays as it was."""

STARTS = ("2026-01-31T20:00", "2026-02-01T01:30", "2026-02-14T09:00", "2026-02-16T23:00")

CHARGED = ("2026-02-01T03:00", "2026-02-14T09:00", "2026-02-16T23:00")  # on the first, all of them


@dataclass(frozen=True, kw_only=True, slots=True)
class Weather:
    """Everything that is decided before the first second."""

    seed: int
    families: int
    subs: int
    release: Literal["5.1", "4.3", "auto"]
    auth: Literal["token", "signature", "basic"]
    mode: Mode
    start: datetime  #: local time; a month's charges lie before it or within the first hours
    page_size: int
    mirror: bool
    guard: bool
    approval: bool
    window: timedelta
    skew: timedelta
    switches: dict[str, object]
    faults: tuple[dict[str, object], ...]
    people_rate: Decimal
    people: tuple[str, ...]
    kill_rate: float
    pause_rate: float
    rival_rate: float
    unlink_rate: float
    sends_max: int  #: sends of one step before a person must look; few make many retries
    tempo: tuple[float, float]  #: shortest and longest pause between two turns, as powers of ten
    turns: int
    undo_rate: float
    looks_ahead: int  #: every so many turns a dry run; 0 for none
    is_late: bool  #: whether writes land beyond the quiescence
    writes: int  #: without so many, the storm goes on for longer than its turns
    has_memos: bool  #: staff have written on half of the invoices that there are at the start
    is_month_end: bool  #: everybody is charged on the first of February
    has_debts: bool  #: main accounts must pay at once, and one bill of theirs is old


def forecast(seed: int, mode: Mode | None = None, *, is_late: bool = False) -> Weather:
    """Draw the weather of a seed; a mode that is named is kept, all else stays as drawn.

    Args:
        seed: the seed.
        mode: another one than drawn.
        is_late: let writes land one to ten times the quiescence after they were sent.
    """
    dice = Random(f"weather {seed}")
    drawn = dice.choices((Mode.ACT, Mode.PROPOSE, Mode.OBSERVE), (90, 7, 3))[0]
    slowest = dice.uniform(2, 6)
    more = Random(f"more {seed}")  # of its own: what is added here changes nothing else of a seed
    weather = Weather(
        seed=seed,
        families=dice.choices((1, 2, 3), (6, 3, 1))[0],
        subs=dice.choices((1, 2, 3, 4, 5), (3, 4, 3, 1, 1))[0],
        release=dice.choice(("5.1", "5.1", "4.3", "auto")),
        auth=dice.choice(("token", "signature", "basic")),
        mode=mode or drawn,
        start=datetime.fromisoformat(dice.choice(STARTS)),
        page_size=dice.choice((1, 3, 500, 500)),
        mirror=dice.random() < 0.5,
        guard=dice.random() < 0.3,
        approval=dice.random() < 0.2,
        window=timedelta(hours=dice.choice((0, 0, 2, 24, 96))),
        skew=timedelta(seconds=dice.choice((0, 0, 0, -40, -3, 5, 30, 59))),
        switches=_switches(dice),
        faults=(*_faults(dice), *_gale(more), *_refusals(seed), *(_late(seed) if is_late else ())),
        people_rate=max(_people_rate(dice), _rush(more)),
        people=(*_people(dice), *(name for name in LATELY if more.random() < 0.4)),
        kill_rate=_rate(dice, 0.7, -3, -1.2),
        pause_rate=_rate(dice, 0.5, -3, -1.2),
        rival_rate=_rate(dice, 0.3, -2, -0.5),
        unlink_rate=_rate(dice, 0.25, -2, -0.7),
        sends_max=Random(f"sends {seed}").choice((2, 3, 5)),
        tempo=(dice.uniform(0, min(slowest, 3)), slowest),
        turns=dice.randint(3, 12),
        undo_rate=_rate(dice, 0.5, -0.7, 0),
        looks_ahead=Random(f"dry runs {seed}").choice((0, 0, 5, 9)),
        is_late=is_late,
        writes=more.choice((0, 4, 12, 30)),
        has_memos=more.random() < 0.5,
        is_month_end=more.random() < 0.7,
        has_debts=more.random() < 0.4,
    )
    return weather if not weather.is_month_end else _hastened(weather, more)


def _hastened(weather: Weather, dice: Random) -> Weather:
    """There is something to merge from the first second: else most storms blow over idle houses."""
    start, hours = datetime.fromisoformat(dice.choice(CHARGED)), dice.choice((0, 0, 0, 2))
    return replace(weather, start=start, window=timedelta(hours=hours))


def _rate(dice: Random, share: float, low: float, high: float) -> float:
    """A rate between two powers of ten, or none at all."""
    drawn, power = dice.random(), dice.uniform(low, high)
    return 10.0**power if drawn < share else 0.0


def _people_rate(dice: Random) -> Decimal:
    return Decimal(f"{_rate(dice, 0.5, -3, -0.7):.6f}")


def _rush(dice: Random) -> Decimal:
    """In some seeds people are so busy that they come between any two steps of ours."""
    is_busy, rate = dice.random() < 0.3, dice.uniform(0.03, 0.25)
    return Decimal(f"{rate:.6f}" if is_busy else 0)


def _people(dice: Random) -> tuple[str, ...]:
    return tuple(name for name in EVERYDAY if dice.random() < 0.4) or ("pay",)


def _switches(dice: Random) -> dict[str, object]:
    drawn: dict[str, object] = {
        "invoice_delete": dice.choice(("mark", "vanish")),
        "put_body": dice.choice(("null", "empty")),
        "validation_body": dice.choice(("list", "error", "map")),
        "token_minutes": dice.choice((1, 5, 30)),
        "check_nonce": dice.random() < 0.5,
        "page_limit": dice.choice((0, 0, 2)),
        "pay_from_balance": dice.random() < 0.2,
        "credit_note_reactivates": dice.random() < 0.2,
        "api_status_admin": dice.choice((0, 0, 7)),
        "retry_after_seconds": dice.choice((1, 20, 300)),
        "retry_after_form": dice.choice(("seconds", "date")),
        "token_form": dice.choice(("hex", "jwt")),
    }
    return {name: value for name, value in drawn.items() if dice.random() < 0.7}


def _faults(dice: Random) -> tuple[dict[str, object], ...]:
    share = dice.choice((0.0, 0.1, 0.2, 0.4))
    return tuple(_fault(dice, kind) for kind in FAULTS if dice.random() < share)


def _refusals(seed: int) -> tuple[dict[str, object], ...]:
    """Writes that the platform declines, drawn apart so that no other draw depends on them."""
    dice = Random(f"refusals {seed}")
    if dice.random() >= 0.4:
        return ()
    notes = ("POST", "finance/credit-notes")
    method, path = dice.choice((notes, notes, notes, ("POST", "admin/finance/"), ("PUT", "admin/")))
    order: dict[str, object] = {
        "kind": REFUSED,
        "method": method,
        "path_regex": path,
        "probability": f"{10 ** dice.uniform(-0.2, 0.0):.6f}",
        "count": dice.randint(3, 12),
        "seed": dice.randint(0, 10**6),
    }
    return (order,)


def _late(seed: int) -> tuple[dict[str, object], ...]:
    """Writes that land when nobody waits for them any more."""
    dice = Random(f"late {seed}")
    return tuple(
        {
            "kind": kind,
            "method": dice.choice(("POST", "POST", "PUT")),
            "probability": f"{10 ** dice.uniform(-0.7, -0.1):.6f}",
            "seed": dice.randint(0, 10**6),
            "seconds": int(QUIESCENCE.total_seconds() * 10 ** dice.uniform(0, 1)),
        }
        for kind in ("late_commit:1", "late_commit_cut:1")
    )


def _gale(dice: Random) -> tuple[dict[str, object], ...]:
    """In some seeds every few writes end in doubt: they are so few that else hardly one would."""
    if dice.random() >= 0.4:
        return ()
    return tuple(
        _fault(dice, kind)
        | {
            "probability": f"{dice.uniform(0.15, 0.6):.6f}",
            "method": dice.choice(("POST", "POST", "PUT")),
        }
        for kind in dice.sample(DOUBTS, dice.randint(1, 3))
    )


def _fault(dice: Random, kind: str) -> dict[str, object]:
    low, high = (-1.3, -0.2) if kind.startswith(ON_WRITES) else (-2.3, -0.5)
    order: dict[str, object] = {
        "kind": kind,
        "probability": f"{10 ** dice.uniform(low, high):.6f}",
        "seed": dice.randint(0, 10**6),
    }
    if kind.startswith("late_commit"):
        order["seconds"] = dice.randint(1, int(QUIESCENCE.total_seconds()))
    elif kind.startswith("stale"):
        order["seconds"] = int(QUIESCENCE.total_seconds())
    elif kind in TAKE_TIME:
        order["seconds"] = dice.choice((5, 59, 600))
    if kind == "permission_withdrawn":
        order["count"] = dice.randint(1, 10)
    if dice.random() < 0.5:
        order["method"] = dice.choice(("POST", "PUT"))
    return order
