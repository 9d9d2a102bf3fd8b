"""Find the records in doubt without reading all others: the page of all schools asks for the oldest of each."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the index; few records are ever in it."""
    op.execute("CREATE INDEX enrolment_doubt ON supdata.enrolment (uai, last_sent) WHERE state = 'ambiguous'")


def downgrade() -> None:
    """Drop the index."""
    op.execute("DROP INDEX supdata.enrolment_doubt")
