"""Kinds of values that options may have, and what is wrong with others."""

from __future__ import annotations

from typing import Annotated, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cyclopts import Parameter, validators

LARGEST_ID = 2**31 - 1


def _judge_zone(_type: object, name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; write one such as Europe/Prague") from error


Zone: TypeAlias = Annotated[str, Parameter(validator=_judge_zone)]
AccountNumber: TypeAlias = Annotated[
    int, Parameter(validator=validators.Number(gte=1, lte=LARGEST_ID))
]
