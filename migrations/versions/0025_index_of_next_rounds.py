"""What opens next in one municipality is found without looking at its other rounds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _index(["next_opens_on", "municipality_id"])


def downgrade() -> None:
    _index(["next_opens_on"])


def _index(columns: list[str]) -> None:
    op.drop_index("ix_cycle_next", "cycle")
    op.create_index(
        "ix_cycle_next",
        "cycle",
        columns,
        postgresql_where=sa.text("closed_on IS NULL"),
        sqlite_where=sa.text("closed_on IS NULL"),
    )
