"""What leads to a write on the platform, found in the parsed source: who may, and whoever else does.

The sandbox is left out: it is a platform itself, and a contract keeps it from importing ours.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from tests.architecture.source import Source

Rule = Callable[[Iterable[Source]], list[str]]

WRITING = frozenset({"POST", "PUT", "DELETE", "PATCH"})
SPLYNX, RUNTIME = "connector/splynx", "connector/runtime"
WORK, BOOTSTRAP = f"{RUNTIME}/work.py", f"{RUNTIME}/bootstrap.py"
WRITER, CLIENT, WIRE = f"{SPLYNX}/writer.py", f"{SPLYNX}/client.py", f"{SPLYNX}/wire.py"
AUTH = f"{SPLYNX}/auth.py"

NAMES_VERBS = frozenset({AUTH, WRITER, f"{SPLYNX}/needs.py", f"{SPLYNX}/verdict.py"})
"""The login, the writer, the table of routes, and the words for permissions."""

NETWORKS = frozenset(
    {
        "aiohttp",
        "ftplib",
        "http.client",
        "httpcore",
        "requests",
        "socket",
        "urllib.request",
        "urllib3",
    }
)
TALKERS = frozenset(
    {
        "connector/cli/demo_stage.py",  # to the control of its own sandbox
        "connector/observe/notify.py",  # to systemd
        "connector/store/lease.py",  # asks for this host's name
    }
)
OPENERS = frozenset({f"{RUNTIME}/daemon.py", f"{RUNTIME}/proofs.py", "connector/cli/sync.py"})
"""Who opens a service that can write: service, `sync`, and a probe to its test customer alone; a
rehearsal does too, on its own sandbox."""


def only_work_sends(found: Iterable[Source]) -> list[str]:
    """A writer's ``send`` is used at one place, and so is the HTTP library's."""
    return _outside(
        found,
        lambda node: (
            (isinstance(node, ast.Attribute) and node.attr == "send")
            or (isinstance(node, ast.Constant) and node.value == "send")
        ),
        {WORK: 1, WIRE: 1},
    )


def only_work_holds_a_writer(found: Iterable[Source]) -> list[str]:
    """Nobody else takes it from the service, where a second way to write would begin."""
    return _outside(
        found,
        lambda node: (
            isinstance(node, ast.Attribute)
            and node.attr == "writer"
            and not (isinstance(node.value, ast.Name) and node.value.id == "csv")
        ),
        {WORK: 2},
    )


def only_bootstrap_makes_a_writer(found: Iterable[Source]) -> list[str]:
    """By its class's name, or by handing anything but None to a service as its writer."""
    known = (WRITER, BOOTSTRAP, f"{SPLYNX}/__init__.py")
    return _outside(found, _makes_writer, dict.fromkeys(known, 9))


def only_the_writer_writes(found: Iterable[Source]) -> list[str]:
    """The client's ``write`` is called by the writer, and what goes over the wire by the client.

    The login goes there as well: it is the one POST that no step stands behind.
    """
    sources = list(found)
    return [
        *_outside(sources, lambda node: _is_of_client(node, "write"), {WRITER: 1}),
        *_outside(sources, lambda node: _is_attribute(node, "exchange"), {CLIENT: 1, AUTH: 1}),
    ]


def only_some_name_a_writing_verb(found: Iterable[Source]) -> list[str]:
    """POST, PUT, DELETE and PATCH; what is told to the control of a sandbox is none of them."""
    sources = [source for source in found if source.name not in NAMES_VERBS]
    told = {id(node) for source in sources for node in _told_to_control(source.tree)}
    return _outside(
        sources,
        lambda node: (
            isinstance(node, ast.Constant) and node.value in WRITING and id(node) not in told
        ),
        {},
    )


def the_login_is_the_one_exception(found: Iterable[Source]) -> list[str]:
    """Whoever logs in makes requests for tokens and for nothing else."""
    return [
        f"{source.name}:{node.lineno}"
        for source in found
        if source.name == AUTH
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and _name(node.func) == "Request"
        and not _path_of(node).startswith(("_TOKENS", "path"))
    ]


def nothing_but_reads_is_repeated(found: Iterable[Source]) -> list[str]:
    """Tenacity is used once, for ``_read_once``; on the way of a write there is no loop."""
    breaches: list[str] = []
    for source in found:
        for node in ast.walk(source.tree):
            where = f"{source.name}:{getattr(node, 'lineno', 1)}"
            if isinstance(node, ast.ImportFrom | ast.Import) and source.name != CLIENT:
                breaches += [where for name in _modules(node) if name.startswith("tenacity")]
            if isinstance(node, ast.Call) and _name(node.func) == "_patiently":
                first = node.args[0] if node.args else node
                breaches += [where] if _name(first) != "_read_once" else []
            if isinstance(node, ast.FunctionDef) and source.name in {CLIENT, WRITER, WIRE}:
                breaches += [where] if _repeats(node) else []
    return breaches


