"""Release 5.1: numbers for ids, text for flags and columns, JSON numbers for recalculated sums."""

from connector.sandbox.wire.codec import (
    Profile,
    as_is,
    as_text,
    exact_number,
    four_places,
    wire_date,
    wire_instant,
    wire_map,
)
from connector.sandbox.wire.fields import Kind


def _labels(value: object) -> object:
    if not isinstance(value, list):
        return []
    return [{"id": label, "label": f"Label {label}", "color": "#357bf2"} for label in value]


PROFILE = Profile(
    release="5.1",
    linked=True,
    encoders={
        Kind.INTEGER: as_is,
        Kind.NUMBER_AS_TEXT: as_text,
        Kind.FLAG: as_text,
        Kind.COLUMN: four_places,
        Kind.COMPUTED: exact_number,
        Kind.DATE: wire_date,
        Kind.INSTANT: wire_instant,
        Kind.TEXT: as_is,
        Kind.MAP: wire_map,
        Kind.LABELS: _labels,
    },
)
