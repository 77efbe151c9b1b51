"""Our marks in documents, read by the judges' own eyes."""

from __future__ import annotations

import re
import zlib

MARK = re.compile(r"LA1:([A-Z2-7]{20}):([0-9]+):([0-9A-F]{4})")
Made = tuple[str, int]


def seen_in(text: str) -> list[tuple[str, str, str]]:
    """Plan, step and check digits of everything that looks like a mark."""
    return MARK.findall(text)


def is_whole(mark: tuple[str, str, str]) -> bool:
    """Whether a mark's check digits fit it."""
    plan, step, check = mark
    return f"{zlib.crc32(f'LA1:{plan}:{step}'.encode()) & 0xFFFF:04X}" == check
