"""What the sandbox costs: ``python -m benchmarks.sandbox`` prints one table.

Every figure is taken in process and on one core, so that no socket is measured. The yard is a plain
loop over 200,000 small dictionaries in the same run: seconds alone tell of the machine.
"""

import argparse
import json
import platform
import random
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from time import perf_counter

from rich.console import Console
from rich.table import Table

from connector.sandbox.api.message import Call
from connector.sandbox.engine.charge import charge
from connector.sandbox.engine.walk import advance
from connector.sandbox.front import Front
from connector.sandbox.options import SandboxOptions
from connector.sandbox.seed import build_world
from connector.sandbox.world import World

ROOT = "/api/2.0/admin/"
LIST = "finance/invoices"
READS = 6_000
LISTS = 9
LISTED = 1_000
ACCOUNTS_A_FAMILY = 4
CYCLES = 2
CHUNK = 500
YARD = 200_000
WIDTH = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """One run: sizes, seconds, and the yard that they are to be compared with."""

    customers: int
    invoices: int
    seed_seconds: float
    peak_gib: float
    reads_per_second: float
    list_milliseconds: float
    search_milliseconds: float
    yard_milliseconds: float


def measure(customers: int) -> Figures:
    """Seed a world, charge it until it has two invoices per customer, and read it."""
    began = perf_counter()
    world = _world(customers)
    seeded = perf_counter() - began
    front = Front(world)
    token = _log_in(front, world)
    rng = random.Random(1)
    ids = [rng.choice(world.invoices.ids) for _ in range(READS)]
    reads = _seconds(lambda: [_get(front, token, f"finance/invoices/{row_id}") for row_id in ids])
    starts = [rng.randrange(max(1, len(world.invoices.ids) - LISTED)) for _ in range(LISTS)]
    lists = [_seconds(partial(_get, front, token, LIST, _page(start))) for start in starts]
    searched = _seconds(partial(_get, front, token, LIST, _by_customers(rng, world)))
    return Figures(
        customers=len(world.customers),
        invoices=len(world.invoices),
        seed_seconds=round(seeded, 2),
        peak_gib=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 3),
        reads_per_second=round(READS / reads),
        list_milliseconds=round(sorted(lists)[LISTS // 2] * 1000, 2),
        search_milliseconds=round(searched * 1000, 2),
        yard_milliseconds=round(_seconds(_yard) * 1000, 2),
    )


def _world(customers: int) -> World:
    families = customers // ACCOUNTS_A_FAMILY
    world = build_world(SandboxOptions(families=families, start="2026-01-28T09:00:00"))
    charge(world, list(world.customers.ids))
    world.switches.flip("blocking", False)
    advance(world, world.now().replace(month=2))
    advance(world, world.now().replace(day=1, month=3, hour=1))
    for start in range(0, len(world.customers), CHUNK):
        if len(world.invoices) < CYCLES * len(world.customers):
            charge(world, world.customers.ids[start : start + CHUNK])
    return world


def _log_in(front: Front, world: World) -> str:
    body = {"auth_type": "admin", "login": "admin", "password": world.secret}
    call = Call(method="POST", path=f"{ROOT}auth/tokens", body=json.dumps(body).encode())
    token: str = json.loads(front.answer(call).reply.text)["access_token"]
    return f"Splynx-EA (access_token={token})"


def _get(front: Front, token: str, path: str, query: str = "") -> str:
    call = Call(method="GET", path=f"{ROOT}{path}", query=query, authorization=token)
    reply = front.answer(call).reply
    if reply.status != 200:  # noqa: PLR2004 - the one good answer
        raise SystemExit(f"{path}: {reply.status} {reply.text}")
    return reply.text


def _page(start: int) -> str:
    return f"limit={LISTED}&offset={start}"


def _by_customers(rng: random.Random, world: World) -> str:
    wanted = (rng.choice(world.customers.ids) for _ in range(50))
    pairs = [f"main_attributes[customer_id][1][{n}]={row_id}" for n, row_id in enumerate(wanted)]
    return "&".join(["main_attributes[customer_id][0]=IN", *pairs])


def _yard() -> int:
    return sum(len({"id": number, "name": str(number)}) for number in range(YARD))


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _in_its_own_process(customers: int) -> Figures:
    """Measure in a fresh interpreter, so that one size's memory is not another's."""
    command = [sys.executable, "-m", "benchmarks.sandbox", "--one", str(customers)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    return Figures(**json.loads(done.stdout))


def main() -> None:
    """Measure several sizes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--one", type=int, help="measure this size here and print JSON")
    given = parser.parse_args()
    if given.one:
        sys.stdout.write(json.dumps(asdict(measure(given.one))))
        return
    table = Table(title=f"The sandbox, Python {platform.python_version()}, one core")
    for heading in (
        "customers", "invoices", "seeded and charged", "peak memory", "GET by id",
        f"list of {LISTED}", "50 accounts' invoices", "yard",
    ):  # fmt: skip
        table.add_column(heading, justify="right")
    for size in given.customers:
        found = _in_its_own_process(size)
        table.add_row(
            f"{found.customers:,}",
            f"{found.invoices:,}",
            f"{found.seed_seconds:.1f} s",
            f"{found.peak_gib:.2f} GiB",
            f"{found.reads_per_second:,.0f}/s",
            f"{found.list_milliseconds:.0f} ms",
            f"{found.search_milliseconds:.1f} ms",
            f"{found.yard_milliseconds:.0f} ms",
        )
    Console(width=WIDTH).print(table)


if __name__ == "__main__":
    main()
