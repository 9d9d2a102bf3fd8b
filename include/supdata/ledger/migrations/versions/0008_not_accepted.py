"""Find what the registry has not accepted without reading all that it has: few records, for the pages of all schools."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the index; few records are ever in it."""
    op.execute("CREATE INDEX enrolment_not_accepted ON supdata.enrolment (uai, state, last_sent) WHERE state <> 'accepted'")


def downgrade() -> None:
    """Drop the index."""
    op.execute("DROP INDEX supdata.enrolment_not_accepted")
