"""The whole documented API, walked: each endpoint answers with the documented code and attributes."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.contract.exceptions import REQUIRED_OTHERWISE
from tests.sandbox.contract.facts import ENDPOINTS, SHAPES, Endpoint
from tests.sandbox.contract.figures import fields_of, figure, known_types
from tests.sandbox.contract.judge import lacks, numbers_in, readable, same
from tests.sandbox.contract.walk import Guide, Walk, walk

RELEASES = ("5.1", "4.3")
KEYS = [endpoint.key for endpoint in ENDPOINTS]
REQUIRED = [
    (endpoint, name)
    for endpoint in ENDPOINTS
    if endpoint.method == "POST"
    for name, attribute in SHAPES.get(endpoint.request, {}).items()
    if attribute.required and (endpoint.path, name) not in REQUIRED_OTHERWISE
]
ONLINE: dict[str, Any] = dict.fromkeys(SHAPES["Customer Online Response"], "1")


@pytest.fixture(scope="module")
def walks() -> dict[str, Walk]:
    """One walk per release."""
    return {release: walk(release) for release in RELEASES}


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("key", KEYS)
def test_an_endpoint_answers_as_documented(walks: dict[str, Walk], key: str, release: str) -> None:
    """Code, every attribute of its types, what is written is read back, lists are counted."""
    assert walks[release].problems[key] == []


@pytest.mark.parametrize("release", RELEASES)
def test_nothing_is_left_out(
    walks: dict[str, Walk], release: str, tell_figure: Callable[[str], None]
) -> None:
    """All endpoints are walked, and all types that they take or answer are met."""
    tell_figure(figure(walks[release]))
    assert list(walks[release].problems) == KEYS
    assert len(set(KEYS)) == 253
    assert walks[release].met == known_types()


def test_the_figure_counts_what_is_covered() -> None:
    """An endpoint with a fault is not counted, nor are types that were not met."""
    half = Walk(release="5.1", problems={KEYS[0]: [], KEYS[1]: ["404"]}, met={"Customer Id"})
    types, fields = len(known_types()), fields_of(known_types(), "5.1")
    assert figure(half) == (
        f"contract, release 5.1: 1 of 253 endpoints, 1 of {types} types, 1 of {fields} attributes"
    )


@pytest.fixture(scope="module")
def strict() -> Guide:
    """A sandbox that asks for all that the document calls required."""
    guide = Guide("5.1")
    guide.scene.bench.still.control("POST", "switch", {"required_by": "document"})
    return guide


@pytest.mark.parametrize(("endpoint", "name"), REQUIRED, ids=[f"{e.path} {n}" for e, n in REQUIRED])
def test_a_body_without_a_required_attribute_is_refused(
    strict: Guide, endpoint: Endpoint, name: str
) -> None:
    """422 that names it, under the switch for installations that follow the document."""
    answer = strict.lacking(endpoint, name)
    assert answer.status == 422, answer.text
    assert name in {problem["field"] for problem in answer.json}


def test_a_missing_attribute_is_told() -> None:
    """By the name of its type; so is one of a nested row, and a value of another kind."""
    assert not list(lacks(ONLINE, "Customer Online Response", linked=True))
    short = {name: value for name, value in ONLINE.items() if name != "mac"}
    told = list(lacks(short, "Customer Online Response", linked=True))
    assert told == ["Customer Online Response.mac is missing"]
    ill = list(lacks({**ONLINE, "id": "one"}, "Customer Online Response", linked=True))
    assert ill == ["Customer Online Response.id is no number: 'one'"]
    nested = {**dict.fromkeys(SHAPES["Customer Response"], "1"), "customer_labels": [{"id": 1}]}
    told = list(lacks(nested, "Customer Response", linked=True))
    assert told == ["Customer label.label is missing", "Customer label.color is missing"]


def test_what_an_old_release_cannot_know_is_told() -> None:
    """A linked-account attribute in an answer of 4.3 is a fault; lacking it is none."""
    billing = dict.fromkeys(SHAPES["Customer Billing"], "1")
    told = list(lacks(billing, "Customer Billing", linked=False))
    assert told == ["Customer Billing.sub_billing_mode is unknown to this release, yet answered"]
    del billing["sub_billing_mode"]
    assert not list(lacks(billing, "Customer Billing", linked=False))


@pytest.mark.parametrize(
    ("sent", "held", "equal"),
    [
        ("7.5", "7.5000", True),
        (True, "1", True),
        (True, "0", False),
        ([1], [{"id": 1, "label": "VIP"}], True),
        ([1], [], False),
        ({"a": 1}, {"a": "1", "b": 2}, True),
        ({"a": 1}, None, False),
        ("Ada", "Bob", False),
        ("Ada", None, False),
    ],
)
def test_reading_back_compares_meanings(sent: object, held: object, *, equal: bool) -> None:
    """Not spellings, which differ between releases."""
    assert same(sent, held) == equal


def test_kinds_are_told_apart() -> None:
    """A list is no text, a word is no number, and 4.3 has no number anywhere."""
    assert not readable([], "string")
    assert not readable("x", "number")
    assert not readable("2", "boolean")
    assert readable("0.0000", "number")
    assert list(numbers_in({"a": ["1", {"b": 2}], "c": None, "d": True})) == [2, True]
