"""The states of one write, as a table: everything that decides what may follow what is here.

Why it looks like this. The platform has no idempotency key and no transaction, and its
workers go on after we hung up. So a write has three honest outcomes: it happened, it did not,
we do not know; and our own process may die between any two instructions. Hence:

* **INTENDED** is committed before anything is sent. Die here, and nothing happened.
* **SENDING** is committed before the first byte leaves, with the very parameters that are sent.
  From here on the parameters never change: a later send must be the same document, or else a
  read-back could not tell ours from another. Die here, and we do not know: a step found in
  SENDING when we start becomes UNKNOWN, never INTENDED.
* **CONFIRMED** needs an answer that was checked, or a read-back that found the document with
  our marker and the same amounts.
* **UNKNOWN** ends by reading only. Found: CONFIRMED. Not found, and the platform had time
  enough to finish whatever it was still doing (the quiescence): INTENDED, to be sent again.
  Found with other contents: HELD.
* **HELD** waits for a person: the platform said no, or shows something impossible. Only a named
  operator moves it, and the journal keeps the name.
* **CANCELLED** is final: given up by a person, or withdrawn by us while it was INTENDED, since
  nothing had left yet (a source changed before the merge's pivot).

A document that was sent before is looked for once more before it is sent again, whoever asked
for it: found, an INTENDED step becomes CONFIRMED without a send.

There is no way from SENDING or UNKNOWN to INTENDED without a reading that says "certainly not
carried out". What is done is corrected by a further step; CONFIRMED is left only if the platform
itself went back to a time before it (LOST), and a person says so. If it is our own store that went
back, what it takes for INTENDED may have been sent since, and is read back (DOUBTED).
"""

from __future__ import annotations

from enum import StrEnum

from connector.errors import IllegalTransition


class StepState(StrEnum):
    """State of one write."""

    INTENDED = "intended"  #: decided, not sent
    SENDING = "sending"  #: about to leave, or left without a record of the answer
    CONFIRMED = "confirmed"  #: done, and seen to be done
    UNKNOWN = "unknown"  #: may have been done
    HELD = "held"  #: waits for a person
    CANCELLED = "cancelled"  #: given up


class StepEvent(StrEnum):
    """What can happen to a write."""

    CLAIMED = "claimed"  #: a worker commits to send it now
    ACCEPTED = "accepted"  #: answered, and the answer was checked
    NOT_SENT = "not_sent"  #: certainly not carried out
    UNCLEAR = "unclear"  #: time-out, cut connection, 5xx, a body that is no answer
    FOUND_AT_START = "found_at_start"  #: we died between the two records
    REFUSED = "refused"  #: the platform said no
    SEEN = "seen"  #: read back by marker, amounts equal
    ABSENT = "absent"  #: read back after the quiescence, not there
    CONTRADICTED = "contradicted"  #: there, but not what we sent
    WITHDRAWN = "withdrawn"  #: no longer wanted, and nothing had left
    RETRY_ASKED = "retry_asked"  #: by a named operator
    CANCEL_ASKED = "cancel_asked"  #: by a named operator
    DOUBTED = "doubted"  #: our store is older than the platform: it may have been sent since
    LOST = "lost"  #: the platform was restored from a backup without it; said by a named operator


S, E = StepState, StepEvent

TRANSITIONS: dict[tuple[StepState, StepEvent], StepState] = {
    (S.INTENDED, E.CLAIMED): S.SENDING,
    (S.INTENDED, E.WITHDRAWN): S.CANCELLED,
    (S.INTENDED, E.SEEN): S.CONFIRMED,
    (S.INTENDED, E.CONTRADICTED): S.HELD,
    (S.INTENDED, E.DOUBTED): S.UNKNOWN,
    (S.SENDING, E.ACCEPTED): S.CONFIRMED,
    (S.SENDING, E.NOT_SENT): S.INTENDED,
    (S.SENDING, E.UNCLEAR): S.UNKNOWN,
    (S.SENDING, E.FOUND_AT_START): S.UNKNOWN,
    (S.SENDING, E.REFUSED): S.HELD,
    (S.UNKNOWN, E.SEEN): S.CONFIRMED,
    (S.UNKNOWN, E.ABSENT): S.INTENDED,
    (S.UNKNOWN, E.CONTRADICTED): S.HELD,
    (S.HELD, E.RETRY_ASKED): S.INTENDED,
    (S.HELD, E.CANCEL_ASKED): S.CANCELLED,
    (S.CONFIRMED, E.LOST): S.CANCELLED,
}

FINISHED = frozenset({S.CONFIRMED, S.CANCELLED})
"""States that need no further work."""


def next_state(state: StepState, event: StepEvent) -> StepState:
    """The state after an event.

    Raises:
        IllegalTransition: the table does not have the pair; nothing is changed.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(f"a step that is {state} cannot become {event}") from None
