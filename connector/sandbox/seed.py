"""Building a world: empty, seeded with families, or with one exact family."""

import hashlib
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from connector.sandbox.clock import VirtualClock
from connector.sandbox.errors import SandboxError
from connector.sandbox.options import SandboxOptions
from connector.sandbox.records import Customer, Partner, Service
from connector.sandbox.reference.catalogue import ENTITIES
from connector.sandbox.reference.entity import stock
from connector.sandbox.reference.tariffs import plan_for
from connector.sandbox.world import IntendedLink, World
from connector.sandbox.writes.accounts import add_billing

RELEASES = ("5.1", "4.3")
FIRST_NAMES = ("Ada", "Ben", "Cleo", "Dario", "Edda", "Finn", "Greta", "Hana", "Ivo", "Juno")
SURNAMES = ("Abel", "Brandt", "Costa", "Dvorak", "Eriksen", "Fabre", "Gruber", "Horvat", "Ivers")
STREETS = ("Mill Lane", "Station Road", "Harbour Street", "Church Way", "Oak Avenue", "Hill Rise")
CITIES = ("Northport", "Elmford", "Easton", "Kingsbridge", "Wexley")
PLANS = (("Fibre 100", "24.9900"), ("Fibre 300", "34.9900"), ("Fibre 1000", "54.9900"))
ODD_PLANS = (("Wireless 20", "16.6625"), ("Wireless 50", "20.8333"), ("Metro 200", "29.1667"))
SHARE_BILLED_ON_DAY_1 = 0.8
SHARE_WITHOUT_OWN_SERVICE = 0.15
SHARE_INDEPENDENT = 0.2
SHARE_PLAIN_PRICES = 0.7
SHARE_SINGLE = 0.85
TAXES = ("20",) * 7 + ("10",) * 2 + ("0",)


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceOrder:
    """A service to be created."""

    price: Decimal
    tax: Decimal = Decimal(20)
    quantity: int = 1
    description: str = "Internet"


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountOrder:
    """An account to be created, with its services."""

    name: str
    services: tuple[ServiceOrder, ...] = ()
    mode: str = "aggregated"
    street: str = ""
    city: str = ""
    billing_day: int = 1


def build_world(options: SandboxOptions) -> World:
    """Build the world that the options ask for; the same options build the same world."""
    if options.release not in RELEASES:
        raise SandboxError(f"release must be one of {', '.join(RELEASES)}")
    clock = VirtualClock(start=options.start, timezone=options.timezone, frozen=options.frozen)
    world = World(
        options=options,
        key=options.key or _derived("key", options.seed),
        secret=options.secret or _derived("secret", options.seed),
        clock=clock,
        walked_to=clock.now(),
    )
    world.switches.latency_ms = options.latency_ms
    world.partners.add(Partner(name="Main"))
    stock(world, ENTITIES)
    rng = random.Random(options.seed)
    for _ in range(options.families):
        _seed_family(world, rng, options.subs)
    return world


def add_family(
    world: World, main: AccountOrder, subs: list[AccountOrder]
) -> tuple[Customer, list[Customer]]:
    """Create a main and its subs and note their links as intended."""
    added_on = datetime.fromisoformat(world.options.start) - timedelta(days=120)
    payer = add_account(world, main, added_on)
    linked: list[Customer] = []
    for order in subs:
        sub = add_account(world, order, added_on)
        linked.append(sub)
        link = IntendedLink(main_id=payer.id, sub_id=sub.id, mode=order.mode)
        world.intend(sub.id, link)
    return payer, linked


def add_account(world: World, order: AccountOrder, added_on: datetime) -> Customer:
    """Create an active account with billing settings and services."""
    customer = world.customers.add(
        Customer(
            status="active",
            name=order.name,
            street_1=order.street,
            city=order.city,
            date_add=added_on.date(),
            last_update=added_on,
            conversion_date=added_on,
        )
    )
    customer.login = f"{customer.id:06d}"
    customer.password = _derived("password", customer.id)[:10]
    customer.email = f"account{customer.id}@example.net"
    add_billing(world, customer, billing_day=order.billing_day)
    for service in order.services:
        _add_service(world, customer, service, added_on.date())
    return customer


def _add_service(world: World, customer: Customer, order: ServiceOrder, start: date) -> None:
    service = Service(
        customer_id=customer.id,
        description=order.description,
        quantity=order.quantity,
        unit_price=order.price,
        start_date=start,
        tax_percent=order.tax,
        tariff_id=plan_for(world, order.description, order.tax),
    )
    world.services.add(service)
    service.login = f"{customer.login}-{service.id}"


def _seed_family(world: World, rng: random.Random, subs: int) -> None:
    day = 1 if rng.random() < SHARE_BILLED_ON_DAY_1 else rng.randint(2, 28)
    surname = rng.choice(SURNAMES)
    own = 0 if rng.random() < SHARE_WITHOUT_OWN_SERVICE else 1
    main = _seeded_account(rng, surname, day, services=own)
    orders = [_seeded_account(rng, surname, day, services=1) for _ in range(subs)]
    payer, linked = add_family(world, main, orders)
    for customer in (payer, *linked):
        age = timedelta(days=rng.randint(30, 115), seconds=rng.randint(0, 86_399))
        customer.last_update = datetime.fromisoformat(world.options.start) - age


def _seeded_account(rng: random.Random, surname: str, day: int, *, services: int) -> AccountOrder:
    return AccountOrder(
        name=f"{rng.choice(FIRST_NAMES)} {surname}",
        services=tuple(_seeded_service(rng) for _ in range(services)),
        mode="independent" if rng.random() < SHARE_INDEPENDENT else "aggregated",
        street=f"{rng.choice(STREETS)} {rng.randint(1, 120)}",
        city=rng.choice(CITIES),
        billing_day=day,
    )


def _seeded_service(rng: random.Random) -> ServiceOrder:
    title, price = rng.choice(PLANS if rng.random() < SHARE_PLAIN_PRICES else ODD_PLANS)
    return ServiceOrder(
        price=Decimal(price),
        tax=Decimal(rng.choice(TAXES)),
        quantity=1 if rng.random() < SHARE_SINGLE else rng.randint(2, 3),
        description=title,
    )


def _derived(what: str, seed: int) -> str:
    return hashlib.sha256(f"{what} {seed}".encode()).hexdigest()[:32]
