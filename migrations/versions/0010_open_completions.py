"""Certificates of the open modules, counted per day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "open_completions",
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("module_id", sa.String(length=100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day_on", "module_id", name=op.f("pk_open_completions")),
    )


def downgrade() -> None:
    op.drop_table("open_completions")
