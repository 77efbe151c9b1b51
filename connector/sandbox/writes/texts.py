"""What a document keeps of the memo and note that an API key writes; people's forms are another way."""

import re
from collections.abc import Callable

from connector.sandbox.world import World

TEXTS = frozenset({"memo", "note"})
_LINE_END = re.compile(r"\r\n|\r|\n")
_HABITS: dict[str, Callable[[str], str]] = {
    "keep": lambda text: text,
    "trim": str.strip,
    "crlf": lambda text: _LINE_END.sub("\r\n", text),
    "strip": lambda text: _LINE_END.sub(" ", text),
    "escape": lambda text: text.replace("&", "&amp;").replace("<", "&lt;"),
}


def keep_texts(world: World, named: dict[str, object], kind: str) -> dict[str, object]:
    """The attributes of a write as they are kept; `kind` is what happens, such as `invoice`."""
    kept = dict(named)
    for name in TEXTS & named.keys():
        if f"{kind}.{name}" in world.switches.lost_texts:
            kept.pop(name)
        else:
            text = _HABITS[world.switches.texts](str(named[name]))
            kept[name] = text[: world.switches.text_room or None]
    return kept
