"""The catalogue of the audit: what it looks for, why that matters, and how grave it is.

The laws are numbered I1 to I20. Some of them only an observer of every request can judge, so that
the simulator does it and no rule here: I10 (no write in observe mode), I12 and I14 (what people
wrote stays), I15 (no write to a family that waits for a person), I17 to I19.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Gravity(StrEnum):
    """What a finding asks of people."""

    GRAVE = "grave"  #: money or service is wrong now, or nobody can tell any more
    LOOK = "look"  #: somebody must look, and settle it
    NOTE = "note"  #: what people did on purpose; shown so that nobody wonders


class Rule(StrEnum):
    """One thing that must not be; ``law`` is the invariant it breaks, ``heading`` its name for people."""

    law: str
    gravity: Gravity
    heading: str

    def __new__(cls, name: str, law: str, gravity: Gravity, heading: str) -> Self:
        """A rule is its name; the rest rides along."""
        rule = str.__new__(cls, name)
        rule._value_ = name
        rule.law, rule.gravity, rule.heading = law, gravity, heading
        return rule

    # -- what stands twice, or is carried by nothing
    BILLED_TWICE = "billed_twice", "I1", Gravity.GRAVE, "A charge stands on two documents"
    SECOND_DOCUMENT = "second_document", "I1", Gravity.GRAVE, "A merged invoice too many stands"
    MARKED_TWICE = "marked_twice", "I1", Gravity.GRAVE, "One mark stands on two documents"
    NOT_RELIEVED = "not_relieved", "I4", Gravity.GRAVE, "A merged source is still due"
    NOTE_UNWANTED = "note_unwanted", "I4", Gravity.GRAVE, "A credit note given up stands"
    NOTE_GONE = "note_gone", "I4", Gravity.GRAVE, "A credit note of ours is gone"
    MERGED_GONE = "merged_gone", "I4", Gravity.GRAVE, "A merged invoice is gone"
    RELIEF_ALONE = "relief_alone", "I4", Gravity.GRAVE, "A source was relieved for no invoice"
    GIVEN_UP_DUE = "given_up_due", "I1", Gravity.LOOK, "A relief was given up, its source is due"

    # -- amounts and taxes
    MERGED_CHANGED = "merged_changed", "I2", Gravity.LOOK, "A merged invoice was edited"
    MERGED_CREDITED = "merged_credited", "I2", Gravity.NOTE, "Staff credited a merged invoice"
    NOTE_CHANGED = "note_changed", "I2", Gravity.LOOK, "A credit note of ours was changed"
    SOURCE_GONE = "source_gone", "I2", Gravity.LOOK, "A merged source was deleted"
    SOURCE_PENDING = "source_pending", "I2", Gravity.LOOK, "A merged source is being charged"
    SOURCE_LOWERED = "source_lowered", "I2", Gravity.LOOK, "A merged source was lowered"
    LEFT_ON_SUB = "left_on_sub", "I2", Gravity.LOOK, "A merged source was raised"
    MONEY_ON_SUB = "money_on_sub", "I2", Gravity.LOOK, "Money stands on a sub-account"
    TAX_MOVED = "tax_moved", "I3", Gravity.GRAVE, "Net amounts moved between tax rates"
    NATIVE_AGAIN = "native_again", "I20", Gravity.GRAVE, "Splynx charged a merged line, too"

    # -- marks
    MARKER_UNKNOWN = "marker_unknown", "I8", Gravity.GRAVE, "A mark of no plan in the journal"
    MARKER_LEFT = "marker_left", "I4", Gravity.LOOK, "A mark of a plan that was given up"
    MARKER_MISPLACED = "marker_misplaced", "I8", Gravity.LOOK, "A mark where it does not belong"
    MARKER_LOST = "marker_lost", "I8", Gravity.LOOK, "A document of ours lost its mark"

    # -- accounts and services
    RELEASED_PERSON = "released_person", "I5", Gravity.GRAVE, "A block by a person was ended"
    RELEASED_TWICE = "released_twice", "I6", Gravity.GRAVE, "One block was ended twice"
    OUTSIDE_FAMILY = "outside_family", "I7", Gravity.GRAVE, "A write outside the family"

    # -- the journal by itself
    CHAIN_BROKEN = "chain_broken", "I16", Gravity.GRAVE, "The journal was changed"
    UNBALANCED = "unbalanced", "I16", Gravity.GRAVE, "A plan does not add up in the journal"
    PARAMS_CHANGED = "params_changed", "I9", Gravity.GRAVE, "A step is not as it was recorded"
    EVENTS_DISAGREE = "events_disagree", "I8", Gravity.GRAVE, "A step and its events disagree"
    STALE_EPOCH = "stale_epoch", "I11", Gravity.GRAVE, "Something was recorded under a lost lease"
    STUCK = "stuck", "I13", Gravity.LOOK, "An operation does not end"
    HELD = "held", "I13", Gravity.LOOK, "A step waits for a person"
    UNVERIFIED = "unverified", "I2", Gravity.LOOK, "A merge does not add up, and waits"
    UNREADABLE = "unreadable", "I13", Gravity.LOOK, "A family could not be read"


CONCERNS_ALL = frozenset({Rule.CHAIN_BROKEN, Rule.MARKER_UNKNOWN})
"""Rules that stop all writing if broken once: who wrote, or what was written, is not known."""

TWICE = frozenset({Rule.BILLED_TWICE, Rule.SECOND_DOCUMENT, Rule.MARKED_TWICE})
"""Rules that stop all writing when several families break them: it is no accident any more."""

FAMILIES_MAX = 2
"""Families in which documents may stand twice before it concerns everybody."""
