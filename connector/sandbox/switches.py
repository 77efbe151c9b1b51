"""What a running sandbox can be told to do differently."""

from dataclasses import dataclass, field, fields

from connector.sandbox.errors import ControlFault
from connector.sandbox.faults import Fault, read_faults


@dataclass(kw_only=True, slots=True)
class Switches:
    """The switches and their defaults; each is a behaviour that differs between installations."""

    check_nonce: bool = False
    bind_user_agent: bool = True
    api_status_admin: int = 0
    credit_note_reactivates: bool = False
    pay_from_balance: bool = False
    token_minutes: int = 30
    deny: list[tuple[str, str]] = field(default_factory=list)
    latency_ms: int = 0
    maintenance: bool = False
    retry_after_seconds: int = 5
    fault: list[Fault] = field(default_factory=list)

    def flip(self, name: str, value: object) -> None:
        """Set one switch; a wrong name or kind of value is refused."""
        if name not in {known.name for known in fields(self)}:
            raise ControlFault(f"no switch named {name}")
        if name == "fault":
            self.fault = read_faults(value)
        elif name == "deny":
            self.deny = _read_denials(value)
        elif type(value) is not type(getattr(self, name)):
            raise ControlFault(f"{name} takes a {type(getattr(self, name)).__name__}")
        elif isinstance(value, int) and value < 0:
            raise ControlFault(f"{name} must not be negative")
        else:
            setattr(self, name, value)

    def denies(self, controller: str, action: str) -> bool:
        """Tell whether the key's permission table denies an action; `*` stands for any."""
        return any(
            where in {controller, "*"} and what in {action, "*"} for where, what in self.deny
        )

    def retry_after(self) -> dict[str, str]:
        """The header that asks a caller to wait."""
        return {"Retry-After": str(self.retry_after_seconds)}

    def shown(self) -> dict[str, object]:
        """The switches as the control API lists them."""
        plain: dict[str, object] = {known.name: getattr(self, known.name) for known in fields(self)}
        plain["fault"] = [fault.shown() for fault in self.fault]
        plain["deny"] = [list(pair) for pair in self.deny]
        return plain


def _read_denials(value: object) -> list[tuple[str, str]]:
    if not isinstance(value, list):
        raise ControlFault("deny takes a list of [controller, action]")
    pairs: list[tuple[str, str]] = []
    for entry in value:
        match entry:
            case [str(controller), str(action)]:
                pairs.append((controller, action))
            case _:
                raise ControlFault("deny takes a list of [controller, action]")
    return pairs
