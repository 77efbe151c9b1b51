"""Which faults on order have struck so far."""

from connector.sandbox.control.arguments import Arguments
from connector.sandbox.fault_kinds import KINDS, kind_of
from connector.sandbox.world import World


def faults(world: World, _given: Arguments) -> object:
    """How often faults of each kind have struck, and which kinds never did."""
    fired = dict(sorted(world.faults_fired.items()))
    struck = {kind_of(text).form for text in fired}
    never = [kind.form for kind in KINDS if kind.form not in struck]
    return {"fired": fired, "never": never}


def clear_faults(world: World, _given: Arguments) -> object:
    """Forget which faults have struck; the orders stand."""
    world.faults_fired.clear()
    return {"cleared": True}
