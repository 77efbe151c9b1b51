"""Kinds of values a setting may have, and the checks that plain types do not do.

A ``ValueError`` raised here is the mend shown to the operator, so it says what to write instead.
"""

from __future__ import annotations

import re
from datetime import time
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def _refuse_flag(value: Any) -> Any:
    """``true`` would quietly count as 1."""
    if isinstance(value, bool):
        raise PydanticCustomError("flag_for_number", "a number is needed")
    return value


def _origin(text: str) -> str:
    """Reduce an address to scheme, host and port, or say what is too much."""
    try:
        parts = urlsplit(text.strip())
        origin = _origin_of(parts)
    except ValueError as error:
        raise ValueError("write it like https://splynx.example.net") from error
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"leave out name and password; write {origin}")
    if parts.path.rstrip("/").endswith("/api/2.0"):
        raise ValueError(f"leave out /api/2.0; write {origin}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"leave out everything after the host; write {origin}")
    return origin


def _origin_of(parts: SplitResult) -> str:
    """Scheme, host and port alone; raises ``ValueError`` when there is no usable host."""
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not re.fullmatch(r"[\w.:-]+", host):
        raise ValueError
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{parts.port}" if parts.port else "")


def _known_zone(name: str) -> str:
    """Refuse a time zone that does not exist."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError('use a name of the IANA list, such as "Europe/Prague" or "UTC"') from error
    return name


def _store_url(url: str) -> str:
    """Refuse what cannot be stored in, and a password: this address is shown in many places."""
    if re.fullmatch(r"sqlite:///.+", url):
        return url
    if not re.fullmatch(r"postgresql(\+psycopg)?://\S+", url):
        raise ValueError(
            "write sqlite:/// and the path of the file, for example"
            " sqlite:////var/lib/linked-accounts/state.sqlite3, or"
            " postgresql+psycopg://name@host/database"
        )
    if re.search(r"://[^/@]*:[^/]*@|[?&]password=", url):
        raise ValueError("leave out the password; give it in a file that PGPASSFILE names")
    return url


def _split_times(value: Any) -> Any:
    """Read times of day from a list, or from one comma-separated text (environment)."""
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple):
        return value
    return tuple(_time_of_day(one) for one in value)


def _time_of_day(value: Any) -> time:
    """One time of day; seconds would suggest an exactness that a guard does not have."""
    if isinstance(value, time):
        return value
    match = _TIME_OF_DAY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('use times from "00:00" to "23:59", for example ["22:00", "23:59"]')
    return time(int(match[1]), int(match[2]))


Whole = Annotated[int, BeforeValidator(_refuse_flag)]
Exact = Annotated[Decimal, BeforeValidator(_refuse_flag)]
Origin = Annotated[str, AfterValidator(_origin)]
Zone = Annotated[str, AfterValidator(_known_zone)]
StoreUrl = Annotated[str, AfterValidator(_store_url)]
Times = Annotated[tuple[time, ...], BeforeValidator(_split_times)]
