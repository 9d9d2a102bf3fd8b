"""Keep who asked for which records to be sent again, when and why, and give what was refused a day on which it is asked again.

A mark stands in `enrolment.replay` until the record has been sent and answered. What was asked for stays in `replay` and
`replayed` for good: a record's trail tells it.

A registry changes its mind without telling anybody. What it has refused was never asked again before; from now on it is, at
the longest wait after it was last sent.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

UP = """
CREATE TABLE supdata.replay (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    author  text NOT NULL CHECK (author <> ''),
    reason  text NOT NULL CHECK (reason <> '')
);

CREATE TABLE supdata.replayed (
    replay_id  bigint NOT NULL REFERENCES supdata.replay (id) ON DELETE CASCADE,
    key        text NOT NULL CHECK (key ~ '^[0-9a-f]{32}$'),
    PRIMARY KEY (replay_id, key)
);
CREATE INDEX replayed_key ON supdata.replayed (key);

ALTER TABLE supdata.enrolment ADD COLUMN replay bigint REFERENCES supdata.replay (id) ON DELETE SET NULL;

UPDATE supdata.enrolment SET next_due = last_sent + interval '31 days 12 hours' WHERE state = 'refused' AND next_due IS NULL;
"""

DOWN = """
ALTER TABLE supdata.enrolment DROP COLUMN replay;
DROP TABLE supdata.replayed;
DROP TABLE supdata.replay;
UPDATE supdata.enrolment SET next_due = NULL WHERE state = 'refused';
"""


def upgrade() -> None:
    """Add the tables and the mark; refused records get a day."""
    op.execute(UP)


def downgrade() -> None:
    """Drop them: what was sent and answered stays known, who asked for it does not."""
    op.execute(DOWN)
