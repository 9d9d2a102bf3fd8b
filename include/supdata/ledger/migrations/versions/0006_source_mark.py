"""Remember up to when a school's source has been read, so that a run can ask for what has changed since."""

from alembic import op

revision = "0006"
down_revision = "0005"

UP = """
CREATE TABLE supdata.source_mark (
    uai     text        PRIMARY KEY,
    config  text        NOT NULL,  -- names the institution's facts and rules it was read by: others need another full read
    read_at timestamptz NOT NULL,  -- what was changed before this moment has been read
    full_at timestamptz NOT NULL,  -- the last green run that read everything
    run_id  text        NOT NULL
);
"""


def upgrade() -> None:
    """Add the table; nothing that is there is touched."""
    op.execute(UP)


def downgrade() -> None:
    """Drop the table: the next run of each school reads everything."""
    op.execute("DROP TABLE supdata.source_mark")