def only_the_wire_has_a_client(found: Iterable[Source]) -> list[str]:
    """One HTTP client: no redirects, no proxies of the environment, no transport that retries."""
    breaches: list[str] = []
    for source in found:
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call) or not _is_of(node.func, "httpx"):
                continue
            told = {word.arg: word.value for word in node.keywords}
            is_ours = (
                source.name == WIRE
                and _name(node.func) == "Client"
                and _is_false(told.get("follow_redirects"))
                and _is_false(told.get("trust_env"))
            )
            is_value = _name(node.func) in {"URL", "Timeout", "Limits"}
            if not (is_ours or is_value) or "retries" in told:
                breaches.append(f"{source.name}:{node.lineno}")
    return breaches


def nobody_else_talks(found: Iterable[Source]) -> list[str]:
    """No other way onto a network than the adapter's, but for those that are known."""
    return [
        f"{source.name}: {name}"
        for source in found
        if source.name not in TALKERS
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in _modules(node)
        if any(name == network or name.startswith(f"{network}.") for network in NETWORKS)
    ]


def only_some_open_a_service_that_writes(found: Iterable[Source]) -> list[str]:
    """All others open one for looking, whatever the mode; a rehearsal turns its own away first."""
    return [
        f"{source.name}:{node.lineno}"
        for source in found
        if source.name not in {BOOTSTRAP, *OPENERS}
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and _name(node.func) in {"open_service", "open_for_probe", "wire", "rewired"}
        and not _is_turned_away(source, node)
    ]


RULES: tuple[Rule, ...] = (
    only_work_sends,
    only_work_holds_a_writer,
    only_bootstrap_makes_a_writer,
    only_the_writer_writes,
    only_some_name_a_writing_verb,
    the_login_is_the_one_exception,
    nothing_but_reads_is_repeated,
    only_the_wire_has_a_client,
    nobody_else_talks,
    only_some_open_a_service_that_writes,
)


def _outside(
    found: Iterable[Source], is_one: Callable[[ast.AST], bool], allowed: dict[str, int]
) -> list[str]:
    """Where something is done beyond the number of times that a file may do it."""
    breaches: list[str] = []
    for source in found:
        nodes = [node for node in ast.walk(source.tree) if is_one(node)]
        if len(nodes) > allowed.get(source.name, 0):
            breaches += [f"{source.name}:{getattr(node, 'lineno', 1)}" for node in nodes]
    return breaches


def _makes_writer(node: ast.AST) -> bool:
    if isinstance(node, ast.Name | ast.Attribute) and _name(node) == "SplynxWriter":
        return True
    if isinstance(node, ast.alias):
        return node.name == "SplynxWriter"
    if not (isinstance(node, ast.keyword) and node.arg == "writer"):
        return False
    return not (isinstance(node.value, ast.Constant) and node.value.value is None)


def _told_to_control(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in {"control", "_control"}:
            yield from node.args[:2]


def _path_of(call: ast.Call) -> str:
    path = next((word.value for word in call.keywords if word.arg == "path"), None)
    return "" if path is None else ast.unparse(path)


def _repeats(function: ast.FunctionDef) -> bool:
    if function.name == "_body_of":  # takes the pieces of one answer
        return False
    loops = [node for node in ast.walk(function) if isinstance(node, ast.For | ast.While)]
    uses = {_name(node) for node in ast.walk(function) if isinstance(node, ast.Name)}
    return bool(loops) or ("Retrying" in uses and function.name != "__init__")


def _is_turned_away(source: Source, call: ast.Call) -> bool:
    """Whether a rehearsal's service is opened on settings that name a sandbox."""
    first = call.args[0] if call.args else call
    is_made = isinstance(first, ast.Call) and _name(first.func) == "settings_on"
    return source.name.startswith("connector/rehearsal/") and is_made


def _is_of_client(node: ast.AST, name: str) -> bool:
    return _is_attribute(node, name) and _is_of(node, "client")


def _is_attribute(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == name


def _is_of(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Attribute) and _name(node.value).strip("_") == name


def _is_false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _modules(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom):
        yield node.module or ""
    yield from (
        f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
        for alias in node.names
    )


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
