"""Reading the arguments of control requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from connector.sandbox.errors import ControlFault
from connector.sandbox.money import read_decimal

LARGEST_AMOUNT = 12  # the power of ten of the first digit


@dataclass(frozen=True, kw_only=True, slots=True)
class Arguments:
    """The JSON body or query of one control request."""

    values: Mapping[str, object]

    def has(self, name: str) -> bool:
        """Whether an argument is given and not null."""
        return self.values.get(name) is not None

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        raw = self.values.get(name, default)
        try:
            return int(str(raw))
        except ValueError as error:
            raise ControlFault(f"{name} must be a whole number") from error

    def amount(self, name: str, default: str | None = None) -> Decimal:
        """An exact amount."""
        try:
            amount = read_decimal(self.values.get(name, default))
        except ValueError as error:
            raise ControlFault(f"{name} must be an amount") from error
        if amount.adjusted() > LARGEST_AMOUNT:
            raise ControlFault(f"{name} is too large")
        return amount

    def flag(self, name: str) -> bool:
        """A yes or no; absent is no."""
        raw = self.values.get(name, False)
        if not isinstance(raw, bool):
            raise ControlFault(f"{name} must be true or false")
        return raw

    def text(self, name: str, default: str | None = None) -> str:
        """A text."""
        raw = self.values.get(name, default)
        if raw is None:
            raise ControlFault(f"{name} is needed")
        return str(raw)

    def one_of(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """A text out of a few."""
        value = self.text(name, default)
        if value not in choices:
            raise ControlFault(f"{name} must be one of {', '.join(choices)}")
        return value

    def object(self, name: str) -> "Arguments":
        """A nested object; absent is empty."""
        raw = self.values.get(name, {})
        if not isinstance(raw, Mapping):
            raise ControlFault(f"{name} must be an object")
        return Arguments(values=raw)

    def objects(self, name: str) -> list["Arguments"]:
        """A list of nested objects; absent is empty."""
        raw = self.values.get(name, [])
        if not isinstance(raw, list) or not all(isinstance(each, Mapping) for each in raw):
            raise ControlFault(f"{name} must be a list of objects")
        return [Arguments(values=each) for each in raw]

    def integers(self, name: str) -> list[int]:
        """A list of whole numbers."""
        raw = self.values.get(name, [])
        if not isinstance(raw, list) or not all(type(each) is int for each in raw):
            raise ControlFault(f"{name} must be a list of whole numbers")
        return list(raw)

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        raw = self.values.get(name, [])
        if not isinstance(raw, list) or not all(isinstance(each, str) for each in raw):
            raise ControlFault(f"{name} must be a list of texts")
        return list(raw)
