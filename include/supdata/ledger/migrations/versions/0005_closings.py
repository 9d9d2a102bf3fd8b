"""Know which enrolments have been closed after they had left the source, and since when one is missing from it.

An enrolment that is closed no longer counts as standing: it is not looked for in the source, and is closed once. One that is
declared again is open again.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

UP = """
ALTER TABLE supdata.intent
    DROP CONSTRAINT intent_action_check,
    ADD CONSTRAINT intent_action_check CHECK (action IN ('create', 'update', 'close'));

ALTER TABLE supdata.enrolment
    ADD COLUMN closed       boolean NOT NULL DEFAULT false,
    ADD COLUMN absent_since timestamptz;  -- the first run whose source no longer held it; NULL while it does, or not known
"""

DOWN = """
ALTER TABLE supdata.enrolment DROP COLUMN closed, DROP COLUMN absent_since;

UPDATE supdata.intent SET action = 'update' WHERE action = 'close';
ALTER TABLE supdata.intent
    DROP CONSTRAINT intent_action_check,
    ADD CONSTRAINT intent_action_check CHECK (action IN ('create', 'update'));
"""


def upgrade() -> None:
    """Add the columns; nothing that is there is touched."""
    op.execute(UP)


def downgrade() -> None:
    """Drop them: a closing then looks like the update it was to the registry, and what was closed like what has departed."""
    op.execute(DOWN)
