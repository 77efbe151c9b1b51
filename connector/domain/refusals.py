"""A refusal: a rule said no. A value with the sentence the operator reads, not an exception."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connector.domain.ids import AccountId


class Weight(StrEnum):
    """How much a refusal asks of people."""

    NOTE = "note"  #: as it should be; shown so that nobody wonders
    ACT = "act"  #: somebody must do what the mend says before it goes on


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why something was not done."""

    rule: str  #: short stable name, for example ``partly_paid``
    account_id: AccountId
    subject: str  #: what it is about, for example ``invoice 2026010007``; part of its identity
    sentence: str  #: what is the case
    mend: str  #: what a person can do about it
    weight: Weight = Weight.ACT
