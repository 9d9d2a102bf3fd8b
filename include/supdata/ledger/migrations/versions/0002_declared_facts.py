"""Keep what was declared of each enrolment, and by which rules, so that a later source can be compared with it.

Statut and regime are kept as the codes they are: of two and of seven values a keyed hash would hide nothing, since how often
each occurs gives it away, and neither says who the student is. A birth date is kept as a keyed hash that holds the enrolment's
own key too: two students born on one day do not look alike.

What is known already is kept. Its facts are empty, which means not known: the next plan fills them in from the rows that
stand unchanged in the source.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

UP = """
ALTER TABLE supdata.run ADD COLUMN rules text NOT NULL DEFAULT '';

ALTER TABLE supdata.intent
    ADD COLUMN birth  text NOT NULL DEFAULT '' CHECK (birth ~ '^([0-9a-f]{32})?$'),
    ADD COLUMN statut text NOT NULL DEFAULT '' CHECK (statut IN ('', 'admis', 'inscrit')),
    ADD COLUMN regime text NOT NULL DEFAULT '' CHECK (regime ~ '^(RF[1-7])?$');

ALTER TABLE supdata.enrolment
    ADD COLUMN accepted_birth  text NOT NULL DEFAULT '' CHECK (accepted_birth ~ '^([0-9a-f]{32})?$'),
    ADD COLUMN accepted_statut text NOT NULL DEFAULT '' CHECK (accepted_statut IN ('', 'admis', 'inscrit')),
    ADD COLUMN accepted_regime text NOT NULL DEFAULT '' CHECK (accepted_regime ~ '^(RF[1-7])?$'),
    ADD COLUMN rules           text NOT NULL DEFAULT '';  -- the rules' version when it was last sent
"""

DOWN = """
ALTER TABLE supdata.enrolment
    DROP COLUMN accepted_birth, DROP COLUMN accepted_statut, DROP COLUMN accepted_regime, DROP COLUMN rules;
ALTER TABLE supdata.intent DROP COLUMN birth, DROP COLUMN statut, DROP COLUMN regime;
ALTER TABLE supdata.run DROP COLUMN rules;
"""


def upgrade() -> None:
    """Add the columns; nothing that is there is touched."""
    op.execute(UP)


def downgrade() -> None:
    """Drop the columns: what is sent and accepted stays known, changes of its facts are no longer noticed."""
    op.execute(DOWN)
