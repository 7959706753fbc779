"""A municipality can show its own logo."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "municipality_logo",
        sa.Column("municipality_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("ratio", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["unit.id"], name=op.f("fk_municipality_logo_municipality_id")
        ),
        sa.PrimaryKeyConstraint("municipality_id", name=op.f("pk_municipality_logo")),
    )


def downgrade() -> None:
    op.drop_table("municipality_logo")
