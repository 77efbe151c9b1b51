"""The API as callers meet it: with its faults, and with every request written down.

Free of any web framework, so that tests and simulators can call it in process.
"""

from dataclasses import dataclass

from connector.sandbox.api.message import Call, Reply, fault_reply
from connector.sandbox.api.router import Api
from connector.sandbox.errors import ApiFault
from connector.sandbox.faults import Fault
from connector.sandbox.wire.json_text import dump, load
from connector.sandbox.world import World

LOGIN_PAGE = "<!DOCTYPE html><html><body><form>Log in</form></body></html>"
WAITING_STATUSES = frozenset({429, 503})


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a caller gets: an answer, or a connection cut before it."""

    reply: Reply
    cut: bool = False


class Front:
    """The API over one world, with faults on order."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.api = Api(world)

    def answer(self, call: Call) -> Outcome:
        """Answer a request, or spoil it as ordered."""
        outcome = self._answer(call)
        self._write_down(call, outcome)
        return outcome

    def _answer(self, call: Call) -> Outcome:
        switches = self.world.switches
        # Every order counts every request it matches, even one that an earlier order spoils.
        striking = [fault for fault in switches.fault if fault.strikes(call.method, call.path)]
        if not striking:
            return Outcome(reply=self.api.answer(call))
        fault, retry_after = striking[0], switches.retry_after()
        if fault.before_commit:
            return Outcome(reply=_instead(fault, retry_after))
        reply = _spoilt(fault, self.api.answer(call), retry_after)
        return Outcome(reply=reply, cut=fault.kind == "timeout_after_commit")

    def _write_down(self, call: Call, outcome: Outcome) -> None:
        self.world.counters.request += 1
        self.world.requests.append(
            {
                "n": self.world.counters.request,
                "at": self.world.now().isoformat(),
                "method": call.method,
                "path": call.path,
                "query": call.query,
                "status": 0 if outcome.cut else outcome.reply.status,
                "auth": _auth_kind(call.authorization),
                "bytes": len(call.body),
            }
        )


def _instead(fault: Fault, retry_after: dict[str, str]) -> Reply:
    if fault.kind == "html_200":
        return Reply(status=200, text=LOGIN_PAGE, headers={"Content-Type": "text/html"})
    headers = retry_after if fault.status in WAITING_STATUSES else None
    return fault_reply(ApiFault(fault.status, "SERVER_ERROR", "Fault on order", headers))


def _spoilt(fault: Fault, reply: Reply, retry_after: dict[str, str]) -> Reply:
    if fault.kind == "truncated":
        return reply.with_body(reply.text[: len(reply.text) // 2])
    if fault.kind.startswith("bad_field:"):
        _, name, raw = fault.kind.split(":", 2)
        patched = _patched(load(reply.text), name, load(raw)) if reply.text else None
        return reply.with_body(dump(patched)) if reply.text else reply
    return _instead(fault, retry_after) if fault.kind.startswith("http_") else reply


def _patched(value: object, name: str, bad: object) -> object:
    if isinstance(value, list):
        return [_patched(row, name, bad) for row in value]
    if isinstance(value, dict):
        return {key: bad if key == name else inner for key, inner in value.items()}
    return value


def _auth_kind(header: str) -> str:
    if header.startswith("Basic "):
        return "basic"
    if "access_token=" in header:
        return "token"
    return "signature" if header else "none"
