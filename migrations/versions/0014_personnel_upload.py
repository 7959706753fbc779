"""A personnel file is kept for a day, and what its columns hold for the next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import training.db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "personnel_upload",
        sa.Column("municipality_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "OPEN",
                "WAITING",
                "APPLIED",
                "UNDONE",
                name="uploadstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("left_ids", sa.JSON(), nullable=False),
        sa.Column("sent_at", training.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("shown", sa.String(length=64), nullable=True),
        sa.Column("applied_at", training.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("applied_by", sa.Uuid(), nullable=True),
        sa.Column("journal", sa.LargeBinary(), nullable=True),
        sa.Column("told", sa.String(length=200), nullable=False),
        sa.Column("expires_at", training.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["unit.id"], name=op.f("fk_personnel_upload_municipality_id")
        ),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_personnel_upload")),
    )
    with op.batch_alter_table("personnel_upload", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_personnel_upload_expires_at"), ["expires_at"], unique=False
        )
    op.create_table(
        "remembered_column",
        sa.Column("municipality_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["unit.id"], name=op.f("fk_remembered_column_municipality_id")
        ),
        sa.PrimaryKeyConstraint("municipality_id", "name", name=op.f("pk_remembered_column")),
    )


def downgrade() -> None:
    op.drop_table("remembered_column")
    op.drop_table("personnel_upload")
