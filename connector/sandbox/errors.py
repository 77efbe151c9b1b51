"""What can go wrong inside the sandbox.

SandboxError
├── Unreadable    a value of the wrong kind; also a ValueError
├── ApiFault      answered to the API caller as {"error": {...}}
├── FieldFault    answered to the API caller as 422 with a list of {field, message}
└── ControlFault  answered to the caller of the control API
"""

from collections.abc import Mapping


class SandboxError(Exception):
    """Anything the sandbox refuses."""


class Unreadable(SandboxError, ValueError):
    """A value that cannot be read as the kind it should be."""


class ApiFault(SandboxError):
    """A refusal with the platform's own status and internal code."""

    def __init__(
        self,
        status: int,
        internal_code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.internal_code = internal_code
        self.message = message
        self.headers = dict(headers or {})


class FieldFault(SandboxError):
    """A validation refusal: field name to message."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {text}" for field, text in problems.items()))
        self.problems = dict(problems)


class ControlFault(SandboxError):
    """A control request that cannot be met."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
