"""The table of addresses with rules of their own; all others are plain resources."""

from collections.abc import Callable, Mapping

from connector.sandbox.api.answers import Desk
from connector.sandbox.api.message import Call, Reply
from connector.sandbox.api.special import billing_info, relations

Route = Callable[[Desk, Call, str], Reply]

# Section and name to what answers; it is given what follows the name, "" for nothing.
ROUTES: Mapping[str, Route] = {
    "customers/billing-info": billing_info,
    "finance/invoice-relations": relations,
}
