"""The API as callers meet it: with its faults, and with every request written down.

Free of any web framework, so that tests and simulators can call it in process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from connector.sandbox.api.message import Call, Reply
from connector.sandbox.api.router import Api
from connector.sandbox.engine.walk import catch_up
from connector.sandbox.faults import Arrival, Fault
from connector.sandbox.hooks.notices import tell
from connector.sandbox.lagging import LateWrites, Shadows
from connector.sandbox.people.acting import act_by_chance
from connector.sandbox.spoiling import http_fault, instead, on_wrong_page, spoilt
from connector.sandbox.world import World


class End(Enum):
    """How an exchange ends."""

    WHOLE = auto()  # the answer arrives
    REFUSED = auto()  # closed before anything was read
    CUT = auto()  # closed without an answer
    RESET = auto()  # reset after half of the answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a caller gets: an answer, how the exchange ends, and how long it takes.

    `wait_seconds` pass before anything is sent, `spread_seconds` while the body is.
    """

    reply: Reply
    end: End = End.WHOLE
    wait_seconds: int = 0
    spread_seconds: int = 0

    @property
    def cut(self) -> bool:
        """Whether nothing of the answer arrives."""
        return self.end is End.REFUSED or self.end is End.CUT


class Front:
    """The API over one world, with faults on order."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.api = Api(world)
        self.late = LateWrites(world)
        self.shadows = Shadows(self.api)

    def answer(self, call: Call) -> Outcome:
        """Answer a request, or spoil it as ordered."""
        self.catch_up()
        act_by_chance(self.world)
        outcome = self._answer(call)
        self._write_down(call, outcome)
        tell(self.world, self.api.desk.caller())
        return outcome

    def catch_up(self) -> None:
        """Let happen what is due by now: rounds of a running clock, and late writes."""
        catch_up(self.world)
        self.late.settle()
        tell(self.world, self.api.desk.caller())

    def _answer(self, call: Call) -> Outcome:
        if not self.world.switches.fault:
            return Outcome(reply=self._plainly(call))
        arrival = Arrival(
            number=self.world.counters.request + 1,
            method=call.method,
            path=call.path,
            later_page=call.method == "GET" and call.offset > 0,
        )
        # Every order counts every request it matches, even one that an earlier order spoils.
        striking = [fault for fault in self.world.switches.fault if fault.strikes(arrival)]
        if not striking:
            return Outcome(reply=self._plainly(call))
        fault = striking[0]
        fired = self.world.faults_fired
        fired[fault.kind] = fired.get(fault.kind, 0) + 1
        return _WAYS[fault.about.name](self, fault, call)

    def _plainly(self, call: Call) -> Reply:
        return (self.shadows.over(call) or self.api).answer(call)

    # One way to go wrong each

    def refuse(self, _fault: Fault, _call: Call) -> Outcome:
        """Close before reading."""
        return Outcome(reply=Reply(status=0), end=End.REFUSED)

    def cut_before(self, fault: Fault, _call: Call) -> Outcome:
        """Never carry it out, and hang."""
        return Outcome(reply=Reply(status=0), end=End.CUT, wait_seconds=fault.seconds)

    def cut_after(self, fault: Fault, call: Call) -> Outcome:
        """Carry it out, and hang."""
        return Outcome(reply=self._plainly(call), end=End.CUT, wait_seconds=fault.seconds)

    def put_off(self, fault: Fault, call: Call) -> Outcome:
        """Admit a write, and carry it out later; a refused login is refused at once."""
        admitted = self.api.admit(call)
        if isinstance(admitted, Reply):
            return Outcome(reply=admitted)
        self.late.add(fault, call, admitted)
        end = End.CUT if fault.about.name == "late_commit_cut" else End.WHOLE
        return Outcome(reply=http_fault(504, {}), end=end)

    def answer_instead(self, fault: Fault, _call: Call) -> Outcome:
        """Never carry it out, and answer something else."""
        return Outcome(reply=instead(fault, self._retry_after()))

    def answer_falsely(self, fault: Fault, call: Call) -> Outcome:
        """Carry it out, and answer something else."""
        self._plainly(call)
        return Outcome(reply=instead(fault, self._retry_after()))

    def spoil(self, fault: Fault, call: Call) -> Outcome:
        """Carry it out, and damage the answer."""
        return Outcome(reply=spoilt(fault, self._plainly(call)))

    def reset(self, _fault: Fault, call: Call) -> Outcome:
        """Carry it out, and break off within the answer."""
        return Outcome(reply=self._plainly(call), end=End.RESET)

    def dribble(self, fault: Fault, call: Call) -> Outcome:
        """Carry it out, and answer slowly."""
        return Outcome(reply=self._plainly(call), spread_seconds=fault.seconds)

    def cast_shadow(self, fault: Fault, call: Call) -> Outcome:
        """Carry it out, and hide that from the next reads."""
        self.shadows.cast(fault, call)
        return Outcome(reply=self.api.answer(call))

    def turn_wrong_page(self, fault: Fault, call: Call) -> Outcome:
        """Answer for another offset."""
        return Outcome(reply=self._plainly(on_wrong_page(fault, call)))

    def _retry_after(self) -> dict[str, str]:
        return self.world.switches.retry_after(self.world.clock)

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


Way = Callable[[Front, Fault, Call], Outcome]
_WAYS: dict[str, Way] = {
    "refused": Front.refuse,
    "timeout_before_commit": Front.cut_before,
    "timeout_after_commit": Front.cut_after,
    "late_commit": Front.put_off,
    "late_commit_cut": Front.put_off,
    "http_XXX": Front.answer_instead,
    "http_XXX_after_commit": Front.answer_falsely,
    "html_XXX": Front.answer_instead,
    "truncated": Front.spoil,
    "bad_field": Front.spoil,
    "wrong_type": Front.spoil,
    "reset": Front.reset,
    "slow_body": Front.dribble,
    "stale": Front.cast_shadow,
    "overlap": Front.turn_wrong_page,
    "skip": Front.turn_wrong_page,
    "token_expired": Front.answer_instead,
    "token_banned": Front.answer_instead,
    "nonce_replayed": Front.answer_instead,
    "permission_withdrawn": Front.answer_instead,
}


def _auth_kind(header: str) -> str:
    if header.startswith("Basic "):
        return "basic"
    if "access_token=" in header:
        return "token"
    return "signature" if header else "none"
