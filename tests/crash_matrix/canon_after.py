"""The canonical scenarios in which something happens at the pivot of a merge, or after it."""

from __future__ import annotations

from connector.ports.store import RequestKind
from tests.crash_matrix.scenario import Act, Chapter, Cue, Scenario
from tests.crash_matrix.scene import Scene, charge_all, couple, single
from tests.simulator.process import LIMITS
from tests.simulator.weather import QUIESCENCE

TOO_LATE = 2 * int(QUIESCENCE.total_seconds()) + 200
SENDS_MAX = LIMITS.sends_max
_A_NOTE = {"method": "POST", "path_regex": "finance/credit-notes"}
_AN_INVOICE = {"method": "POST", "path_regex": "finance/invoices$"}


def _after_pivot(act: Act) -> tuple[Cue, ...]:
    return (Cue(when=Scene.merged, act=act),)


def _after_relief(act: Act) -> tuple[Cue, ...]:
    return (Cue(when=Scene.notes, act=act),)


def _charge_to_lose(scene: Scene) -> None:
    """Charge, and lose every send of a relief but the last that is tried without a person."""
    charge_all(scene)
    scene.switch({"kind": "http_500", "count": SENDS_MAX - 1, **_A_NOTE})


def _is_past_pivot(scene: Scene) -> bool:
    query = "SELECT 1 FROM step WHERE kind = 'issue' AND state = 'confirmed'"
    return bool(scene.merged() and scene.rows(query))


def _raise_source(scene: Scene) -> None:
    source = scene.source(2)
    scene.edit(source, items=[{"description": "More", "price": "14.00", "tax": "20"}])


def _lower_source(scene: Scene) -> None:
    source = scene.source(2)
    scene.edit(source, items=[{"description": "Less", "price": "6.00", "tax": "20"}])


def _begin_charge(scene: Scene) -> None:
    scene.edit(scene.source(2), force=True, status="pending")


def _end_charge(scene: Scene) -> None:
    scene.edit(scene.source(2), force=True, status="not_paid")


AFTER = (
    Scenario(
        name="paid after pivot",
        tells="a sub-account pays its invoice while it is moved: the main is credited",
        build=single,
        opening=charge_all,
        cues=_after_pivot(lambda scene: scene.pay(2)),
    ),
    Scenario(
        name="part paid after pivot",
        tells="a sub-account pays a part: the rest is relieved, the part credited",
        build=single,
        opening=charge_all,
        cues=_after_pivot(lambda scene: scene.pay(2, "5.00")),
    ),
    Scenario(
        name="deleted after pivot",
        tells="staff delete a source after the pivot: its share is credited",
        build=single,
        opening=charge_all,
        cues=_after_pivot(lambda scene: scene.delete(scene.source(2))),
    ),
    Scenario(
        name="lowered after pivot",
        tells="staff lower a source after the pivot: the difference is credited",
        build=single,
        opening=charge_all,
        cues=_after_pivot(_lower_source),
    ),
    Scenario(
        name="raised after pivot",
        tells="staff raise a source after the pivot: the difference stays with the sub-account",
        build=single,
        opening=charge_all,
        cues=_after_pivot(_raise_source),
    ),
    Scenario(
        name="charge under way",
        tells="a charge of a source begins after the pivot: held until it has ended, then retried",
        build=single,
        opening=charge_all,
        cues=(
            *_after_pivot(_begin_charge),
            Cue(when=Scene.held, act=_end_charge),
        ),
    ),
    Scenario(
        name="undone by staff",
        tells="staff delete the merged invoice at once: the plan is withdrawn, and asked for anew",
        build=single,
        opening=charge_all,
        cues=(Cue(when=_is_past_pivot, act=lambda scene: scene.delete(scene.merged()[0])),),
    ),
    Scenario(
        name="pivot taken away",
        tells="staff delete the merged invoice before it is read back: the operator cancels it",
        build=single,
        opening=charge_all,
        cues=(
            *_after_pivot(lambda scene: scene.delete(scene.merged()[0])),
            Cue(
                when=Scene.held,
                act=lambda scene: scene.ask(RequestKind.CANCEL, scene.held()),
            ),
        ),
    ),
    Scenario(
        name="hand-back",
        tells="staff delete the merged invoice after the first relief: the other is handed back",
        build=couple,
        opening=charge_all,
        cues=_after_relief(lambda scene: scene.delete(scene.merged()[0])),
        waits=True,
        shape="family",
    ),
    Scenario(
        name="unlinked after",
        tells="a sub-account is unlinked after the pivot: what was begun is ended",
        build=single,
        opening=charge_all,
        cues=_after_pivot(lambda scene: scene.unlink(2)),
    ),
    Scenario(
        name="restart",
        tells="the service is restarted when one of two sources was relieved",
        build=couple,
        opening=charge_all,
        cues=_after_relief(lambda scene: scene.restart()),
    ),
    Scenario(
        name="retry",
        tells="the platform refuses a relief, and the operator has it tried again",
        build=single,
        opening=charge_all,
        faults=({"kind": "http_422", **_A_NOTE},),
    ),
    Scenario(
        name="parked",
        tells="the platform refuses a relief thrice: the family is parked, until a person lifts it",
        build=single,
        opening=charge_all,
        faults=({"kind": "http_422", "count": 3, **_A_NOTE},),
        patience=4,
    ),
    Scenario(
        name="retry of what stands",
        tells="the platform refuses a relief in words only; a retry finds the credit note",
        build=single,
        opening=charge_all,
        faults=({"kind": "http_422_after_commit", **_A_NOTE},),
    ),
    Scenario(
        name="swallowed",
        tells="the platform loses a relief for the fifth time: the operator has it sent once more",
        build=single,
        before=(Chapter(act=_charge_to_lose, turns=2 * (SENDS_MAX - 2)),),
        opening=lambda scene: scene.switch({"kind": "http_500", **_A_NOTE}),
    ),
    Scenario(
        name="issued twice",
        tells="the merged invoice appears once more, long after the quiescence: it is voided",
        build=single,
        opening=charge_all,
        faults=(
            {
                "kind": "late_commit:1",
                "seconds": TOO_LATE,
                **_AN_INVOICE,
            },
        ),
        tolerates="stands 2 times|is carried by 2",
    ),
    Scenario(
        name="undo",
        tells="the operator has a merge undone: it is credited, and each source charged anew",
        build=single,
        before=(Chapter(act=charge_all),),
        opening=lambda scene: scene.ask(RequestKind.UNDO, scene.plan()),
    ),
    Scenario(
        name="relief taken away",
        tells="a relief gets no answer, and staff delete it before it is read back: a person decides",
        build=single,
        opening=charge_all,
        faults=({"kind": "http_500_after_commit", **_A_NOTE},),
        cues=_after_relief(lambda scene: scene.delete(scene.notes()[0])),
        waits=True,
        patience=1,
    ),
)
