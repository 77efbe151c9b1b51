"""A table for families that are parked; its rows end, and are never changed or taken out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
CONTENT = "main_id, since, cause, reason, evidence, mend, epoch"


def upgrade() -> None:
    """Make the table, its index for one live row a family, and its triggers."""
    op.create_table(
        "parking",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("main_id", sa.BigInteger, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("mend", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer),
        sa.Column("lifted_at", INSTANT),
        sa.Column("lifted_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_parking"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_parking_one_live",
        "parking",
        ["main_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    removal = "DELETE" if is_sqlite else "DELETE OR TRUNCATE"
    triggers = {
        "parking_is_final": f"UPDATE OF {CONTENT} ON parking",
        "parking_is_kept": f"{removal} ON parking",
    }
    for name, when in triggers.items():
        if is_sqlite:
            sentence = f"SELECT RAISE(ABORT, '{name.replace('_', ' ')}');"
            op.execute(f"CREATE TRIGGER {name} BEFORE {when} BEGIN {sentence} END")
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {when}"
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
