"""The gate before the first write: without a mark that was read back here, we only observe.

Everything that is sent is known again by its mark. Where marks get lost no doubt could be ended, and
a document could be sent twice. So a mark must have been read back on this very installation before
anything is written: by a probe, or by a claim that this journal holds as confirmed. What the latest
probe found counts more than any claim before it.
"""

from __future__ import annotations

from connector.domain.policy import Mode
from connector.ports.store import UnitOfWork
from connector.runtime import facts
from connector.runtime.service import Service

UNTRIED = (
    "no mark of ours was ever read back on this Splynx, so nothing is written: name a customer made "
    "for tests in platform.probe_account, then `linked-accounts doctor --probe` with its number"
)
LOST = (
    "the latest probe could not read our marks back on this Splynx, so nothing is written: "
    "`linked-accounts doctor` says what was lost; mend it, then probe again"
)
BY_CLAIM = "by a claim that was read back"
"""How a mark was proven on installations that wrote before there were probes."""


def load_obstacle(unit: UnitOfWork) -> str:
    """Why nothing may be written for lack of a proven mark, or ""."""
    proof = unit.facts.load(facts.MARKER)
    if proof is None:
        return "" if unit.journal.has_confirmed_claim() else UNTRIED
    return "" if proof else LOST


def load_mode(service: Service, unit: UnitOfWork) -> Mode:
    """The mode in force: the operator's, or observe while the gate is shut."""
    mode = service.policy.mode
    return Mode.OBSERVE if mode is not Mode.OBSERVE and load_obstacle(unit) else mode


def record_earlier_proof(unit: UnitOfWork) -> None:
    """Remember a claim as proof, so that it need not be looked for again."""
    if unit.facts.load(facts.MARKER) is None and unit.journal.has_confirmed_claim():
        unit.facts.record(facts.MARKER, BY_CLAIM)
