"""Know which schools were taken out on purpose: nothing is deleted of one whose file is merely gone."""

from alembic import op

revision = "0016"
down_revision = "0015"

UP = """
CREATE TABLE supdata.removal (
    uai     text        PRIMARY KEY CHECK (uai <> ''),
    author  text        NOT NULL CHECK (author <> ''),
    reason  text        NOT NULL CHECK (reason <> ''),
    at      timestamptz NOT NULL
);
"""


def upgrade() -> None:
    """Add the table; nothing that is there is touched."""
    op.execute(UP)


def downgrade() -> None:
    """Drop it: the version before deletes what is past its period of any school, removed or not."""
    op.execute("DROP TABLE supdata.removal")
