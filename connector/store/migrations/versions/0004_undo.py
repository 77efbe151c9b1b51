"""An undo names the merge that it takes back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was planned before undoes nothing."""
    op.add_column("operation", sa.Column("undoes", sa.String(20)))
