"""Know which runs were planned under a key that has been replaced since: their plans name records by the old one."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the column; nothing has been taken over yet."""
    op.execute("ALTER TABLE supdata.run ADD COLUMN rekeyed boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    """Drop it: clear no push of a run that was planned before the key was replaced."""
    op.execute("ALTER TABLE supdata.run DROP COLUMN rekeyed")
