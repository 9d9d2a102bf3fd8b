"""Remember every school's runs in figures, for the trend on a report and for the pages that show all schools at a glance."""

from alembic import op

revision = "0007"
down_revision = "0006"

UP = """
CREATE TABLE supdata.run_summary (
    uai          text        NOT NULL,
    run_id       text        NOT NULL,  -- Airflow's own: it repeats from school to school
    dag_id       text        NOT NULL,
    due          timestamptz NOT NULL,
    started      timestamptz NOT NULL,
    ended        timestamptz NOT NULL,
    state        text        NOT NULL CHECK (state IN ('success', 'failed')),
    light        text        NOT NULL CHECK (light IN ('green', 'orange', 'red', 'grey')),
    dry_run      boolean     NOT NULL,
    partial      boolean     NOT NULL,
    failed_stage text        NOT NULL,
    error        text        NOT NULL CHECK (error ~ '^\\w*$'),  -- a class, never its message
    counts       jsonb       NOT NULL,
    known        text[]      NOT NULL,
    rules        jsonb       NOT NULL,
    to_correct   integer     NOT NULL,
    batch        text        NOT NULL,
    PRIMARY KEY (uai, run_id)
);
CREATE INDEX run_summary_latest ON supdata.run_summary (uai, due DESC, run_id DESC);
"""


def upgrade() -> None:
    """Add the table; nothing that is there is touched."""
    op.execute(UP)


def downgrade() -> None:
    """Drop the table: reports have no trend until later runs make one."""
    op.execute("DROP TABLE supdata.run_summary")
