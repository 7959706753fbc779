"""The messages of the programme, their dates, and who had them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import training.db

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "programme_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("content_id", sa.String(length=100), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("audiences", sa.JSON(), nullable=False),
        sa.Column("populations", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(length=160), nullable=False),
        sa.Column("made_at", training.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("stopped_by", sa.String(length=160), nullable=True),
        sa.Column("stopped_at", training.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_programme_message_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_message")),
    )
    with op.batch_alter_table("programme_message") as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_message_unit_id"), ["unit_id"])
    op.create_table(
        "programme_message_date",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("send_on", sa.Date(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["programme_message.id"],
            name=op.f("fk_programme_message_date_message_id"),
        ),
        sa.PrimaryKeyConstraint("message_id", "send_on", name=op.f("pk_programme_message_date")),
    )
    with op.batch_alter_table("programme_message_date") as batch_op:
        batch_op.create_index("ix_programme_message_date_day", ["send_on"])
    op.create_table(
        "message_receipt",
        sa.Column("municipality_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("send_on", sa.Date(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_message_receipt_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id", "send_on"],
            ["programme_message_date.message_id", "programme_message_date.send_on"],
            name=op.f("fk_message_receipt_message_id_send_on"),
        ),
        sa.PrimaryKeyConstraint(
            "municipality_id", "person_id", "message_id", "send_on", name=op.f("pk_message_receipt")
        ),
    )


def downgrade() -> None:
    op.drop_table("message_receipt")
    op.drop_table("programme_message_date")
    op.drop_table("programme_message")
