"""Remember which files of a school green runs have read, so that a run takes the next one, or waits for it.

A file is known by its name, its size, the time it was last written and its hash: a name may be used again every night.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

UP = """
CREATE TABLE supdata.file_read (
    uai      text        NOT NULL,
    name     text        NOT NULL,
    path     text        NOT NULL,
    size     bigint      NOT NULL,
    modified bigint      NOT NULL,  -- Unix seconds, as the school's server tells them
    sha256   text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    run_id   text        NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (uai, path, size, modified, sha256)
);
"""


def upgrade() -> None:
    """Add the table; nothing that is there is touched."""
    op.execute(UP)


def downgrade() -> None:
    """Drop the table: every file is new again, and what is in it is compared with the ledger as ever."""
    op.execute("DROP TABLE supdata.file_read")
