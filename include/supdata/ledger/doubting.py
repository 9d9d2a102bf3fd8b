"""What the ledger knows that bears on a record whose fate is not known, or that the registry does not show."""

from collections.abc import Collection, Mapping

from supdata.ledger.store import Ledger
from supdata.records.declared import Other

# What else may stand in the registry where a record is looked for. Its own content is not another: unless something else was
# sent after it, in which case a row like it may be the old one.
OTHERS = """
SELECT w.key, i.ends, i.statut, i.regime
FROM unnest(%(key)s::text[], %(content)s::text[], %(other)s::text[]) AS w (key, content, other)
JOIN supdata.intent i ON i.key = w.other
LEFT JOIN supdata.receipt r ON r.intent_id = i.id
WHERE coalesce(r.outcome, 'ambiguous') IN ('accepted', 'ambiguous')
  AND (w.other <> w.key OR i.content <> w.content OR EXISTS (
    SELECT FROM supdata.intent d LEFT JOIN supdata.receipt s ON s.intent_id = d.id
    WHERE d.key = i.key AND d.id > i.id AND d.content <> i.content
      AND coalesce(s.outcome, 'ambiguous') IN ('accepted', 'ambiguous')))
ORDER BY i.id
"""

MARKED_BY = """
SELECT e.key FROM supdata.enrolment e JOIN supdata.replay p ON p.id = e.replay
WHERE e.key = ANY(%(keys)s) AND p.author = %(author)s
"""

EVER_MARKED_BY = """
SELECT DISTINCT d.key FROM supdata.replay p JOIN supdata.replayed d ON d.replay_id = p.id WHERE p.author = %(author)s
"""

BIRTHS = "SELECT key, accepted_birth FROM supdata.enrolment WHERE key = ANY(%(keys)s)"


def others(ledger: Ledger, wanted: Mapping[str, str], kin: Mapping[str, Collection[str]]) -> dict[str, list[Other]]:
    """Return by key what else was ever declared that may stand in the registry where that enrolment is looked for.

    `wanted` holds each key's content, `kin` the keys of other enrolments of the same student, establishment and start.
    """
    rows = [(key, content, other) for key, content in wanted.items() for other in sorted({key, *kin.get(key, ())})]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(("key", "content", "other"))}
    found: dict[str, list[Other]] = {key: [] for key in wanted}
    for key, ends, statut, regime in ledger.connection.execute(OTHERS, columns):
        found[key].append(Other(end=ends.isoformat() if ends else "", statut=statut, regime=regime))
    return found


def marked_by(ledger: Ledger, author: str, keys: Collection[str]) -> frozenset[str]:
    """Return those of `keys` that `author` has asked to be sent again and that were not sent since."""
    return frozenset(key for (key,) in ledger.connection.execute(MARKED_BY, {"keys": list(keys), "author": author}))


def ever_marked_by(ledger: Ledger, author: str) -> frozenset[str]:
    """Return every key that `author` has ever asked to be sent again."""
    return frozenset(key for (key,) in ledger.connection.execute(EVER_MARKED_BY, {"author": author}))


def births(ledger: Ledger, keys: Collection[str]) -> dict[str, str]:
    """Return the keyed hash of the accepted birth date of each of `keys` that is known, "" where it is not."""
    return dict(ledger.connection.execute(BIRTHS, {"keys": list(keys)}).fetchall())
