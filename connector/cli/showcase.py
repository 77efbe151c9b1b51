"""``demo``: a billing month on a simulated Splynx, without any configuration."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter, validators

from connector.cli.demo import run_demo

Families = Annotated[
    int, Parameter(help="Families to simulate.", validator=validators.Number(gte=1, lte=10_000))
]
Serve = Annotated[
    bool, Parameter(help="Keep the simulated Splynx up afterwards.", show_default=False)
]
Seed = Annotated[int, Parameter(help="Equal seeds make equal months.")]


def demo(*, families: Families = 20, serve: Serve = False, seed: Seed = 1) -> int:
    """Charge, merge, pay and release some simulated families, and show what came of it."""
    return run_demo(families=families, serve=serve, seed=seed)
