"""A duty says for what a round opens by itself: a council term, a seat in mid-term, another role."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "duty_policy", sa.Column("opens_for", sa.JSON(), server_default="[]", nullable=False)
    )


def downgrade() -> None:
    with op.batch_alter_table("duty_policy") as table:
        table.drop_column("opens_for")
