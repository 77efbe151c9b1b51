"""One planted bug: what a developer got wrong, and the very text that would say so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connector.domain.policy import Mode

ROOT = Path(__file__).parents[2]


class PatchMissed(Exception):
    """The code moved: the text to be replaced is not there exactly once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Patch:
    """One place of the code, and what stands there instead."""

    file: str  #: path below the repository
    old: str
    new: str

    def applied(self, text: str) -> str:
        """The file's text with the bug in it.

        Raises:
            PatchMissed: ``old`` is not there exactly once.
        """
        times = text.count(self.old)
        if times != 1:
            first = self.old.strip().splitlines()[0]
            raise PatchMissed(f"{self.file}: {first!r} is there {times} times: mend the mutant")
        return text.replace(self.old, self.new)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """A planted bug."""

    name: str
    mistake: str  #: what a developer got wrong, in a sentence
    patches: tuple[Patch, ...]
    mode: Mode | None = None  #: played in, if not as each seed draws it
    is_late: bool = False  #: played while writes land beyond the quiescence


def mutant(name: str, mistake: str, *changes: tuple[str, str, str]) -> Mutant:
    """A mutant of changes, each a file below ``connector``, its old text and its new text."""
    patches = tuple(Patch(file=f"connector/{file}", old=old, new=new) for file, old, new in changes)
    return Mutant(name=name, mistake=mistake, patches=patches)
