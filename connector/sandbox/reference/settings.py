"""Labels, companies, states, entry points, and the settings by module, path and key."""

from connector.sandbox.records import Entry
from connector.sandbox.reference.entity import ALL_VERBS, Entity
from connector.sandbox.wire.fields import Kind, of_kind
from connector.sandbox.world import World

FINANCE_LOCK = ("main", "api", "disable_working_with_finance_documents_for_sub_accounts")
_ID = of_kind(Kind.INTEGER, "id", readonly=True)
_PORTAL = r"controllers\portal"
_SETTINGS = {
    ("main", "portal"): {
        "ask_password": "1",
        "authentication_field": "login",
        "portal_title": "Customer portal",
        "reset_password": "0",
        "reset_password_type": "email",
        "top_up_enabled": "1",
    },
    ("main", "system"): {"company_name": "Your company name", "language": "en"},
    ("main", "preferences"): {"portal_logo": ""},
    ("main", "cap"): {"enabled": "0"},
    ("main", "cards"): {"enabled": "1"},
    ("finance", "settings"): {"billing_date": "1", "billing_due": "15", "blocking_period": "0"},
}

LABELS = Entity(
    name="config/labels",
    fields=(*_ID, *of_kind(Kind.TEXT, "module!", "label!", "color", "textColor")),
    rows=(
        {"module": "customers", "label": "VIP"},
        {"module": "customers", "label": "Business", "color": "#68e637"},
        {"module": "ticket", "label": "Outage", "color": "#e63757"},
        {"module": "scheduling_task", "label": "Two people", "color": "#e6a037"},
    ),
    verbs=ALL_VERBS,
    defaults={"color": "#357bf2", "textColor": "#fff"},
    choices={"module": ("ticket", "scheduling_task", "customers")},
)
COMPANIES = Entity(
    name="config/company-info",
    fields=(
        *_ID,
        *of_kind(Kind.INTEGER, "invoice_template_id", "request_template_id"),
        *of_kind(Kind.INTEGER, "receipt_template_id", "reminder_mail_template_id"),
        *of_kind(Kind.INTEGER, "reminder_sms_template_id", "report_statements_template_id"),
        *of_kind(Kind.TEXT, "company_name", "street_1", "street_2", "zip", "city", "country"),
        *of_kind(Kind.TEXT, "iso_country_code", "email", "phone", "company_id", "company_vat"),
        *of_kind(Kind.COLUMN, "vat_percent"),
        *of_kind(Kind.TEXT, "bank_account", "bank_name", "bank_address", "splynx_url"),
        *of_kind(Kind.COLUMN, "partner_percent"),
        *of_kind(Kind.INTEGER, "file_logo"),
    ),
    rows=(
        {
            "invoice_template_id": 5,
            "request_template_id": 6,
            "receipt_template_id": 9,
            "reminder_mail_template_id": 8,
            "reminder_sms_template_id": 7,
            "report_statements_template_id": 11,
            "company_name": "Your company name",
            "vat_percent": "20",
            "splynx_url": "https://splynx.example.net/",
        },
    ),
)
STATES = Entity(
    name="config/states-provinces",
    fields=(
        *_ID,
        *of_kind(Kind.TEXT, "code", "name"),
        *of_kind(Kind.DATE, "date_changed"),
        *of_kind(Kind.INTEGER, "is_default"),
    ),
    rows=(
        {"code": "N", "name": "North", "is_default": 1},
        {"code": "S", "name": "South"},
    ),
)
ENTRY_POINTS = Entity(
    name="config/entry-points",
    fields=(
        *_ID,
        *of_kind(Kind.TEXT, "module", "place", "type", "size", "title", "root", "model", "icon"),
        *of_kind(Kind.TEXT, "background", "url", "code"),
        *of_kind(Kind.LIST, "partners"),
        *of_kind(Kind.TEXT, "name", "location"),
        *of_kind(Kind.FLAG, "enabled"),
        *of_kind(Kind.LIST, "location_geo", "payment_type"),
        *of_kind(Kind.TEXT, "payment_account_id"),
    ),
    rows=(
        {
            "module": "sandbox_help",
            "name": "sandbox_help_login",
            "place": "portal",
            "type": "code",
            "title": "Help",
            "root": rf"{_PORTAL}\LoginController",
            "code": "<h3>Need help?</h3>",
        },
        {
            "module": "sandbox_help",
            "name": "sandbox_help_menu",
            "place": "portal",
            "type": "menu_link",
            "title": "Help",
            "root": rf"{_PORTAL}\DashboardController",
            "icon": "fa-question",
            "url": "/help",
        },
    ),
    defaults={
        "size": "medium",
        "location": "after_content",
        "enabled": 1,
        "partners": ["1"],
    },
)
SETTINGS = Entity(
    name="config/config",
    fields=(
        *of_kind(Kind.TEXT, "module", "path", "key"),
        *of_kind(Kind.INTEGER, "partner_id"),
        *of_kind(Kind.TEXT, "value"),
    ),
    rows=tuple(
        {"module": module, "path": path, "key": key, "value": value}
        for (module, path), values in _SETTINGS.items()
        for key, value in values.items()
    ),
)
CONFIGURATION = (LABELS, COMPANIES, STATES, ENTRY_POINTS, SETTINGS)


def load_settings(world: World, module: str, path: str, partner_id: int) -> dict[str, str]:
    """The settings of a path: everybody's, over which a partner's own are laid."""
    table = world.entries[SETTINGS.name]
    found = [row for row in table if (row.module, row.path) == (module, path)]
    held = {row.key: str(row.value) for row in found if not row.partner_id}
    held |= {row.key: str(row.value) for row in found if row.partner_id == partner_id != 0}
    if (module, path) == FINANCE_LOCK[:2] and world.linked_accounts:
        held[FINANCE_LOCK[2]] = str(int(world.switches.finance_lock))
    return held


def save_setting(world: World, where: tuple[str, str, str], partner_id: int, value: str) -> None:
    """Keep one setting, by module, path and key; partner 0 is everybody."""
    if where == FINANCE_LOCK and world.linked_accounts:
        world.switches.finance_lock = value == "1"
        return
    module, path, key = where
    row = _setting(world, where, partner_id)
    if row is None:
        given = {"module": module, "path": path, "key": key, "partner_id": partner_id}
        row = world.entries[SETTINGS.name].add(SETTINGS.filled(given))
    row.value = value


def _setting(world: World, where: tuple[str, str, str], partner_id: int) -> Entry | None:
    for row in world.entries[SETTINGS.name]:
        if (row.module, row.path, row.key) == where and row.partner_id == partner_id:
            return row
    return None
