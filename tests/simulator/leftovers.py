"""Judgements at the end on what was left undone, or done in the wrong place: the liveness of a season."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from connector.observe.events import Event
from connector.sandbox.audit.owing import owed_overdue
from connector.sandbox.records import Invoice
from tests.simulator.cabinet import LINKED_SINCE, Rows
from tests.simulator.evidence import Evidence
from tests.simulator.marks import is_whole, seen_in

ROUND_THE_CLOCK = timedelta(hours=40)
"""A day between two looks, the longest rest of a calm, and a little more."""

LAWS = frozenset({Event.INVARIANT_BROKEN, Event.WRITES_FROZEN})
LAST_LOOK = "poll.last_sweep"
NUMBER = re.compile(r"invoice (\S+)")


def judge_leftovers(evidence: Evidence) -> Iterator[str]:
    """What no transaction and no request shows, but the end does."""
    yield from _judge_laws(evidence)
    yield from _judge_looks(evidence)
    yield from _judge_plans(evidence)
    yield from _judge_suspensions(evidence)
    yield from _judge_marked(evidence)
    if evidence.weather.mode != "observe":
        yield from _judge_left_open(evidence)
        yield from _judge_followers(evidence)


def _judge_laws(evidence: Evidence) -> Iterator[str]:
    """No planner and no worker found a law of its own broken."""
    for event, sentence in evidence.alerts:
        if event in LAWS:
            yield f"a law did not hold: {sentence}"


def _judge_looks(evidence: Evidence) -> Iterator[str]:
    """Every family is looked at once a day, whatever deltas tell."""
    found = [row["value"] for row in evidence.facts if row["name"] == LAST_LOOK]
    if not found:
        yield "no daily look at every family was ever made"
    elif evidence.now - datetime.fromisoformat(found[0]) > ROUND_THE_CLOCK:
        yield f"the last daily look at every family was at {found[0]}"


def _judge_plans(evidence: Evidence) -> Iterator[str]:
    """A merge is of one cycle, and of no debt of the main that was overdue."""
    for plan in evidence.operations:
        if plan["kind"] != "merge":
            continue
        if plan["cycle_start"] is None:  # rebuilt
            if plan["main_id"] in evidence.world.customers.ids:
                yield f"plan {plan['plan_id']}: it is not known of which cycle it is"
            continue
        start = date.fromisoformat(plan["cycle_start"])
        end = (start.replace(day=28) + timedelta(days=4)).replace(day=start.day)
        planned_on = _local(evidence, plan["created_at"]).date()
        for invoice in _sources(evidence, plan["plan_id"]):
            day, last = invoice.date_created, invoice.date_till
            if day is not None and not start <= day < end:
                yield f"plan {plan['plan_id']}: invoice {invoice.number} of {day} is outside its cycle {start}"
            is_own = invoice.customer_id == plan["main_id"]
            if is_own and last is not None and last < planned_on:
                yield f"plan {plan['plan_id']}: invoice {invoice.number} was overdue since {last}"


def _judge_suspensions(evidence: Evidence) -> Iterator[str]:
    """Whom a person switches on again stays on: nobody is cut off twice for one block."""
    followed: set[tuple[int, int]] = set()
    for row in evidence.steps:
        if row["kind"] == "suspend" and row["state"] == "confirmed":
            key = (row["account_id"], row["block_id"])
            if key in followed:
                yield f"account {key[0]} was suspended twice for the same block {key[1]}"
            followed.add(key)


def _judge_marked(evidence: Evidence) -> Iterator[str]:
    """What is refused for its mark bears one that is whole."""
    memos = {row.number: row.memo for row in evidence.world.invoices}
    for row in evidence.refusals:
        number = NUMBER.search(row["subject"])
        memo = memos.get(number[1]) if number and row["rule"] == "marked" else None
        if memo is not None and not any(map(is_whole, seen_in(memo))):
            yield f"{row['subject']} is refused for a damaged mark: {memo!r}"


def _judge_left_open(evidence: Evidence) -> Iterator[str]:
    """A charge of an aggregated sub-account is merged, or the journal says why it is not."""
    latest = evidence.world.today() - timedelta(days=2) - evidence.weather.window
    for link in evidence.world.links.values():
        if link.mode != "aggregated" or evidence.says_why({link.main_id, link.sub_id}):
            continue
        for invoice in evidence.world.invoices.of_customer(link.sub_id):
            is_whole_due = invoice.status == "not_paid" and 0 < invoice.total == invoice.due
            day = invoice.date_created
            if is_whole_due and day is not None and LINKED_SINCE <= day < latest:
                yield f"invoice {invoice.number} of account {link.sub_id} stands open, and nobody says why"


def _judge_followers(evidence: Evidence) -> Iterator[str]:
    """Who pays through a main account that is blocked for its debt is off as well, if so set."""
    world = evidence.world
    if not evidence.weather.mirror:
        return
    blocked_since = {
        turn.customer_id: turn for turn in world.witness.turns if turn.new == "blocked"
    }
    suspended = {row["account_id"] for row in evidence.steps if row["kind"] == "suspend"}
    for link in world.links.values():
        turn, sub = blocked_since.get(link.main_id), world.customers.get(link.sub_id)
        main = world.customers.get(link.main_id)
        if turn is None or sub is None or main is None or link.mode != "aggregated":
            continue
        is_long_ago = world.now() - turn.at > ROUND_THE_CLOCK
        is_for_debt = turn.actor == "system" and owed_overdue(world, main.id) > 0
        if not (main.status == "blocked" and is_for_debt and is_long_ago):
            continue
        is_said = evidence.says_why({link.main_id, link.sub_id})
        is_touched = evidence.has_deed({link.main_id, link.sub_id})
        if sub.status == "active" and sub.id not in suspended and not is_said and not is_touched:
            yield f"account {sub.id} is on though its main account {main.id} is blocked since {turn.at}"


def _sources(evidence: Evidence, plan_id: str) -> Iterator[Invoice]:
    rows: Rows = [row for row in evidence.books.sources if row["plan_id"] == plan_id]
    for row in rows:
        invoice = evidence.world.invoices.get(row["invoice_id"])
        if invoice is not None:
            yield invoice


def _local(evidence: Evidence, stored: str) -> datetime:
    """A moment of the store as the platform's calendar has it."""
    moment = datetime.fromisoformat(f"{stored}+00:00")
    return moment.astimezone(ZoneInfo(evidence.zone))
