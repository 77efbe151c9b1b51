"""What the auditor reports."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One wrong: its rule, the family and account it is about, and the detail in words."""

    rule: str
    family: int
    account: int
    detail: str
    severity: str = "error"

    def shown(self) -> dict[str, object]:
        """The finding as the control API lists it."""
        return asdict(self)
