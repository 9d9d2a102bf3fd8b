"""The ledger's SQL, apart from the code that decides when it runs."""

# What is known of an enrolment `e`, given its newest intent without an answer `o`.
ENTRY = """
       coalesce(o.content, e.content), CASE WHEN o.id IS NULL THEN e.state ELSE 'ambiguous' END,
       coalesce(e.accepted_content, ''), o.id IS NOT NULL OR e.doubt,
       coalesce(e.status, 0), coalesce(e.words, ''), coalesce(e.attempts, 0), e.next_due, coalesce(e.rules, ''),
       coalesce(e.accepted_birth, ''), coalesce(e.accepted_statut, ''), coalesce(e.accepted_regime, ''),
       e.replay IS NOT NULL
"""

# OFFSET 0 has the few intents of a key found by the key. Else, while the tables are new and nothing is known of what they hold,
# the last one is looked for from the newest intent of all backwards: for a key that has none, through every intent there is.
ENTRIES = """
SELECT w.key, ENTRY
FROM wanted w
LEFT JOIN supdata.enrolment e ON e.key = w.key
LEFT JOIN LATERAL (
    SELECT i.id, i.content FROM (SELECT * FROM supdata.intent WHERE key = w.key OFFSET 0) i
    WHERE NOT EXISTS (SELECT FROM supdata.receipt r WHERE r.intent_id = i.id)
    ORDER BY i.id DESC LIMIT 1
) o ON true
WHERE e.key IS NOT NULL OR o.id IS NOT NULL
""".replace("ENTRY", ENTRY)

# What the registry last accepted, and the chunk in whose file it stands.
ACCEPTED_IN = """
SELECT DISTINCT ON (e.key) e.key, i.run_id, i.chunk FROM supdata.enrolment e
JOIN supdata.intent i ON i.key = e.key AND i.content = e.accepted_content
JOIN supdata.receipt r ON r.intent_id = i.id AND r.outcome = 'accepted'
WHERE e.key = ANY(%(keys)s)
ORDER BY e.key, i.id DESC
"""

# Enrolments accepted before their facts were kept: what stands unchanged in the source is what was declared.
LEARN = """
UPDATE supdata.enrolment e SET accepted_birth = f.birth, accepted_statut = f.statut, accepted_regime = f.regime
FROM unnest(%(key)s::text[], %(birth)s::text[], %(statut)s::text[], %(regime)s::text[]) AS f (key, birth, statut, regime)
WHERE e.key = f.key AND e.accepted_content <> '' AND e.accepted_birth = ''
"""

OPEN_RUN = """
INSERT INTO supdata.run (run_id, uai, planned_at, rules, position)
SELECT %(run_id)s, %(uai)s, %(at)s, %(rules)s, coalesce(max(id), 0) FROM supdata.intent
ON CONFLICT (run_id) DO UPDATE
SET uai = excluded.uai, planned_at = excluded.planned_at, rules = excluded.rules, position = excluded.position, rekeyed = false
"""

SUPERSEDED = """
SELECT DISTINCT i.key FROM wanted w
JOIN supdata.intent i ON i.key = w.key
JOIN supdata.run r ON r.run_id = %(run_id)s
WHERE i.id > r.position AND i.run_id <> r.run_id
  AND NOT EXISTS (SELECT FROM supdata.receipt s WHERE s.intent_id = i.id AND s.outcome = 'not_attempted')
"""

# A sender looks up a few records at a time in tables that grow under it, by plans that are kept: those made while the tables
# were empty or unknown read them whole, and each commit is then slower than the one before. Its batches are UTF-8.
LOOK_UP = """
SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; SET client_encoding = 'UTF8'
"""

# A sender holds its school's lock in a mode that others share: whether they send for the same run shows in its second half.
# The gate makes taking it and looking for others one step, so that of two that come at once one goes through.
GATE = "SELECT pg_advisory_xact_lock(hashtextextended(%(uai)s, 1))"
UNSETTLE = "UPDATE supdata.run SET settled = false WHERE run_id = %(run_id)s AND settled"
BEGIN_SENDING = "SELECT pg_advisory_lock_shared(hashtext(%(uai)s), hashtext(%(run_id)s))"
END_SENDING = "SELECT pg_advisory_unlock_shared(hashtext(%(uai)s), hashtext(%(run_id)s))"
SENDING = """
SELECT EXISTS (
    SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
    WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
      AND l.classid::bigint = hashtext(%(uai)s)::bigint & 4294967295
      AND (%(besides)s::text IS NULL OR l.objid::bigint <> hashtext(%(besides)s::text)::bigint & 4294967295)
)
"""

