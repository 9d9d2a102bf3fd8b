"""Make the ledger: what each enrolment stands at, the plan each run works from, and the trail of intents and receipts."""

from alembic import op

revision = "0001"
down_revision = None

UP = """
CREATE TABLE supdata.run (
    run_id      text PRIMARY KEY,
    uai         text NOT NULL,
    planned_at  timestamptz NOT NULL,
    position    bigint NOT NULL  -- the last intent there was when the run was planned: later ones the plan knows nothing of
);

CREATE TABLE supdata.intent (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id  text NOT NULL,
    chunk   text NOT NULL,
    key     text NOT NULL CHECK (key ~ '^[0-9a-f]{32}$'),
    content text NOT NULL CHECK (content ~ '^[0-9a-f]{32}$'),
    action  text NOT NULL CHECK (action IN ('create', 'update')),
    uai     text NOT NULL,
    ends    date,
    source  text NOT NULL,
    row_no  integer NOT NULL,
    at      timestamptz NOT NULL
);
CREATE INDEX intent_key ON supdata.intent (key);
CREATE INDEX intent_run ON supdata.intent (run_id, id);

CREATE TABLE supdata.receipt (
    intent_id       bigint PRIMARY KEY REFERENCES supdata.intent (id) ON DELETE CASCADE,
    outcome         text NOT NULL
                    CHECK (outcome IN ('accepted', 'refused', 'unknown_student', 'ambiguous', 'not_attempted')),
    status          integer NOT NULL,
    id_inscription  text NOT NULL,
    words           text NOT NULL,
    at              timestamptz NOT NULL
);

CREATE TABLE supdata.enrolment (
    key               text PRIMARY KEY CHECK (key ~ '^[0-9a-f]{32}$'),
    uai               text NOT NULL,
    ends              date,  -- tells one academic year's enrolments from another's
    content           text NOT NULL,
    state             text NOT NULL CHECK (state IN ('accepted', 'refused', 'unknown_student', 'ambiguous')),
    accepted_content  text NOT NULL,
    doubt             boolean NOT NULL,
    id_inscription    text NOT NULL,
    status            integer NOT NULL,
    words             text NOT NULL,
    first_sent        timestamptz NOT NULL,
    last_sent         timestamptz NOT NULL,
    attempts          integer NOT NULL,
    next_due          timestamptz,
    seen_run          text NOT NULL,
    seen_source       text NOT NULL,
    seen_row          integer NOT NULL,
    present           boolean NOT NULL DEFAULT true
);
CREATE INDEX enrolment_uai ON supdata.enrolment (uai) WHERE accepted_content <> '';
"""

DOWN = """
DROP TABLE supdata.enrolment;
DROP TABLE supdata.receipt;
DROP TABLE supdata.intent;
DROP TABLE supdata.run;
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(UP)


def downgrade() -> None:
    """Drop the tables with all that the ledger knows."""
    op.execute(DOWN)
