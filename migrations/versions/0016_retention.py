"""Who was erased, requests to be erased, and what each run of the daily job removed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import training.db

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erased_person",
        sa.Column("municipality_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "how",
            sa.Enum(
                "PSEUDONYM",
                "REMOVED",
                "ERASED",
                "MERGED",
                name="gone",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("into_id", sa.Uuid(), nullable=True),
        sa.Column("gone_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint(
            "municipality_id", "person_id", "how", name=op.f("pk_erased_person")
        ),
    )
    op.create_table(
        "retention_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("municipality_id", sa.Uuid(), nullable=True),
        sa.Column("ran_on", sa.Date(), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
    )
    with op.batch_alter_table("retention_run", schema=None) as batch_op:
        batch_op.create_index(
            "ix_retention_run_municipality", ["municipality_id", "ran_on"], unique=False
        )

    op.create_table(
        "erasure_request",
        sa.Column("municipality_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ASKED", "GRANTED", "REFUSED", name="requeststate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_erasure_request_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_erasure_request_municipality_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_erasure_request")),
    )
    with op.batch_alter_table("erasure_request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_erasure_request_person", ["municipality_id", "person_id"], unique=False
        )
