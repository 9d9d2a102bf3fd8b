"""Keep what a law or a court wants kept: a school's, or one run's, until somebody releases it."""

from alembic import op

revision = "0012"
down_revision = "0011"

UP = """
CREATE TABLE supdata.legal_hold (
    uai     text        NOT NULL CHECK (uai <> ''),
    run_id  text        NOT NULL,  -- Airflow's own; "" for all of the school
    author  text        NOT NULL CHECK (author <> ''),
    reason  text        NOT NULL CHECK (reason <> ''),
    at      timestamptz NOT NULL,
    PRIMARY KEY (uai, run_id)
);
"""


def upgrade() -> None:
    """Add the table; nothing that is there is touched."""
    op.execute(UP)


def downgrade() -> None:
    """Drop it: nothing is held any more, so stop the purge before."""
    op.execute("DROP TABLE supdata.legal_hold")
