"""Records to push: made, and of nobody."""

from supdata.ledger.fingerprint import Fingerprint
from supdata.records.shipment import Planned
from supdata.records.states import Action

UAI = "0751717J"
SECRET = b"a secret of the benchmark"
FINGERPRINT = Fingerprint(SECRET)


def body_of(number: int) -> dict[str, str]:
    """Return the wire body of one made student; its number has the form of an INE, and no school gave it out."""
    return {
        "ine": f"{number % 10**9:09d}AA",
        "dateNaissance": f"{1990 + number % 17}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        "dateDebutInscription": "2026-09-01",
        "dateFinInscription": "2027-08-31",
        "statut": "2",
        "regime": "1",
        "codeCommune": "75056",
        "uai": UAI,
        "cursus": "L",
        "diplome": "2500123",
        "niveauDiplome": "01",
    }


def planned_records(records: int, since: int) -> list[Planned]:
    """Return so many records to send; those of another `since` have other keys."""
    return [_planned(number, body_of(since + number)) for number in range(records)]


def _planned(row: int, body: dict[str, str]) -> Planned:
    key = FINGERPRINT.key((UAI, body["ine"], body["dateDebutInscription"], body["diplome"]))
    return Planned(
        source="etudiants.csv",
        row=row + 2,
        sisId=str(row),
        key=key,
        content=FINGERPRINT.content(body),
        action=Action.CREATE,
        body=body,
        birth=FINGERPRINT.birth(key, body["dateNaissance"]),
        statut="inscrit",
        regime="RF1",
    )
