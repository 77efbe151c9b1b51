"""Our marker in the platform's documents: how a read-back tells our document from any other.

``LA1:<plan>:<step>:<check>``, at most 40 ASCII characters, alone on a line of the document's
internal memo (invoices) or at the end of its note (credit notes have no memo). The check digits
keep a mistyped or cut marker from being taken for ours.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from connector.domain.ids import PlanId

_FORM = re.compile(r"(?<![A-Z0-9])LA1:([A-Z2-7]{20}):([0-9]{1,4}):([0-9A-F]{4})(?![A-Z0-9])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Marker:
    """Which step of which plan made or claimed a document."""

    plan_id: PlanId
    step: int

    def __str__(self) -> str:
        stem = f"LA1:{self.plan_id}:{self.step}"
        return f"{stem}:{_check(stem)}"


def markers_in(text: str) -> tuple[Marker, ...]:
    """All valid markers in a memo or note, in order; damaged ones are no markers."""
    found = []
    for match in _FORM.finditer(text):
        plan_id, step, check = match.groups()
        if _check(f"LA1:{plan_id}:{step}") == check:
            found.append(Marker(plan_id=PlanId(plan_id), step=int(step)))
    return tuple(found)


def with_marker(text: str, marker: Marker) -> str:
    """The text with the marker on a last line of its own; staff's words stay byte for byte."""
    if marker in markers_in(text):
        return text
    return f"{text}\n{marker}" if text else str(marker)


def without_marker(text: str, marker: Marker) -> str:
    """The text as it was before :func:`with_marker`."""
    return text.replace(f"\n{marker}", "").replace(str(marker), "")


def _check(stem: str) -> str:
    return f"{zlib.crc32(stem.encode()) & 0xFFFF:04X}"
