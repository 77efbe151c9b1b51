"""Answers that were found to matter: each once got through as something else, or not as our error."""

from __future__ import annotations

from dataclasses import dataclass

BILLING = (
    '{"customer_id":1,"enabled":1,"deposit":%s,"min_balance":"0.0000","billing_date":"1",'
    '"billing_due":"15","blocking_period":"0","sub_billing_mode":null}'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A body, how it is answered, and what must be said of it."""

    name: str
    body: bytes
    says: str
    status: int = 200


def _with_balance(text: str) -> bytes:
    return (BILLING % text).encode()


CASES = (
    Case(
        name="an exponent beyond all numbers",
        body=_with_balance("1e99999999999999999999"),
        says="no number that can be held",
    ),
    Case(
        name="a field that is named twice",
        body=_with_balance('"1.00","deposit":"2.00"'),
        says="names a field twice",
    ),
    Case(
        name="an error nested beyond all words",
        body=b'{"error":' * 900 + b"1" + b"}" * 900,
        says="400",
        status=400,
    ),
    Case(name="a list nested too deeply", body=b"[" * 5000 + b"]" * 5000, says="nested too deeply"),
    Case(name="not a number", body=_with_balance("NaN"), says="NaN is no JSON"),
    Case(name="a number of 5000 digits", body=_with_balance("9" * 5000), says="no JSON"),
    Case(name="a fifth place", body=_with_balance("0.30000000000000004"), says="four places"),
    Case(name="far too much", body=_with_balance("1e400"), says="is not an amount"),
    Case(name="yes for an amount", body=_with_balance("true"), says="is not an amount"),
    Case(name="digits of another script", body=_with_balance('"٣"'), says="is not an amount"),
    Case(
        name="another account's record",
        body=_with_balance('"0"').replace(b":1,", b":2,", 1),
        says="is not 1",
    ),
    Case(
        name="bytes of no text",
        body=_with_balance('"\xff"').replace(b"\xc3\xbf", b"\xff"),
        says="no JSON",
    ),
    Case(name="a list for a record", body=b"[" + _with_balance('"0"') + b"]", says="is no record"),
    Case(name="nothing", body=b"", says="is no record"),
    Case(name="a web page", body=b"<html>Please log in</html>", says="a web page"),
    Case(
        name="more values than fit",
        body=b"[" + b"[]," * 800_000 + b"[]]",
        says="lower platform.page_size",
    ),
)
"""Each must end in an error of ours that says this."""

TAKEN = {
    "plain text": ('"-12.5000"', "-12.5000"),
    "a whole number": ("7", "7"),
    "a decimal number": ("0.1", "0.1"),
    "an exponent within bounds": ("1e3", "1000"),
    "another exponent": ("125E-2", "1.25"),
}
"""Spellings of a balance that mean just this amount."""
