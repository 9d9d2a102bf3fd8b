"""Both fingerprints of each row, while the ledger's key is being replaced."""

from collections.abc import Iterable, Iterator

from supdata.config.models import Institution
from supdata.errors import CallUs
from supdata.ledger.fingerprint import Fingerprint
from supdata.ledger.rekeying import Move
from supdata.plan.wire import make_body
from supdata.records.enrolment import Enrolment


def moves_of(
    enrolments: Iterable[Enrolment], institution: Institution, *, old: Fingerprint, new: Fingerprint
) -> Iterator[Move]:
    """Yield for each row, with a fault or without, what it is known by under the old key and under the new one."""
    for one in enrolments:
        old_key, new_key = old.key(one.natural_key), new.key(one.natural_key)
        body = _body(one, institution)
        yield Move(
            old_key=old_key,
            new_key=new_key,
            old_content=old.content(body) if body else "",
            new_content=new.content(body) if body else "",
            old_birth=old.birth(old_key, one.dateNaissance),
            new_birth=new.birth(new_key, one.dateNaissance),
        )


def _body(enrolment: Enrolment, institution: Institution) -> dict[str, str]:
    try:
        return make_body(enrolment, institution)
    except CallUs:  # a row with a fault may have no wire form
        return {}
