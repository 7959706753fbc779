"""Who was away from a duty for a while is found without looking at everybody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_assignment_gaps",
        "assignment",
        ["municipality_id", "person_id"],
        postgresql_where=sa.text("gaps IS NOT NULL"),
        sqlite_where=sa.text("gaps IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_assignment_gaps", "assignment")
