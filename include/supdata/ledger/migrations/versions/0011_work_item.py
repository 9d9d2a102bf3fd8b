"""Remember what each school has been asked to correct, since when, and which run no longer found it; not a value of it."""

from alembic import op

revision = "0011"
down_revision = "0010"

UP = """
CREATE TABLE supdata.work_item (
    uai        text        NOT NULL,
    identity   text        NOT NULL CHECK (identity ~ '^[0-9a-f]{16}$'),  -- a keyed hash of what the row is known by
    field      text        NOT NULL,  -- "" where a whole row is spoken of
    rule       text        NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL,
    last_run   text        NOT NULL,
    closed_at  timestamptz,           -- when a run that read everything no longer found it; NULL while it is open
    closed_run text,
    PRIMARY KEY (uai, identity, field, rule),
    CHECK ((closed_at IS NULL) = (closed_run IS NULL))
);
CREATE INDEX work_item_closed ON supdata.work_item (uai, closed_at) WHERE closed_at IS NOT NULL;
"""


def upgrade() -> None:
    """Add the table; nothing that is there is touched."""
    op.execute(UP)


def downgrade() -> None:
    """Drop the table: whatever is to be corrected looks new to the next run."""
    op.execute("DROP TABLE supdata.work_item")
