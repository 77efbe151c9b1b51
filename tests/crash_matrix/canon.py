"""The canonical scenarios, those of undisturbed merges and cascades first."""

from __future__ import annotations

from connector.domain.policy import Mode
from connector.ports.store import RequestKind
from connector.sandbox.world import World
from tests.crash_matrix.canon_after import AFTER
from tests.crash_matrix.scenario import Chapter, Cue, Scenario, fair
from tests.crash_matrix.scene import Scene, add_accounts, charge_all, couple, single

BLOCKED_AT = "2026-02-19T09:00"
"""The merged invoice of the third is overdue by then, and the platform has blocked its main."""


def _with_own(world: World) -> None:
    add_accounts(world, "30.00", "10.00")


def _two_families(world: World) -> None:
    single(world)
    single(world)


def _with_prepaid(world: World) -> None:
    add_accounts(world, None, "10.00", "20.00", "5.00")
    prepaid = world.customers.get(4)
    assert prepaid is not None
    prepaid.billing_type = "prepaid_monthly"


def _bill_odd(scene: Scene) -> None:
    """Lines of several rates, a negative one, and thirds of a cent."""
    scene.bill(2, ("33.3333", "20"), ("12.50", "10"), ("-5.00", "20"))
    scene.bill(3, ("16.6625", "0"), ("0.01", "20"))


def _nothing(_scene: Scene) -> None:
    """Nothing but time."""


_MERGED = Chapter(act=charge_all)
_SUSPENDED = Chapter(act=_nothing, at=BLOCKED_AT)

PLAIN = (
    Scenario(
        name="merge",
        tells="two sub-accounts' invoices become one of their main account",
        build=couple,
        opening=charge_all,
    ),
    Scenario(
        name="own invoice",
        tells="the main account's own invoice is merged with that of its sub-account",
        build=_with_own,
        opening=charge_all,
    ),
    Scenario(
        name="supplement",
        tells="a sub-account is billed after the merge of its cycle",
        build=single,
        before=(_MERGED,),
        opening=lambda scene: scene.bill(2, ("7.00", "20")),
    ),
    Scenario(
        name="suspend",
        tells="the main account is blocked, and its sub-accounts follow it",
        build=couple,
        weather=fair(mirror=True),
        before=(_MERGED,),
        at=BLOCKED_AT,
        opening=_nothing,
    ),
    Scenario(
        name="release",
        tells="the main account has paid, and its sub-accounts follow it back",
        build=couple,
        weather=fair(mirror=True),
        before=(_MERGED, _SUSPENDED),
        opening=lambda scene: scene.pay(1),
    ),
    Scenario(
        name="approval",
        tells="every plan waits for a person, who approves it",
        build=single,
        weather=fair(mode=Mode.PROPOSE),
        opening=charge_all,
    ),
    Scenario(
        name="two families",
        tells="two families are merged in one turn",
        build=_two_families,
        opening=charge_all,
    ),
    Scenario(
        name="release 4.3",
        tells="the older generation of the platform, and its words, with Basic logins",
        build=single,
        weather=fair(release="4.3", auth="basic"),
        opening=charge_all,
    ),
    Scenario(
        name="signature",
        tells="every request is signed, with nonces that must grow; the release is found out",
        build=single,
        weather=fair(release="auto", auth="signature"),
        switches={"check_nonce": True},
        opening=charge_all,
    ),
    Scenario(
        name="odd amounts",
        tells="several rates, a negative line, thirds of a cent, and a prepaid account beside",
        build=_with_prepaid,
        opening=_bill_odd,
    ),
    Scenario(
        name="small pages",
        tells="every list comes row by row",
        build=single,
        weather=fair(page_size=1),
        opening=charge_all,
    ),
    Scenario(
        name="quiet day",
        tells="the daily look at a family that was merged, in which nothing is written",
        build=single,
        before=(_MERGED,),
        at="2026-02-05T09:00",
        opening=_nothing,
    ),
    Scenario(
        name="unlinked before",
        tells="a sub-account is unlinked while the sources are being claimed",
        build=couple,
        opening=charge_all,
        cues=(Cue(when=lambda scene: scene.is_claimed(2), act=lambda scene: scene.unlink(3)),),
    ),
    Scenario(
        name="cancelled claim",
        tells="the platform refuses a claim, and the operator cancels it: the plan is given up",
        build=couple,
        opening=charge_all,
        faults=({"kind": "http_422", "method": "PUT", "nth": 2},),
        cues=(
            Cue(
                when=Scene.held,
                act=lambda scene: scene.ask(RequestKind.CANCEL, scene.held()),
            ),
        ),
    ),
    Scenario(
        name="withdrawn",
        tells="a source is deleted while the other is being claimed, which is merged anew",
        build=couple,
        opening=charge_all,
        cues=(
            Cue(
                when=lambda scene: scene.is_claimed(2),
                act=lambda scene: scene.delete(scene.source(3)),
            ),
        ),
    ),
)

SCENARIOS: dict[str, Scenario] = {each.name: each for each in (*PLAIN, *AFTER)}
