"""Remember what each registrar was last told by e-mail, and which batches they have confirmed."""

from alembic import op

revision = "0009"
down_revision = "0008"

UP = """
CREATE TABLE supdata.told (
    uai        text        PRIMARY KEY,
    state      text        NOT NULL,  -- a hash: whether another e-mail would tell the same
    at         timestamptz NOT NULL,
    open_since timestamptz,           -- NULL while nothing is to be corrected
    reminders  integer     NOT NULL CHECK (reminders >= 0)
);
CREATE TABLE supdata.sign_off (
    uai    text        NOT NULL,
    run_id text        NOT NULL,  -- Airflow's own: it repeats from school to school
    batch  text        NOT NULL,  -- the hash of what was declared: of another batch of the same run it says nothing
    author text        NOT NULL CHECK (author <> ''),
    at     timestamptz NOT NULL,
    PRIMARY KEY (uai, run_id, batch)
);
"""


def upgrade() -> None:
    """Add the tables; nothing that is there is touched."""
    op.execute(UP)


def downgrade() -> None:
    """Drop the tables: every registrar is written to once more, and sign-offs are left in the run folders only."""
    op.execute("DROP TABLE supdata.sign_off; DROP TABLE supdata.told")
