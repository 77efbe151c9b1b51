"""Labels on rows: written as ids, read as what the table of labels says of them."""

from dataclasses import replace
from functools import partial

from connector.sandbox.reference.settings import LABELS
from connector.sandbox.wire.codec import Encoder, Profile
from connector.sandbox.wire.fields import Kind
from connector.sandbox.world import World


def with_labels(world: World, profile: Profile) -> Profile:
    """A release's way of writing that knows the labels of a world."""
    shown = partial(_shown, world, profile.encoders[Kind.INTEGER])
    return replace(profile, encoders={**profile.encoders, Kind.LABELS: shown})


def _shown(world: World, integer: Encoder, value: object) -> object:
    """The labels of a row; one that was deleted since is not shown."""
    known = world.entries[LABELS.name]
    ids = value if isinstance(value, list) else []
    labels = [label for each in ids if (label := known.get(each)) is not None]
    return [
        {"id": integer(label.id), "label": label.label, "color": label.color} for label in labels
    ]
