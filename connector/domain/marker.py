"""Our marker in the platform's documents: how a read-back tells our document from any other.

``LA1:<plan>:<step>:<check>``, at most 40 ASCII characters: on a last line of its own in the internal
memo of an invoice, at the end of the note of a credit note (which has no memo). The check digits
keep a mistyped or cut marker from being taken for ours.

*Found anywhere.* Platforms may write line ends their own way, cut blanks off the ends or join
lines, and staff type before, behind and around our line. So a marker counts wherever it stands, as
long as it is whole. A copy of it counts like the first: whoever reads a memo later, a restored
journal above all, cannot know which one we wrote.

*Taken off whole.* Giving a document back takes every copy of our marker out, with the line break
that we put before it, and not one character else: what staff wrote before it, behind it, or in a
line with it stays byte for byte. What a field that was too short kept of it goes too.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from connector.domain.ids import PlanId

_FORM = re.compile(r"(?<![A-Z0-9])LA1:([A-Z2-7]{20}):([0-9]{1,4}):([0-9A-F]{4})(?![A-Z0-9])")

LONGEST = 40
"""Characters of the longest marker."""

MEMO_BYTES = 65_535
"""What the platform's memo holds: a MySQL ``TEXT``, which cuts off whatever is longer."""

STUB = len("LA1:") + 8
"""So much of a cut marker tells that it was ours: its plan is known by eight characters."""


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
    """The text with the marker on a last line of its own, in the text's own kind of line ends."""
    if marker in markers_in(text):
        return text
    return f"{text}{_line_end(text)}{marker}" if text else str(marker)


def without_marker(text: str, marker: Marker) -> str:
    """The text as it was before :func:`with_marker`, whatever was written around it since."""
    whole = re.escape(str(marker))
    # On a line of its own it takes along the line break before it; behind words, where lines were
    # joined, the one blank that became of that break.
    ours = rf"(?:(?:\r\n|\n|\r)(?={whole}(?:[\r\n]|\Z))| (?={whole}\Z))?"
    left, found = re.subn(rf"{ours}(?<![A-Z0-9]){whole}(?![A-Z0-9])", "", text)
    return left if found else _without_stub(text, str(marker))


def has_room(text: str) -> bool:
    """Whether a memo holds a marker besides the text."""
    used = len(text.encode(errors="surrogatepass"))
    return used + len(_line_end(text)) + LONGEST <= MEMO_BYTES


def _line_end(text: str) -> str:
    """A lone CR at the end would make one line break of our LF, and be taken off with it."""
    return "\r\n" if "\r\n" in text or text.endswith("\r") else "\n"


def _without_stub(text: str, whole: str) -> str:
    """Without a last line that is the beginning of our marker: the field was too short for it."""
    start = max(text.rfind("\n"), text.rfind("\r")) + 1
    line = text[start:]
    if len(line) < STUB or not whole.startswith(line):
        return text
    return re.sub(r"(?:\r\n|\n|\r)\Z", "", text[:start])


def _check(stem: str) -> str:
    return f"{zlib.crc32(stem.encode()) & 0xFFFF:04X}"
