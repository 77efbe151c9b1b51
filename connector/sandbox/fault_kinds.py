"""Every kind of fault that can be ordered, and what it means."""

import re
from dataclasses import dataclass
from functools import cache

ANY, WRITES, LATER_PAGES = "any", "writes", "later pages"


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultKind:
    """One kind: how it is written in an order, which requests it can strike, what happens.

    One that lasts goes on until it is cleared, unless its order has a count.
    """

    form: str
    pattern: str
    meaning: str
    on: str = ANY
    lasts: bool = False

    @property
    def name(self) -> str:
        """The part that tells it from the others."""
        return self.form.partition(":")[0]

    def concerns(self, *, writes: bool, later_page: bool) -> bool:
        """Whether it can strike such a request at all."""
        return {ANY: True, WRITES: writes, LATER_PAGES: later_page}[self.on]


_TYPES = "number|text|null|list|map|flag"

KINDS: tuple[FaultKind, ...] = (
    FaultKind(
        form="refused",
        pattern="refused",
        meaning="closed before the request is read, as when nobody listens: not carried out",
    ),
    FaultKind(
        form="timeout_before_commit",
        pattern="timeout_before_commit",
        meaning="not carried out; cut without an answer after `seconds`",
    ),
    FaultKind(
        form="timeout_after_commit",
        pattern="timeout_after_commit",
        meaning="carried out; cut without an answer after `seconds`",
    ),
    FaultKind(
        form="late_commit:N",
        pattern=r"late_commit:[1-9]\d{0,5}",
        meaning="a write is answered 504 and carried out after all when N more requests have come, or, with `seconds`, when that much of the simulated time has passed",
        on=WRITES,
    ),
    FaultKind(
        form="late_commit_cut:N",
        pattern=r"late_commit_cut:[1-9]\d{0,5}",
        meaning="the same, and the connection is cut instead of answered 504",
        on=WRITES,
    ),
    FaultKind(
        form="http_XXX",
        pattern=r"http_[2-5]\d\d",
        meaning="not carried out, answered with this status; 429 and 503 say when to come again",
    ),
    FaultKind(
        form="http_XXX_after_commit",
        pattern=r"http_[2-5]\d\d_after_commit",
        meaning="carried out, and answered so",
    ),
    FaultKind(
        form="html_XXX",
        pattern=r"html_[2-5]\d\d",
        meaning="not carried out; a web page with this status, as a proxy or a login page",
    ),
    FaultKind(
        form="truncated",
        pattern="truncated",
        meaning="carried out; half of the answer, as if it were all",
    ),
    FaultKind(
        form="reset",
        pattern="reset",
        meaning="carried out; the connection is reset in the middle of the answer",
    ),
    FaultKind(
        form="slow_body",
        pattern="slow_body",
        meaning="carried out; the answer comes in small pieces over `seconds`",
    ),
    FaultKind(
        form="bad_field:NAME:VALUE",
        pattern=r"bad_field:[^:]+:.+",
        meaning="carried out; the field of every row in the answer has this JSON value",
    ),
    FaultKind(
        form="wrong_type:FROM:TO",
        pattern=rf"wrong_type:({_TYPES}):({_TYPES})",
        meaning="carried out; every value of one type in the answer is of another: number, text, null, list, map, flag",
    ),
    FaultKind(
        form="stale:N",
        pattern=r"stale:[1-9]\d{0,5}",
        meaning="a write is carried out, and the next N reads of its row or list, within `seconds` if given, show how things were before",
        on=WRITES,
    ),
    FaultKind(
        form="overlap",
        pattern="overlap",
        meaning="a page with an offset begins with the last row of the page before",
        on=LATER_PAGES,
    ),
    FaultKind(
        form="skip",
        pattern="skip",
        meaning="a page with an offset leaves out its first row",
        on=LATER_PAGES,
    ),
    FaultKind(
        form="token_expired",
        pattern="token_expired",
        meaning="not carried out; 401 as for an access token that has ended",
    ),
    FaultKind(
        form="token_banned",
        pattern="token_banned",
        meaning="not carried out; 401 as for a token that was given up",
    ),
    FaultKind(
        form="nonce_replayed",
        pattern="nonce_replayed",
        meaning="not carried out; 401 as for a signature whose nonce does not grow",
    ),
    FaultKind(
        form="permission_withdrawn",
        pattern="permission_withdrawn",
        meaning="not carried out; 403 from then on, until cleared or `count` times",
        lasts=True,
    ),
)


@cache
def kind_of(text: str) -> FaultKind:
    """The kind that an order means; KeyError for none."""
    for kind in KINDS:
        if re.fullmatch(kind.pattern, text):
            return kind
    raise KeyError(text)
