"""The catalogue of log events: nothing is logged under a name that is not here.

Names are stable, so that alert rules and searches can rest on them: ``subject.what_happened``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Event(StrEnum):
    """One kind of log line; ``meaning`` says in a sentence what has happened."""

    meaning: str

    def __new__(cls, name: str, meaning: str) -> Self:
        """An event is its name; the meaning rides along."""
        event = str.__new__(cls, name)
        event._value_ = name
        event.meaning = meaning
        return event

    SERVICE_STARTED = "service.started", "The service is ready and begins its first cycle."
    SERVICE_STOPPING = "service.stopping", "The service was asked to stop and ends its steps."
    SERVICE_STOPPED = "service.stopped", "The service has ended; nothing was left half sent."
    SERVICE_FAILED = "service.failed", "The service cannot go on; the error says who must act."
    SETTINGS_RELOADED = "settings.reloaded", "New settings are in force."
    SETTINGS_REFUSED = "settings.refused", "New settings have problems; the old ones stay in force."
    LEASE_ACQUIRED = "lease.acquired", "This process is now the one that writes."
    LEASE_LOST = "lease.lost", "Another process writes now; this one has stopped writing."

    CYCLE_DONE = "cycle.done", "A cycle has ended, with the counts of what it did."
    CYCLE_FAILED = "cycle.failed", "A cycle was cut short; the next one takes up the rest."
    VIEW_IMPLAUSIBLE = "view.implausible", "Too much vanished between two looks; writing stopped."

    STORE_BEHIND = (
        "store.behind",
        "The platform bears marks that our store does not know; nothing is written until rebuilt.",
    )
    STORE_REBUILT = "store.rebuilt", "A named person confirmed a rebuilt journal; writing goes on."
    PLATFORM_BEHIND = (
        "platform.behind",
        "The platform was put back to an older state; nothing is written until settled.",
    )
    LOSS_SETTLED = "loss.settled", "A named person settled what an older platform has lost."

    PLATFORM_UNKNOWN = "platform.unknown", "No mapping is proven for this release; only observing."
    PLATFORM_UNAVAILABLE = (
        "platform.unavailable",
        "The platform does not answer; tried again later.",
    )
    MARKER_UNPROVEN = "marker.unproven", "No mark of ours was read back here yet; only observing."
    PROBE_DONE = "probe.done", "A probe has ended; its findings are recorded."
    CLOCK_SKEWED = "clock.skewed", "Our clock and the platform's differ; nothing is written."
    PLATFORM_DENIED = (
        "platform.denied",
        "The key is wrong or lacks a permission; a person must act.",
    )
    OBJECT_QUARANTINED = "object.quarantined", "An object does not fit the mapping; it is left out."

    LINK_CHANGED = "link.changed", "A link appeared, ended, or changed its billing mode."

    PLAN_MADE = "plan.made", "A plan was recorded; nothing has been written yet."
    PLAN_WAITING = "plan.waiting", "A plan waits for a person's approval."
    PLAN_APPROVED = "plan.approved", "A plan may be carried out."
    PLAN_WITHDRAWN = "plan.withdrawn", "A plan was given up; what it had taken is free again."
    PLAN_UNVERIFIED = "plan.unverified", "A merge was carried out but does not add up; look at it."
    PLAN_CLOSED = "plan.closed", "Every step of a plan is done and was verified."

    STEP_SENT = "step.sent", "A write was sent, after its intent had been recorded."
    STEP_CONFIRMED = "step.confirmed", "A write is proven: answered and checked, or read back."
    STEP_UNKNOWN = "step.unknown", "A write may or may not have happened; it will be read back."
    STEP_ABSENT = "step.absent", "A write certainly did not happen; it will be sent again."
    STEP_HELD = "step.held", "A step was refused or contradicted; a person must decide."
    STEP_CANCELLED = (
        "step.cancelled",
        "A step was given up: by a named person, or by us before it left.",
    )

    FAMILY_PARKED = "family.parked", "A family gets no write until a person lets it go on."
    FAMILY_LIFTED = "family.lifted", "A named person let a parked family go on."

    REQUEST_DONE = "request.done", "What a person asked for was carried out."
    WRITES_FROZEN = "writes.frozen", "Nothing is written at all until a person unfreezes it."
    WRITES_UNFROZEN = "writes.unfrozen", "A named person allowed writing again."
    AUDIT_DONE = "audit.done", "An audit of all families has ended, with its counts."
    AUDIT_GRAVE = "audit.grave", "An audit found that money, service or journal is wrong; look."
    AUDIT_FAILED = "audit.failed", "An audit could not be carried out; it is tried again later."
    INVARIANT_BROKEN = "invariant.broken", "A law does not hold: a bug; its family was stopped."
    LINE_LOST = "line.lost", "A log line could not be rendered; its place in the code is named."
