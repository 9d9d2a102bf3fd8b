"""A school's read connection, and what in its run folder may be taken for a record that is looked up."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from supdata.config.models import Institution
from supdata.config.read_back import ReadKind
from supdata.errors import FixConfig
from supdata.ledger.doubting import births as known_births
from supdata.ledger.fingerprint import Fingerprint
from supdata.ledger.restoring import is_recovering
from supdata.ledger.store import Ledger
from supdata.orchestration.connections import find_connection
from supdata.orchestration.hook import endpoint_of
from supdata.orchestration.ledger_access import fingerprint
from supdata.orchestration.run import Run
from supdata.push.reading_back import ReadSide
from supdata.records.enrolment import Enrolment
from supdata.records.shipment import Departed, Planned
from supdata.registry.reader import ReadEndpoint

#: Which type of connection opens which kind of read service.
READ_TYPES: Mapping[ReadKind, str] = {"supdata": "supdata_read", "api-particulier-v3": "api_particulier"}
#: Who asks, in the ledger, for a record to be sent again because the registry does not show it.
RECONCILE = "reconcile"

#: The student, the establishment and the start: what a read service can tell two enrolments apart by.
Place = tuple[str, str, str]


def read_endpoint(institution: Institution) -> ReadEndpoint | None:
    """Return where the institution's enrolments are read back, None when it has no read connection.

    Raises FixConfig when the connection is missing, incomplete, or of another type than `registry.read.kind` says.
    """
    settings = institution.registry.read
    if settings is None:
        return None
    connection, wanted = find_connection(settings.connection), READ_TYPES[settings.kind]
    if connection.conn_type != wanted:
        raise FixConfig(
            f"Reading the Airflow connection `{settings.connection}`",
            f"its type is `{connection.conn_type}`, and `registry.read.kind` is {settings.kind}, whose type is `{wanted}`",
            "Correct one of the two.",
        )
    endpoint = endpoint_of(connection, settings.connection)
    return ReadEndpoint(endpoint, settings.kind, settings.recipient, caller=f"{institution.uai} - supdata-sync")


def read_side_of(run: Run, ledger: Ledger) -> ReadSide | None:
    """Return the run's read connection for a push, None when the school has none."""
    where, settings = read_endpoint(run.institution), run.institution.registry.read
    if where is None or settings is None:
        return None

    def kin(planned: Sequence[Planned]) -> Mapping[str, Collection[str]]:
        return kin_of(run, ledger, {one.key: _place(one.body) for one in planned}, _births(planned))

    recovering = is_recovering(ledger.connection, run.institution.uai)
    return ReadSide(where, settings, kin, doubted_by=RECONCILE, on=run.day, everything=recovering)


def kin_of(run: Run, ledger: Ledger, places: Mapping[str, Place], births: Mapping[str, str]) -> dict[str, set[str]]:
    """Return by key the keys of other enrolments that may be the same student's, at the same establishment and start.

    Those in the source are compared as they are. Of those that have left it the ledger knows no student: it tells by the keyed
    hash of the birth date which may be the same person, and an unknown birth date may be anybody's. `births` are birth dates
    by key.
    """
    keyed = fingerprint()
    found: dict[str, set[str]] = {key: set() for key in places}
    sought: dict[Place, set[str]] = defaultdict(set)
    for key, place in places.items():
        sought[place].add(key)
    for one in run.folder.read("normalise", "enrolments.jsonl", Enrolment):
        for key in sought.get((one.ine, one.uai, one.dateDebutInscription), ()):
            found[key].add(keyed.key(one.natural_key))
    gone = [one.key for one in run.folder.read("plan", "departed.jsonl", Departed)]
    for key, others in _departed_kin(keyed, known_births(ledger, gone), births).items():
        found[key] |= others
    return {key: others - {key} for key, others in found.items()}


def _departed_kin(keyed: Fingerprint, departed: Mapping[str, str], births: Mapping[str, str]) -> dict[str, set[str]]:
    by_birth: dict[str, set[str]] = defaultdict(set)
    for key, born in births.items():
        by_birth[born].add(key)
    kin: dict[str, set[str]] = {key: set() for key in births}
    for gone, hashed in departed.items():
        for born, keys in by_birth.items():
            if not hashed or hashed == keyed.birth(gone, born):
                for key in keys:
                    kin[key].add(gone)
    return kin


def _place(body: Mapping[str, str]) -> Place:
    return (body.get("ine", ""), body.get("uai", ""), body.get("dateDebutInscription", ""))


def _births(planned: Iterable[Planned]) -> dict[str, str]:
    return {one.key: one.body.get("dateNaissance", "") for one in planned}
