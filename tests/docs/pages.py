"""The texts, as tests look at them: pages, prose without code, and the commands they name."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.docs.generate import DOCS, ROOT

NAME = "linked-accounts"
_FENCED = re.compile(r"(?ms)^ *```(?P<kind>\w*)\n(?P<body>.*?)^ *```$")
_INLINE = re.compile(r"`(?P<code>[^`]+)`")
_COMMENT = re.compile(r"(?s)<!--.*?-->")
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One Markdown file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """Where it is, for a message."""
        return str(self.path.relative_to(ROOT))

    @property
    def prose(self) -> str:
        """Without code, comments, and targets of links."""
        text = _LINK.sub(lambda match: match[0].split("](", maxsplit=1)[0], self._unfenced)
        return _COMMENT.sub("", _INLINE.sub("", text))

    @property
    def _unfenced(self) -> str:
        return _FENCED.sub("", self.text)

    def fenced(self, kind: str) -> list[str]:
        """Its code blocks of one kind."""
        return [match["body"] for match in _FENCED.finditer(self.text) if match["kind"] == kind]

    def links(self) -> list[str]:
        """Targets of its links."""
        return [match["target"] for match in _LINK.finditer(self._unfenced)]

    def anchors(self) -> set[str]:
        """Its headings, as links name them."""
        headings = re.findall(r"(?m)^#+ (.+)$", self._unfenced)
        return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}

    def commands(self) -> list[list[str]]:
        """Words after our program's name, wherever the page shows how to call it."""
        lines = [line for body in self.fenced("console") for line in body.splitlines()]
        shown = [line.lstrip("$# ") for line in lines]
        shown += [match["code"].replace("\n", " ") for match in _INLINE.finditer(self._unfenced)]
        found = [shlex.split(text) for text in shown if text.split()[:1] == [NAME]]
        return [words[1:] for words in found]

    def first_cells(self) -> set[str]:
        """Code in the first column of its tables."""
        return set(re.findall(r"(?m)^\| `([\w.-]+)` \|", self.text))


def page(name: str) -> Page:
    """One page by its place."""
    path = ROOT / name
    return Page(path=path, text=path.read_text(encoding="utf-8"))


def pages() -> list[Page]:
    """Every page of the project."""
    paths = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
    return [page(str(path.relative_to(ROOT))) for path in sorted(paths)]