# Only while nobody sends for the school: what is sent later unsettles its run first.
SETTLE_RUNS = """
UPDATE supdata.run n SET settled = true WHERE n.uai = %(uai)s AND NOT n.settled AND NOT EXISTS (
    SELECT FROM supdata.intent i WHERE i.run_id = n.run_id
      AND NOT EXISTS (SELECT FROM supdata.receipt r WHERE r.intent_id = i.id))
"""

UNANSWERED = """
SELECT i.id FROM supdata.intent i
WHERE i.key = ANY(%(keys)s) AND NOT EXISTS (SELECT FROM supdata.receipt r WHERE r.intent_id = i.id)
"""

# Everything a batch says, in one statement, so that one round trip commits it: a run ($1), a chunk ($2), the moment ($3), new
# intents ($4) and answers to earlier ones ($5), both JSON. It tells the numbers of the new intents.
#
# A receipt is written from the intent it answers; one without an intent fails, since its number is then NULL. The rules of the
# run that sends are looked up once, and only for what an earlier run left open are those of its own.
#
# Closing an enrolment sends what is no longer in the source: `present` is false for it, and where it was seen stays as it was.
# What was accepted stays known when a later change is refused. A doubt stays until something is accepted again, or until the
# very content in doubt is refused: the registry refuses by content, so it had refused it before. Doubt over another stays.
RECORD = """
WITH intended AS (
    INSERT INTO supdata.intent (run_id, chunk, key, content, action, uai, ends, source, row_no, birth, statut, regime, at)
    SELECT $1::text, $2::text, p.key, p.content, p.action, p.uai, p.ends, p.source, p.row, p.birth, p.statut, p.regime,
           $3::timestamptz
    FROM json_to_recordset($4::json) AS p (key text, content text, action text, uai text, ends date, source text, row integer,
                                           birth text, statut text, regime text)
    RETURNING key, id
), answer AS MATERIALIZED (
    SELECT a.*, i.id, i.run_id, i.key, i.content, i.action, i.uai, i.ends, i.source, i.row_no, i.birth, i.statut, i.regime, i.at
    FROM json_to_recordset($5::json)
    AS a (intent bigint, outcome text, status integer, id_inscription text, words text, next_due timestamptz)
    LEFT JOIN LATERAL (SELECT * FROM supdata.intent WHERE id = a.intent OFFSET 0) i ON true
), settled AS (
    INSERT INTO supdata.receipt (intent_id, outcome, status, id_inscription, words, at)
    SELECT a.id, a.outcome, a.status, a.id_inscription, a.words, $3::timestamptz FROM answer a
), applied AS (
    INSERT INTO supdata.enrolment AS e (
        key, uai, ends, content, state, accepted_content, doubt, id_inscription, status, words,
        first_sent, last_sent, attempts, next_due, seen_run, seen_source, seen_row,
        rules, accepted_birth, accepted_statut, accepted_regime, present, closed)
    SELECT a.key, a.uai, a.ends, a.content, a.outcome, CASE WHEN a.outcome = 'accepted' THEN a.content ELSE '' END,
           a.outcome = 'ambiguous', a.id_inscription, a.status, a.words,
           a.at, a.at, 1, a.next_due, a.run_id, a.source, a.row_no,
           coalesce(CASE WHEN a.run_id = $1::text THEN (SELECT rules FROM supdata.run WHERE run_id = $1::text)
                    ELSE (SELECT n.rules FROM supdata.run n WHERE n.run_id = a.run_id) END, ''),
           CASE WHEN a.outcome = 'accepted' THEN a.birth ELSE '' END,
           CASE WHEN a.outcome = 'accepted' THEN a.statut ELSE '' END,
           CASE WHEN a.outcome = 'accepted' THEN a.regime ELSE '' END,
           a.action <> 'close', a.action = 'close' AND a.outcome = 'accepted'
    FROM answer a
    WHERE a.outcome <> 'not_attempted'
    ON CONFLICT (key) DO UPDATE SET
        uai = excluded.uai,
        ends = CASE WHEN excluded.present OR excluded.closed THEN excluded.ends ELSE e.ends END,
        content = excluded.content,
        state = excluded.state,
        accepted_content = CASE WHEN excluded.state = 'accepted' THEN excluded.content ELSE e.accepted_content END,
        doubt = CASE excluded.state WHEN 'accepted' THEN false WHEN 'ambiguous' THEN true ELSE e.doubt AND EXISTS (
            SELECT FROM supdata.intent d JOIN supdata.receipt s ON s.intent_id = d.id
            WHERE d.key = e.key AND d.content <> excluded.content AND s.outcome = 'ambiguous' AND d.id > coalesce((
                SELECT max(a.id) FROM supdata.intent a JOIN supdata.receipt t ON t.intent_id = a.id
                WHERE a.key = e.key AND t.outcome = 'accepted'), 0)) END,
        id_inscription = CASE WHEN excluded.state = 'accepted' THEN excluded.id_inscription ELSE e.id_inscription END,
        status = excluded.status,
        words = excluded.words,
        last_sent = excluded.last_sent,
        attempts = CASE WHEN e.content = excluded.content THEN e.attempts + 1 ELSE 1 END,
        next_due = excluded.next_due,
        rules = excluded.rules,
        accepted_birth = CASE WHEN excluded.state = 'accepted' THEN excluded.accepted_birth ELSE e.accepted_birth END,
        accepted_statut = CASE WHEN excluded.state = 'accepted' THEN excluded.accepted_statut ELSE e.accepted_statut END,
        accepted_regime = CASE WHEN excluded.state = 'accepted' THEN excluded.accepted_regime ELSE e.accepted_regime END,
        seen_run = CASE WHEN excluded.present THEN excluded.seen_run ELSE e.seen_run END,
        seen_source = CASE WHEN excluded.present THEN excluded.seen_source ELSE e.seen_source END,
        seen_row = CASE WHEN excluded.present THEN excluded.seen_row ELSE e.seen_row END,
        present = excluded.present OR e.present,
        absent_since = CASE WHEN excluded.present THEN NULL ELSE e.absent_since END,
        closed = CASE WHEN excluded.state = 'accepted' THEN excluded.closed ELSE e.closed END,
        replay = NULL
)
SELECT key, id FROM intended
"""

