"""One check of ``doctor``: a verdict, a sentence, a mend."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What came of one check."""

    OK = "ok"
    WARN = "warn"  #: works, but somebody should know
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One check: what is the case, what to do about it, and the exit code it asks for."""

    name: str
    verdict: Verdict
    sentence: str
    mend: str = ""
    exit_code: int = 0


def ok(name: str, sentence: str) -> Check:
    """As it should be."""
    return Check(name=name, verdict=Verdict.OK, sentence=sentence)


def warn(name: str, sentence: str, mend: str) -> Check:
    """Works, but somebody should know."""
    return Check(name=name, verdict=Verdict.WARN, sentence=sentence, mend=mend)


def fail(name: str, sentence: str, mend: str, exit_code: int = 1) -> Check:
    """Somebody must do something."""
    return Check(name=name, verdict=Verdict.FAIL, sentence=sentence, mend=mend, exit_code=exit_code)
