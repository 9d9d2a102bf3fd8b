"""Which run last read a school whole, and which runs have left nothing unanswered: a plan then neither writes nor reads it all.

Where an enrolment stands in the source was written anew for each of them every night, though hardly one had moved: half of the
time of a plan. What is present was seen by the last run that read its school whole, and only what has moved is written.

Intents without an answer were looked for enrolment by enrolment. They can only be in runs that are not settled.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

UP = """
CREATE TABLE supdata.whole_read (
    uai     text PRIMARY KEY,
    run_id  text NOT NULL
);

ALTER TABLE supdata.run ADD COLUMN settled boolean NOT NULL DEFAULT false;
UPDATE supdata.run n SET settled = NOT EXISTS (
    SELECT FROM supdata.intent i WHERE i.run_id = n.run_id
      AND NOT EXISTS (SELECT FROM supdata.receipt r WHERE r.intent_id = i.id));
CREATE INDEX run_unsettled ON supdata.run (run_id) WHERE NOT settled;

-- All of a school's enrolments, and not only those that were accepted: what is absent is looked for among all of them.
DROP INDEX supdata.enrolment_uai;
CREATE INDEX enrolment_uai ON supdata.enrolment (uai);

-- The receipts of one chunk, without those of the whole run.
DROP INDEX supdata.intent_run;
CREATE INDEX intent_run ON supdata.intent (run_id, chunk, id);
"""

DOWN = """
UPDATE supdata.enrolment e SET seen_run = w.run_id
FROM supdata.whole_read w JOIN supdata.run m ON m.run_id = w.run_id, supdata.run n
WHERE w.uai = e.uai AND n.run_id = e.seen_run AND e.present AND m.planned_at > n.planned_at;

DROP INDEX supdata.intent_run;
CREATE INDEX intent_run ON supdata.intent (run_id, id);
DROP INDEX supdata.enrolment_uai;
CREATE INDEX enrolment_uai ON supdata.enrolment (uai) WHERE accepted_content <> '';
DROP INDEX supdata.run_unsettled;
ALTER TABLE supdata.run DROP COLUMN settled;
DROP TABLE supdata.whole_read;
"""


def upgrade() -> None:
    """Add the table, the mark and the indexes; nothing that is known is touched."""
    op.execute(UP)


def downgrade() -> None:
    """Drop them, and write back which run has seen each enrolment last."""
    op.execute(DOWN)
