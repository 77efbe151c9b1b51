"""The first tables.

Types are spelled out, not imported: a migration must do tomorrow what it does today.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WORD = sa.String(32)
INSTANT = sa.DateTime(timezone=True)
AMOUNT = sa.String(32)
LINK_CONTENT = "sub_id, main_id, mode, since, until, source, recorded_at, recorded_by"


def upgrade() -> None:
    """Make everything."""
    _single_rows()
    _links()
    _journal()
    _steps()
    _events()
    _findings()
    if op.get_bind().dialect.name == "sqlite":
        _triggers()


def _single_rows() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("install_id", sa.String(20), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_only_one")),
    )
    op.create_table(
        "fact",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_fact"),
    )
    op.create_table(
        "nonce",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_nonce"),
        sa.CheckConstraint("id = 1", name=op.f("ck_nonce_only_one")),
    )
    op.create_table(
        "lease",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("acquired_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lease"),
        sa.CheckConstraint("id = 1", name=op.f("ck_lease_only_one")),
    )


def _links() -> None:
    op.create_table(
        "link",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sub_id", sa.BigInteger, nullable=False),
        sa.Column("main_id", sa.BigInteger, nullable=False),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("source", WORD, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("replaced_at", INSTANT),
        sa.Column("replaced_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_link_sub_id", "link", ["sub_id"])
    op.create_index("ix_link_main_id", "link", ["main_id"])
    live = sa.text("until IS NULL AND replaced_at IS NULL")
    op.create_index(
        "uq_link_one_live",
        "link",
        ["sub_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    op.create_table(
        "agenda",
        sa.Column("main_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("due_at", INSTANT),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("main_id", name="pk_agenda"),
    )
    op.create_index("ix_agenda_due_at", "agenda", ["due_at"])


def _journal() -> None:
    op.create_table(
        "operation",
        sa.Column("plan_id", sa.String(20), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("main_id", sa.BigInteger, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("cycle_start", sa.Date),
        sa.Column("total", AMOUNT, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name="pk_operation"),
    )
    op.create_index("ix_operation_state_created_at", "operation", ["state", "created_at"])
    op.create_index("ix_operation_main_id_state", "operation", ["main_id", "state"])
    op.create_table(
        "source",
        sa.Column("plan_id", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("invoice_id", sa.BigInteger, nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("total", AMOUNT, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "invoice_id", name="pk_source"),
        sa.ForeignKeyConstraint(["plan_id"], ["operation.plan_id"], name="fk_source_plan_id"),
    )
    op.create_index(
        "uq_source_one_live_merge",
        "source",
        ["invoice_id"],
        unique=True,
        sqlite_where=sa.text("live = 1"),
        postgresql_where=sa.text("live"),
    )


def _steps() -> None:
    op.create_table(
        "step",
        sa.Column("plan_id", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("invoice_id", sa.BigInteger),
        sa.Column("block_id", sa.BigInteger),
        sa.Column("effect", sa.Text, nullable=False),
        sa.Column("params_hash", sa.String(64), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("sent_at", INSTANT),
        sa.Column("due_at", INSTANT),
        sa.Column("remote_id", sa.BigInteger),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer),
        sa.PrimaryKeyConstraint("plan_id", "number", name="pk_step"),
        sa.ForeignKeyConstraint(["plan_id"], ["operation.plan_id"], name="fk_step_plan_id"),
    )
    op.create_index("ix_step_state", "step", ["state"])
    op.create_index("ix_step_kind_remote_id", "step", ["kind", "remote_id"])


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("plan_id", sa.String(20), nullable=False),
        sa.Column("step", sa.Integer),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("event", WORD, nullable=False),
        sa.Column("from_state", WORD),
        sa.Column("to_state", WORD),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.ForeignKeyConstraint(["plan_id"], ["operation.plan_id"], name="fk_event_plan_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_plan_id_step", "event", ["plan_id", "step"])
    op.create_index("ix_event_account_id", "event", ["account_id"])


def _findings() -> None:
    op.create_table(
        "refusal",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("main_id", sa.BigInteger, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("mend", sa.Text, nullable=False),
        sa.Column("weight", WORD, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refusal"),
    )
    op.create_index("ix_refusal_main_id", "refusal", ["main_id"])
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("main_id", sa.BigInteger, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("object_id", sa.BigInteger),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
    )
    op.create_index("ix_quarantine_main_id", "quarantine", ["main_id"])
    op.create_table(
        "request",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT),
        sa.Column("outcome", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_request"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_request_done_at", "request", ["done_at"])


def _triggers() -> None:
    triggers = {
        "event_is_final": "BEFORE UPDATE ON event",
        "event_is_kept": "BEFORE DELETE ON event",
        "operation_is_kept": "BEFORE DELETE ON operation",
        "step_is_kept": "BEFORE DELETE ON step",
        "source_is_kept": "BEFORE DELETE ON source",
        "link_is_final": f"BEFORE UPDATE OF {LINK_CONTENT} ON link",
        "link_is_kept": "BEFORE DELETE ON link",
    }
    for name, when in triggers.items():
        sentence = f"SELECT RAISE(ABORT, '{name.replace('_', ' ')}');"
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {sentence} END")
