"""Meetings, the dilemma in a room, invitations and attendance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import training.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "open_vote",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("voter", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(length=64), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "voter", name=op.f("pk_open_vote")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE open_vote SET UNLOGGED")
    op.create_table(
        "meeting_series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("municipality_id", sa.Uuid(), nullable=True),
        sa.Column("facilitator_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("time", sa.Time(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["facilitator_id"], ["account.id"], name=op.f("fk_meeting_series_facilitator_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["unit.id"], name=op.f("fk_meeting_series_municipality_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_meeting_series_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_series")),
    )
    with op.batch_alter_table("meeting_series", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_meeting_series_facilitator_id"), ["facilitator_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_meeting_series_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("municipality_id", sa.Uuid(), nullable=True),
        sa.Column("facilitator_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("explanation", sa.String(length=2000), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("starts_at", training.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", training.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("council", sa.Boolean(), nullable=False),
        sa.Column("dilemma_id", sa.String(length=100), nullable=True),
        sa.Column("guests", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("made_at", training.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", training.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_at", training.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["facilitator_id"], ["account.id"], name=op.f("fk_meeting_facilitator_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["unit.id"], name=op.f("fk_meeting_municipality_id")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["meeting_series.id"], name=op.f("fk_meeting_series_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_meeting_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(
            "ix_meeting_facilitator", ["facilitator_id", "starts_at"], unique=False
        )
        batch_op.create_index("ix_meeting_unit", ["unit_id", "starts_at"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("municipality_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "presence",
            sa.Enum("PRESENT", "EXCUSED", name="presence", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_attendance_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_attendance_municipality_id_person_id"),
        ),
        sa.PrimaryKeyConstraint(
            "municipality_id", "meeting_id", "person_id", name=op.f("pk_attendance")
        ),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index("ix_attendance_meeting", ["meeting_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("municipality_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "OPEN",
                "SIGNED_UP",
                "WAITING",
                "DECLINED",
                name="invited",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("place_at", training.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_sequence", sa.Integer(), nullable=True),
        sa.Column("reminded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_invitation_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_invitation_municipality_id_person_id"),
        ),
        sa.PrimaryKeyConstraint(
            "municipality_id", "meeting_id", "person_id", name=op.f("pk_invitation")
        ),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index("ix_invitation_meeting", ["meeting_id", "answer"], unique=False)

    op.create_table(
        "meeting_audience",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_audience_meeting_id")
        ),
        sa.PrimaryKeyConstraint("meeting_id", "audience", name=op.f("pk_meeting_audience")),
    )
    op.create_table(
        "meeting_material",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_material_meeting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_material")),
    )
    with op.batch_alter_table("meeting_material", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_meeting_material_meeting_id"), ["meeting_id"], unique=False
        )

    op.create_table(
        "meeting_stand",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("dilemma_id", sa.String(length=100), nullable=False),
        sa.Column("dilemma_version", sa.Integer(), nullable=False),
        sa.Column("vote", sa.JSON(), nullable=False),
        sa.Column("second_round", sa.JSON(), nullable=False),
        sa.Column(
            "path_by",
            sa.Enum("FACILITATOR", "MAJORITY", name="pathby", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("quick", sa.Boolean(), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "LOBBY",
                "SCENE",
                "VOTE",
                "CLOSED",
                "FIGURES",
                "TALK",
                "ENDING",
                "DEBRIEF",
                "END",
                name="phase",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("can_go_back", sa.Boolean(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("touched_at", training.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_stand_meeting_id")
        ),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_meeting_stand")),
        sa.UniqueConstraint("code", name=op.f("uq_meeting_stand_code")),
    )
    with op.batch_alter_table("meeting_stand", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_meeting_stand_touched_at"), ["touched_at"], unique=False
        )

    op.create_table(
        "meeting_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scene", sa.String(length=100), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("FIRST", "SECOND", "WHAT_IF", name="roundkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("question", sa.String(length=300), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("voted", sa.Integer(), nullable=False),
        sa.Column("steps", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("majority", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting_stand.meeting_id"], name=op.f("fk_meeting_round_meeting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_round")),
    )
    with op.batch_alter_table("meeting_round", schema=None) as batch_op:
        batch_op.create_index(
            "ix_meeting_round_place", ["meeting_id", "step", "number"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("meeting_round", schema=None) as batch_op:
        batch_op.drop_index("ix_meeting_round_place")

    op.drop_table("meeting_round")
    with op.batch_alter_table("meeting_stand", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_stand_touched_at"))

    op.drop_table("meeting_stand")
    with op.batch_alter_table("meeting_material", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_material_meeting_id"))

    op.drop_table("meeting_material")
    op.drop_table("meeting_audience")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index("ix_invitation_meeting")

    op.drop_table("invitation")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index("ix_attendance_meeting")

    op.drop_table("attendance")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index("ix_meeting_unit")
        batch_op.drop_index("ix_meeting_facilitator")

    op.drop_table("meeting")
    with op.batch_alter_table("meeting_series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_series_unit_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_series_facilitator_id"))

    op.drop_table("meeting_series")
    op.drop_table("open_vote")
