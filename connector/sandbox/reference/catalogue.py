"""Everything the API has a plain address for."""

from collections.abc import Mapping

from connector.sandbox.api import resources
from connector.sandbox.api.pending import PENDING
from connector.sandbox.api.resources import Resource
from connector.sandbox.reference.additional_fields import DEFINITIONS
from connector.sandbox.reference.administration import ADMINISTRATION
from connector.sandbox.reference.customers import CUSTOMERS
from connector.sandbox.reference.entity import Entity
from connector.sandbox.reference.finance import FINANCE
from connector.sandbox.reference.mail import MESSAGES
from connector.sandbox.reference.modules import MODULES
from connector.sandbox.reference.scheduling import SCHEDULING
from connector.sandbox.reference.settings import CONFIGURATION
from connector.sandbox.reference.support import SUPPORT
from connector.sandbox.reference.tariffs import TARIFFS

ENTITIES: tuple[Entity, ...] = (
    *ADMINISTRATION,
    *TARIFFS,
    *FINANCE,
    *SUPPORT,
    *MESSAGES,
    *CONFIGURATION,
    *SCHEDULING,
    DEFINITIONS,
    MODULES,
    *CUSTOMERS,
)
RESOURCES: Mapping[str, Resource] = {
    **resources.RESOURCES,
    **{each.name: each for each in PENDING},
    **{entity.name: entity.resource for entity in ENTITIES},
}
