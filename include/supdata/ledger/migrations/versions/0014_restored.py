"""Know that the ledger was restored from a backup: what was declared after it, the registry has and the ledger does not."""

from alembic import op

revision = "0014"
down_revision = "0013"

UP = """
CREATE TABLE supdata.restored (
    at      timestamptz PRIMARY KEY,
    author  text        NOT NULL CHECK (author <> '')
);
"""


def upgrade() -> None:
    """Add the table; nothing that is there is touched."""
    op.execute(UP)


def downgrade() -> None:
    """Drop it: what was lost is sent again without being looked up."""
    op.execute("DROP TABLE supdata.restored")
