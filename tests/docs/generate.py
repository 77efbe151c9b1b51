"""The parts of the texts that come from the code; ``python -m tests.docs.generate`` writes them."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from connector.observe.events import Event
from connector.saga.states import FINISHED, TRANSITIONS, StepState
from connector.sandbox.control.endpoints import ENDPOINTS
from connector.sandbox.fault_kinds import KINDS
from connector.sandbox.switches import DECLARED, default_of

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
STATES = ROOT / "connector" / "saga" / "states.py"
CATALOGUE = ROOT / "connector" / "observe" / "events.py"
_MEANING = re.compile(r'(?m)^ +\w+ = "(?P<word>\w+)"  #: (?P<meaning>.+)$')
_BLOCK = re.compile(
    r"(?s)(?P<head><!-- generated: (?P<name>[\w-]+) -->\n).*?(?P<tail><!-- end -->)"
)


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    names = list(headings)
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def meanings() -> dict[str, str]:
    """What each state and event of a step means, from the comments beside them."""
    found = _MEANING.finditer(STATES.read_text(encoding="utf-8"))
    return {match["word"]: match["meaning"] for match in found}


def saga_states() -> str:
    """The states in words."""
    rows = (
        (state.name, meanings()[state], "final" if state in FINISHED else "") for state in StepState
    )
    return table(("state", "in words", ""), rows)


def saga_table() -> str:
    """The transitions, as the code has them."""
    rows = (
        (old.name, event, new.name, meanings()[event]) for (old, event), new in TRANSITIONS.items()
    )
    return table(("from", "event", "to", "in words"), rows)


def saga_diagram() -> str:
    """The same as a picture."""
    edges = [f"    {old.name} --> {new.name}: {event}" for (old, event), new in TRANSITIONS.items()]
    ends = [f"    {state.name} --> [*]" for state in StepState if state in FINISHED]
    body = "\n".join(["stateDiagram-v2", f"    [*] --> {StepState.INTENDED.name}", *edges, *ends])
    return f"```mermaid\n{body}\n```\n"


def events() -> str:
    """Every log event, its meaning, and whether anything writes it."""
    written = written_events()
    rows = (
        (f"`{event.value}`", event.meaning, "yes" if event.name in written else "not yet")
        for event in Event
    )
    return table(("event", "meaning", "written by this version"), rows)


def written_events() -> frozenset[str]:
    """Names of the events that some module outside the catalogue mentions."""
    found = set()
    for path in (ROOT / "connector").rglob("*.py"):
        if path == CATALOGUE:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                is_catalogue = node.value.id in {"Log", "Event"}
                found |= {node.attr} & set(Event.__members__) if is_catalogue else set()
    return frozenset(found)


def control_endpoints() -> str:
    """What the sandbox's control API can do."""
    rows = (
        (
            f"`{method} /control{'/' + path if path else ''}`",
            (endpoint.__doc__ or "").splitlines()[0],
        )
        for (method, path), endpoint in ENDPOINTS.items()
    )
    return table(("request", "what it does"), rows)


def switches() -> str:
    """What the sandbox can be told to do differently, and its defaults."""
    rows = (
        (
            f"`{name}`",
            f"`{json.dumps(default_of(known))}`",
            ", ".join(f"`{choice}`" for choice in known.metadata["choices"]),
            known.metadata["meaning"],
        )
        for name, known in DECLARED.items()
    )
    return table(("switch", "default", "one of", "what it does"), rows)


def faults() -> str:
    """The kinds of faults that the sandbox can be told to have."""
    return table(("kind", "what happens"), ((f"`{kind.form}`", kind.meaning) for kind in KINDS))


BLOCKS: dict[str, Callable[[], str]] = {
    "saga-states": saga_states,
    "saga-table": saga_table,
    "saga-diagram": saga_diagram,
    "events": events,
    "control-endpoints": control_endpoints,
    "switches": switches,
    "faults": faults,
}


def rendered(text: str) -> str:
    """A page with its generated parts as they must be now."""
    return _BLOCK.sub(lambda match: match["head"] + BLOCKS[match["name"]]() + match["tail"], text)


def blocks_in(text: str) -> list[str]:
    """Names of the generated parts of a page."""
    return [match["name"] for match in _BLOCK.finditer(text)]


def main() -> None:
    """Write every page anew that has generated parts."""
    for path in sorted(DOCS.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        if rendered(text) != text:
            path.write_text(rendered(text), encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
