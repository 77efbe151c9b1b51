"""Templates of scheduled work: of the work itself and of its checklists."""

from connector.sandbox.errors import FieldFault
from connector.sandbox.records import Entry
from connector.sandbox.reference.entity import ALL_VERBS, Entity, refuse_deletion
from connector.sandbox.wire.fields import Kind, of_kind
from connector.sandbox.world import World

SHORTEST, LONGEST = 3, 64


def _check_title(_world: World, row: Entry) -> None:
    if not SHORTEST <= len(row.title) <= LONGEST:
        raise FieldFault({"title": f"Title should contain {SHORTEST} to {LONGEST} characters"})


def _number_items(_world: World, row: Entry) -> None:
    """Give every line its number; a line is a text or has a name."""
    row.items = [
        {
            "id": number,
            "checklist_template_id": row.id,
            "name": str(each.get("name", "")) if isinstance(each, dict) else str(each),
            "delete": int(not isinstance(each, dict) or str(each.get("delete", 1)) != "0"),
        }
        for number, each in enumerate(row.items, start=1)
    ]


def _keep(world: World, row: Entry) -> None:
    if not row.delete:
        raise refuse_deletion(world, "Template can't be deleted")


WORK = Entity(
    name="config/scheduling-task-templates",
    fields=(
        *of_kind(Kind.INTEGER, "id", readonly=True),
        *of_kind(Kind.TEXT, "title!", "task_title!", "task_description"),
        *of_kind(Kind.INTEGER, "task_project_id"),
        *of_kind(Kind.TEXT, "task_assigned_to"),
        *of_kind(Kind.INTEGER, "task_assigned_to_id", "task_checklist_template_id"),
        *of_kind(Kind.TEXT, "task_priority"),
        *of_kind(Kind.INTEGER, "delete"),
    ),
    rows=({"title": "Connect customer", "task_title": "Connect"},),
    verbs=ALL_VERBS,
    defaults={
        "task_assigned_to": "assigned_to_anyone",
        "task_priority": "priority_medium",
        "delete": 1,
    },
    choices={
        "task_assigned_to": (
            "assigned_to_anyone",
            "assigned_to_administrator",
            "assigned_to_team",
        ),
        "task_priority": ("priority_low", "priority_medium", "priority_high"),
    },
    check=_check_title,
    keep=_keep,
)
CHECKLISTS = Entity(
    name="config/scheduling-checklist-templates",
    fields=(
        *of_kind(Kind.INTEGER, "id", readonly=True),
        *of_kind(Kind.TEXT, "title!"),
        *of_kind(Kind.INTEGER, "delete"),
        *of_kind(Kind.LIST, "items!"),
    ),
    rows=(
        {
            "title": "Connect customer",
            "items": [
                {"id": 1, "checklist_template_id": 1, "name": "Prepare material", "delete": 1}
            ],
        },
    ),
    verbs=ALL_VERBS,
    defaults={"delete": 1},
    check=_check_title,
    amend=_number_items,
    keep=_keep,
    refresh=_number_items,
)
SCHEDULING = (WORK, CHECKLISTS)
