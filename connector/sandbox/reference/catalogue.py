"""Everything the API has a plain address for."""

from collections.abc import Mapping

from connector.sandbox.api import resources
from connector.sandbox.api.resources import Resource
from connector.sandbox.reference.entity import Entity

ENTITIES: tuple[Entity, ...] = ()
RESOURCES: Mapping[str, Resource] = {
    **resources.RESOURCES,
    **{entity.name: entity.resource for entity in ENTITIES},
}