# One request covers many records. Who asks before the next run replaces what was asked before; both stay in the trail.
ASK_AGAIN = """
WITH asked AS (
    INSERT INTO supdata.replay (at, author, reason) SELECT %(at)s, %(author)s, %(reason)s RETURNING id
), marked AS (
    UPDATE supdata.enrolment e SET replay = asked.id FROM asked WHERE e.key = ANY(%(keys)s) RETURNING e.key
)
INSERT INTO supdata.replayed (replay_id, key) SELECT asked.id, marked.key FROM asked, marked
"""

# An intent without a receipt may have reached the registry; one taken back has not, and counts for nothing.
RECEIPTS = """
SELECT DISTINCT ON (i.key)
       i.source, i.row_no, i.key, i.action, coalesce(r.outcome, 'ambiguous'), coalesce(r.status, 0),
       coalesce(r.id_inscription, ''), coalesce(r.words, '')
FROM supdata.intent i
JOIN supdata.run n ON n.run_id = i.run_id
LEFT JOIN supdata.receipt r ON r.intent_id = i.id
WHERE i.run_id = %(run_id)s AND i.id > n.position AND r.outcome IS DISTINCT FROM 'not_attempted'
ORDER BY i.key, i.id DESC
"""
# Written apart: with one condition for both the index would serve neither.
RECEIPTS_OF_CHUNK = RECEIPTS.replace("AND i.id >", "AND i.chunk = %(chunk)s AND i.id >")

CHUNKS_SENT = "SELECT DISTINCT chunk FROM supdata.intent WHERE run_id = %(run_id)s"

KEEP_FILES = """
INSERT INTO supdata.file_read (uai, name, path, size, modified, sha256, run_id, at)
SELECT %(uai)s, f.name, f.path, f.size, f.modified, f.sha256, %(run_id)s, %(at)s
FROM unnest(%(name)s::text[], %(path)s::text[], %(size)s::bigint[], %(modified)s::bigint[], %(sha256)s::text[])
     AS f (name, path, size, modified, sha256)
ON CONFLICT DO NOTHING
"""

FILES_READ = """
SELECT name, path, size, modified, sha256 FROM supdata.file_read WHERE uai = %(uai)s ORDER BY modified, name, sha256
"""
