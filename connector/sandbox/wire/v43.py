"""Release 4.3: every scalar is text, and there are no linked accounts."""

from connector.sandbox.wire.codec import (
    Profile,
    as_text,
    four_places,
    wire_date,
    wire_instant,
    wire_map,
    wire_text_list,
)
from connector.sandbox.wire.fields import Kind

PROFILE = Profile(
    release="4.3",
    linked=False,
    encoders={
        Kind.INTEGER: as_text,
        Kind.NUMBER_AS_TEXT: as_text,
        Kind.FLAG: as_text,
        Kind.COLUMN: four_places,
        Kind.COMPUTED: four_places,
        Kind.DATE: wire_date,
        Kind.INSTANT: wire_instant,
        Kind.TEXT: as_text,
        Kind.MAP: wire_map,
        Kind.LABELS: wire_text_list,
        Kind.LIST: wire_text_list,
    },
)
