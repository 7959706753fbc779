"""The half-yearly reports, kept as they were made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import training.db

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "half_year_report",
        sa.Column("municipality_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("made_at", training.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["unit.id"], name=op.f("fk_half_year_report_municipality_id")
        ),
        sa.PrimaryKeyConstraint("municipality_id", "as_of", name=op.f("pk_half_year_report")),
    )


def downgrade() -> None:
    op.drop_table("half_year_report")
