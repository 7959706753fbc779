"""Extra openings, quiet times, brakes, findings, and the notes by which the nightly pass knows whose
facts changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CAUSES = ("TURN", "ADDITION", "RENEWAL", "ROLE", "TERM", "SUCCESSOR", "INCIDENT", "LAW")
NOBODY = "00000000000000000000000000000000"


def _names(*names: str) -> sa.Enum:
    return sa.Enum(*names, native_enum=False, length=40)


def upgrade() -> None:
    _columns()
    _tables()
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
    # Everything is looked at once more in the first pass of this version.
    op.execute(
        "INSERT INTO roster_change (municipality_id, person_id, id) "  # noqa: S608
        f"VALUES ('{NOBODY}', '{NOBODY}', '{NOBODY}')"
    )


def _columns() -> None:
    op.add_column(
        "duty", sa.Column("is_new", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("assignment", sa.Column("lapses_on", sa.Date(), nullable=True))
    op.add_column("assignment", sa.Column("gaps", sa.JSON(), nullable=True))
    op.add_column("assignment", sa.Column("awaits_on", sa.Date(), nullable=True))
    for name in ("next_due_on", "planned_on", "keeps_until"):
        op.add_column("cycle", sa.Column(name, sa.Date(), nullable=True))
    op.add_column("cycle", sa.Column("anchor_day", sa.Integer(), nullable=True))
    op.add_column(
        "cycle", sa.Column("cause", _names(*CAUSES), nullable=False, server_default="TURN")
    )
    kinds = _names("MODULE", "DILEMMA", "MEETING")
    op.add_column("cycle", sa.Column("only_kind", kinds, nullable=True))
    op.add_column("cycle", sa.Column("only_id", sa.String(length=100), nullable=True))
    op.add_column(
        "cycle", sa.Column("least_version", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column("evidence", sa.Column("noted_on", sa.Date(), nullable=True))
    op.drop_index("ix_cycle_next", table_name="cycle")
    for name, table, columns, where in (
        ("ix_cycle_next", "cycle", ["next_opens_on"], "closed_on IS NULL"),
        ("ix_assignment_awaits", "assignment", ["awaits_on"], "awaits_on IS NOT NULL"),
        ("ix_evidence_not_noted", "evidence", ["municipality_id", "person_id"], "noted_on IS NULL"),
    ):
        op.create_index(
            name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where)
        )


def _tables() -> None:
    op.create_table(
        "extra_opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("municipality_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("cause", _names(*CAUSES), nullable=False),
        sa.Column("content_kind", _names("MODULE", "DILEMMA", "MEETING"), nullable=True),
        sa.Column("content_id", sa.String(length=100), nullable=True),
        sa.Column("least_version", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("opened_by", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_extra_opening_duty_id")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_extra_opening_municipality_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra_opening")),
    )
    op.create_index("ix_extra_opening_person", "extra_opening", ["municipality_id", "person_id"])
    op.create_index("ix_extra_opening_duty", "extra_opening", ["duty_id"])
    op.create_table(
        "content_release",
        sa.Column("kind", _names("MODULE", "DILEMMA", "MEETING"), nullable=False),
        sa.Column("content_id", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("change", _names("EDITORIAL", "ADDITION", "MANDATORY_AGAIN"), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "content_id", "version", name=op.f("pk_content_release")),
    )
    op.create_table(
        "quiet_period",
        sa.Column("calendar", sa.String(length=40), nullable=False),
        sa.Column("region", sa.String(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("calendar", "region", "from_on", name=op.f("pk_quiet_period")),
    )
    op.create_table(
        "roster_change",
        sa.Column("municipality_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "municipality_id", "person_id", "id", name=op.f("pk_roster_change")
        ),
    )
    op.create_table(
        "brake",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("municipality_id", sa.Uuid(), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("transition", _names("ASSIGN", "LAPSE", "OPEN"), nullable=False),
        sa.Column("noticed_on", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_brake_duty_id")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["unit.id"], name=op.f("fk_brake_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brake")),
    )
    op.create_index(op.f("ix_brake_municipality_id"), "brake", ["municipality_id"])
    op.create_table(
        "check_finding",
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("noticed_on", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("example", sa.String(length=300), nullable=False),
        sa.Column("gone_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("rule", "noticed_on", name=op.f("pk_check_finding")),
    )


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for name, table in TRIGGERS:
        if dialect == "sqlite":
            op.execute(f"DROP TRIGGER {name}")
        else:
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}")
    for table in (
        *("check_finding", "brake", "roster_change", "quiet_period"),
        *("content_release", "extra_opening"),
    ):
        op.drop_table(table)
    op.drop_index("ix_evidence_not_noted", table_name="evidence")
    op.drop_index("ix_assignment_awaits", table_name="assignment")
    op.drop_index("ix_cycle_next", table_name="cycle")
    op.create_index("ix_cycle_next", "cycle", ["next_opens_on"])
    gone = {
        "evidence": ["noted_on"],
        "cycle": [
            *("next_due_on", "planned_on", "keeps_until", "anchor_day", "cause"),
            *("only_kind", "only_id", "least_version"),
        ],
        "assignment": ["lapses_on", "gaps", "awaits_on"],
        "duty": ["is_new"],
    }
    for table, names in gone.items():
        with op.batch_alter_table(table) as batch_op:
            for name in names:
                batch_op.drop_column(name)


# As the module `training.assignments.roster_triggers` made them when this version came out.
TRIGGERS = (
    ("roster_position_insert", "position"),
    ("roster_position_update", "position"),
    ("roster_position_delete", "position"),
    ("roster_person_insert", "person"),
    ("roster_person_update", "person"),
    ("roster_tag_insert", "tag"),
    ("roster_tag_update", "tag"),
    ("roster_tag_delete", "tag"),
    ("roster_pause_insert", "pause"),
    ("roster_pause_update", "pause"),
    ("roster_pause_delete", "pause"),
    ("roster_evidence_delete", "evidence"),
    ("roster_extra_opening_insert", "extra_opening"),
    ("roster_extra_opening_delete", "extra_opening"),
    ("roster_audience_rule_insert", "audience_rule"),
    ("roster_audience_rule_update", "audience_rule"),
    ("roster_audience_rule_delete", "audience_rule"),
    ("roster_unit_update", "unit"),
    ("roster_duty_update", "duty"),
)
SQLITE = (
    "CREATE TRIGGER IF NOT EXISTS roster_position_insert AFTER INSERT ON position BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (NEW.municipality_id, NEW.person_id, lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_position_update AFTER UPDATE ON position BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (NEW.municipality_id, NEW.person_id, lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_position_delete AFTER DELETE ON position BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (OLD.municipality_id, OLD.person_id, lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_person_insert AFTER INSERT ON person BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (NEW.municipality_id, NEW.id, lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_person_update AFTER UPDATE OF joined_on, left_on ON person BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (NEW.municipality_id, NEW.id, lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_tag_insert AFTER INSERT ON tag BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (NEW.municipality_id, NEW.person_id, lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_tag_update AFTER UPDATE ON tag BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (NEW.municipality_id, NEW.person_id, lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_tag_delete AFTER DELETE ON tag BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (OLD.municipality_id, OLD.person_id, lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_pause_insert AFTER INSERT ON pause BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (NEW.municipality_id, NEW.person_id, lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_pause_update AFTER UPDATE ON pause BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (NEW.municipality_id, NEW.person_id, lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_pause_delete AFTER DELETE ON pause BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (OLD.municipality_id, OLD.person_id, lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_evidence_delete AFTER DELETE ON evidence BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (OLD.municipality_id, OLD.person_id, lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_extra_opening_insert AFTER INSERT ON extra_opening BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (coalesce(NEW.municipality_id, '00000000000000000000000000000000'), coalesce(NEW.person_id, '00000000000000000000000000000000'), lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_extra_opening_delete AFTER DELETE ON extra_opening BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (coalesce(OLD.municipality_id, '00000000000000000000000000000000'), coalesce(OLD.person_id, '00000000000000000000000000000000'), lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_audience_rule_insert AFTER INSERT ON audience_rule BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (NEW.municipality_id, '00000000000000000000000000000000', lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_audience_rule_update AFTER UPDATE ON audience_rule BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (NEW.municipality_id, '00000000000000000000000000000000', lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_audience_rule_delete AFTER DELETE ON audience_rule BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (OLD.municipality_id, '00000000000000000000000000000000', lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_unit_update AFTER UPDATE OF parent_id, municipality_id ON unit BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES (coalesce(NEW.municipality_id, '00000000000000000000000000000000'), '00000000000000000000000000000000', lower(hex(randomblob(16)))); END",
    "CREATE TRIGGER IF NOT EXISTS roster_duty_update AFTER UPDATE OF ended_on ON duty BEGIN INSERT INTO roster_change (municipality_id, person_id, id) VALUES ('00000000000000000000000000000000', '00000000000000000000000000000000', lower(hex(randomblob(16)))); END",
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION roster_position_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, person_id AS p FROM new_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_position_insert AFTER INSERT ON position REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_position_insert()",
    "CREATE OR REPLACE FUNCTION roster_position_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, person_id AS p FROM new_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_position_update AFTER UPDATE ON position REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_position_update()",
    "CREATE OR REPLACE FUNCTION roster_position_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, person_id AS p FROM old_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_position_delete AFTER DELETE ON position REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_position_delete()",
    "CREATE OR REPLACE FUNCTION roster_person_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, id AS p FROM new_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_person_insert AFTER INSERT ON person REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_person_insert()",
    "CREATE OR REPLACE FUNCTION roster_person_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, id AS p FROM new_rows WHERE NOT EXISTS (SELECT 1 FROM old_rows o WHERE o.id = new_rows.id AND o.joined_on IS NOT DISTINCT FROM new_rows.joined_on AND o.left_on IS NOT DISTINCT FROM new_rows.left_on)) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_person_update AFTER UPDATE ON person REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_person_update()",
    "CREATE OR REPLACE FUNCTION roster_tag_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, person_id AS p FROM new_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_tag_insert AFTER INSERT ON tag REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_tag_insert()",
    "CREATE OR REPLACE FUNCTION roster_tag_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, person_id AS p FROM new_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_tag_update AFTER UPDATE ON tag REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_tag_update()",
    "CREATE OR REPLACE FUNCTION roster_tag_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, person_id AS p FROM old_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_tag_delete AFTER DELETE ON tag REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_tag_delete()",
    "CREATE OR REPLACE FUNCTION roster_pause_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, person_id AS p FROM new_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_pause_insert AFTER INSERT ON pause REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_pause_insert()",
    "CREATE OR REPLACE FUNCTION roster_pause_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, person_id AS p FROM new_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_pause_update AFTER UPDATE ON pause REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_pause_update()",
    "CREATE OR REPLACE FUNCTION roster_pause_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, person_id AS p FROM old_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_pause_delete AFTER DELETE ON pause REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_pause_delete()",
    "CREATE OR REPLACE FUNCTION roster_evidence_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, person_id AS p FROM old_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_evidence_delete AFTER DELETE ON evidence REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_evidence_delete()",
    "CREATE OR REPLACE FUNCTION roster_extra_opening_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT coalesce(municipality_id, '00000000-0000-0000-0000-000000000000'::uuid) AS m, coalesce(person_id, '00000000-0000-0000-0000-000000000000'::uuid) AS p FROM new_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_extra_opening_insert AFTER INSERT ON extra_opening REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_extra_opening_insert()",
    "CREATE OR REPLACE FUNCTION roster_extra_opening_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT coalesce(municipality_id, '00000000-0000-0000-0000-000000000000'::uuid) AS m, coalesce(person_id, '00000000-0000-0000-0000-000000000000'::uuid) AS p FROM old_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_extra_opening_delete AFTER DELETE ON extra_opening REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_extra_opening_delete()",
    "CREATE OR REPLACE FUNCTION roster_audience_rule_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, '00000000-0000-0000-0000-000000000000'::uuid AS p FROM new_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_audience_rule_insert AFTER INSERT ON audience_rule REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_audience_rule_insert()",
    "CREATE OR REPLACE FUNCTION roster_audience_rule_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, '00000000-0000-0000-0000-000000000000'::uuid AS p FROM new_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_audience_rule_update AFTER UPDATE ON audience_rule REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_audience_rule_update()",
    "CREATE OR REPLACE FUNCTION roster_audience_rule_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT municipality_id AS m, '00000000-0000-0000-0000-000000000000'::uuid AS p FROM old_rows) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_audience_rule_delete AFTER DELETE ON audience_rule REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_audience_rule_delete()",
    "CREATE OR REPLACE FUNCTION roster_unit_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT coalesce(municipality_id, '00000000-0000-0000-0000-000000000000'::uuid) AS m, '00000000-0000-0000-0000-000000000000'::uuid AS p FROM new_rows WHERE NOT EXISTS (SELECT 1 FROM old_rows o WHERE o.id = new_rows.id AND o.parent_id IS NOT DISTINCT FROM new_rows.parent_id AND o.municipality_id IS NOT DISTINCT FROM new_rows.municipality_id)) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_unit_update AFTER UPDATE ON unit REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_unit_update()",
    "CREATE OR REPLACE FUNCTION roster_duty_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO roster_change (municipality_id, person_id, id) SELECT m, p, gen_random_uuid() FROM (SELECT DISTINCT '00000000-0000-0000-0000-000000000000'::uuid AS m, '00000000-0000-0000-0000-000000000000'::uuid AS p FROM new_rows WHERE NOT EXISTS (SELECT 1 FROM old_rows o WHERE o.id = new_rows.id AND o.ended_on IS NOT DISTINCT FROM new_rows.ended_on)) AS changed; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER roster_duty_update AFTER UPDATE ON duty REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION roster_duty_update()",
)
