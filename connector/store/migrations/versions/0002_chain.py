"""A chain of hashes through the events; what a lease on PostgreSQL needs; its triggers.

The hash is computed here as it was when this was written: a migration must do tomorrow what it does
today.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timezone

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LINK_CONTENT = "sub_id, main_id, mode, since, until, source, recorded_at, recorded_by"
FIELDS = ("plan_id", "step", "account_id", "event", "from_state", "to_state", "by", "detail")
EVENT = sa.table(
    "event",
    sa.column("id", sa.Integer),
    sa.column("at", INSTANT),
    *(sa.column(name) for name in FIELDS),
    sa.column("epoch", sa.Integer),
    sa.column("hash", sa.String(64)),
)


def upgrade() -> None:
    """Add columns and the head, chain what is there, and forbid changes again."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("lease", sa.Column("session", sa.Integer))
    op.add_column("lease", sa.Column("expires_at", INSTANT))
    op.add_column("event", sa.Column("hash", sa.String(64)))
    op.create_table(
        "chain",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chain"),
        sa.CheckConstraint("id = 1", name=op.f("ck_chain_only_one")),
    )
    if is_sqlite:
        op.execute("DROP TRIGGER event_is_final")
    _chain()
    if is_sqlite:
        for name, when in {
            "event_is_final": "UPDATE ON event",
            "chain_is_kept": "DELETE ON chain",
        }.items():
            sentence = f"SELECT RAISE(ABORT, '{name.replace('_', ' ')}');"
            op.execute(f"CREATE TRIGGER {name} BEFORE {when} BEGIN {sentence} END")
    else:
        _postgresql_triggers()


def _chain() -> None:
    connection = op.get_bind()
    last, length, first = "0" * 64, 0, 0
    while True:
        rows = (
            connection.execute(
                sa.select(EVENT).where(EVENT.c.id > first).order_by(EVENT.c.id).limit(1000)
            )
            .mappings()
            .all()
        )
        for row in rows:
            at = row["at"]
            at = at.replace(tzinfo=timezone.utc) if at.tzinfo is None else at
            at = at.astimezone(timezone.utc).isoformat(timespec="microseconds")
            parts = [last, at, *(row[name] for name in FIELDS), row["epoch"]]
            text = json.dumps(parts, separators=(",", ":"), ensure_ascii=True)
            last = hashlib.sha256(text.encode()).hexdigest()
            connection.execute(sa.update(EVENT).where(EVENT.c.id == row["id"]).values(hash=last))
            length, first = length + 1, row["id"]
        if not rows:
            break
    head = sa.table("chain", sa.column("id"), sa.column("length"), sa.column("hash"))
    connection.execute(sa.insert(head).values(id=1, length=length, hash=last))


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',"
        " MESSAGE = replace(TG_NAME, '_', ' '); END $$"
    )
    triggers = {
        "event_is_final": "UPDATE ON event",
        "event_is_kept": "DELETE OR TRUNCATE ON event",
        "operation_is_kept": "DELETE OR TRUNCATE ON operation",
        "step_is_kept": "DELETE OR TRUNCATE ON step",
        "source_is_kept": "DELETE OR TRUNCATE ON source",
        "link_is_final": f"UPDATE OF {LINK_CONTENT} ON link",
        "link_is_kept": "DELETE OR TRUNCATE ON link",
        "chain_is_kept": "DELETE OR TRUNCATE ON chain",
    }
    for name, when in triggers.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
