"""A connector mends its own merged documents: the auditor tells a right mend from a wrong one."""

from collections.abc import Callable

import pytest

from tests.sandbox.conftest import rules
from tests.sandbox.scene import Scene

Play = Callable[[Scene], object]


def correct(scene: Scene, invoice: int, price: str, tax: str = "20") -> int:
    """Credit some of a document of the main account with the API key."""
    line = {"description": "Changed after it was merged", "price": price, "tax": tax}
    body = {"customer_id": scene.main, "items": [line], "invoicesId": invoice}
    return scene.post("finance/credit-notes", body)


def carried(scene: Scene) -> int:
    """All three sources on one document; the main's own and the last sub's are relieved."""
    merged = scene.carry([line for number in (0, 1, 2) for line in scene.section(number)])
    for number in (0, 2):
        scene.relieve(scene.source(number))
    return merged


def source_deleted(scene: Scene) -> int:
    """Staff delete a source before its relief."""
    merged = carried(scene)
    scene.staff("delete", resource="invoices", id=scene.sources[1])
    return merged


def source_lowered(scene: Scene) -> int:
    """Staff lower a source from 24.00 to 18.00 before its relief."""
    merged = carried(scene)
    items = [{"description": "Fibre", "price": "15", "tax": "20"}]
    scene.staff("edit", resource="invoices", id=scene.sources[1], changes={"items": items})
    scene.relieve(scene.source(1))
    return merged


def deleted_and_credited(scene: Scene) -> None:
    """Its whole share is taken back."""
    correct(scene, source_deleted(scene), "20")


def vanished_and_credited(scene: Scene) -> None:
    """The same where a deleted invoice leaves no row: its lines are no other source's."""
    scene.still.control("POST", "switch", {"invoice_delete": "vanish"})
    merged = scene.carry(
        [line for number in (0, 2) for line in scene.section(number)]
        + scene.section(1, sub_account_id=scene.subs[0])
    )
    for number in (0, 2):
        scene.relieve(scene.source(number))
    scene.staff("delete", resource="invoices", id=scene.sources[1])
    correct(scene, merged, "20")


def lowered_and_credited(scene: Scene) -> None:
    """The difference is taken back."""
    correct(scene, source_lowered(scene), "5")


def raised_and_left(scene: Scene) -> None:
    """Staff raise a source by 6.00: it is relieved of what is carried, and owes the rest."""
    merged_source = scene.source(1)
    carried(scene)
    items = [{"description": "Fibre", "price": "25", "tax": "20"}]
    scene.staff("edit", resource="invoices", id=scene.sources[1], changes={"items": items})
    scene.relieve(merged_source)


def twin_voided(scene: Scene) -> None:
    """A document that stands twice is credited in full."""
    scene.merged()
    twin = scene.carry([line for number in (0, 1, 2) for line in scene.section(number)])
    correct(scene, twin, "70")


def deleted_before_relief(scene: Scene) -> None:
    """Staff delete the merged document; what was not relieved stands as before."""
    merged = carried(scene)
    scene.staff("delete", resource="invoices", id=merged)


@pytest.mark.parametrize(
    "play",
    [
        deleted_and_credited,
        vanished_and_credited,
        lowered_and_credited,
        raised_and_left,
        twin_voided,
        deleted_before_relief,
    ],
    ids=lambda play: play.__name__,
)
def test_a_right_mend_is_no_finding(play: Play) -> None:
    """Every cent is where it belongs."""
    scene = Scene()
    play(scene)
    assert rules(scene.still) == []


def credited_too_little(scene: Scene) -> None:
    """Five of twenty are forgotten."""
    correct(scene, source_deleted(scene), "15")


def credited_at_another_rate(scene: Scene) -> None:
    """The same sum, but tax moved between rates."""
    correct(scene, source_lowered(scene), "6", tax="0")


def credited_for_nothing(scene: Scene) -> None:
    """A right merge, and a credit that nothing asked for."""
    correct(scene, scene.merged(), "5")


def raised_and_forgotten(scene: Scene) -> None:
    """Raised by 6.00 and not relieved at all."""
    carried(scene)
    items = [{"description": "Fibre", "price": "25", "tax": "20"}]
    scene.staff("edit", resource="invoices", id=scene.sources[1], changes={"items": items})


def twin_voided_in_part(scene: Scene) -> None:
    """A document that stands twice, short of a cent credited in full."""
    scene.merged()
    twin = scene.carry([line for number in (0, 1, 2) for line in scene.section(number)])
    correct(scene, twin, "69.99")


@pytest.mark.parametrize(
    ("play", "found"),
    [
        (credited_too_little, {"wrong_total", "not_conserved"}),
        (credited_at_another_rate, {"tax_moved"}),
        (credited_for_nothing, {"not_conserved"}),
        (raised_and_forgotten, {"double_billing", "not_conserved"}),
        (twin_voided_in_part, {"double_billing", "not_conserved"}),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_a_wrong_mend_is_one(play: Play, found: set[str]) -> None:
    """Near misses of the same plays."""
    scene = Scene()
    play(scene)
    assert set(rules(scene.still)) == found
