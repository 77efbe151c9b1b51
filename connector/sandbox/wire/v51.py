"""Release 5.1: numbers for ids, text for flags and columns, JSON numbers for recalculated sums."""

from connector.sandbox.wire.codec import (
    Profile,
    as_is,
    as_text,
    exact_number,
    four_places,
    wire_date,
    wire_instant,
    wire_list,
    wire_map,
)
from connector.sandbox.wire.fields import Kind

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
        Kind.LABELS: wire_list,
        Kind.LIST: wire_list,
    },
)
