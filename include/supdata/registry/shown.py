"""What an answer of a read service shows of one student's enrolments: pure and total, whatever bytes come back.

Two services tell the same in two shapes: SupData's own (`GET /api/etudiant`) and the State's gateway to it (API Particulier
v3, `GET /v3/mesri/statut_etudiant/ine`). Names and birth dates in them are never decoded.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from supdata.config.read_back import ReadKind
from supdata.records.regime import REGIME_LABELS
from supdata.registry.answers import seconds_to_wait

Shape = TypeVar("Shape")

#: API Particulier's own code for « Aucun étudiant n'a pu être trouvé ».
NOT_FOUND = "25003"
#: Which scope of API Particulier opens which key: an answer without the key says nothing of the student.
SCOPES: Mapping[str, str] = {
    "admissions": "mesri_admissions",
    "date_debut": "mesri_admissions",
    "date_fin": "mesri_admissions",
    "est_inscrit": "mesri_admission_inscrit",
    "regime_formation": "mesri_admission_regime_formation",
    "code_cog_insee_commune": "mesri_admission_commune_etudes",
    "etablissement_etudes": "mesri_admission_etablissement_etudes",
}
_REGIMES = {label: code for code, label in REGIME_LABELS.items()}


class Worth(StrEnum):
    """What an answer is good for."""

    #: `rows` are all the enrolments that the registry shows of the student; none when it knows none.
    READ = "read"
    #: An answer that says neither; asking again would give the same.
    BLURRED = "blurred"
    #: The service was too busy, or away.
    AGAIN = "again"
    #: The service refuses the credential.
    REFUSED = "refused"
    #: The connection or the institution file must be mended; `words` say what was found.
    MISFIT = "misfit"


@dataclass(frozen=True, slots=True)
class Shown:
    """One enrolment as a read service shows it: canonical values, "" where it shows none."""

    uai: str
    start: str
    end: str
    statut: str
    regime: str
    commune: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer, read; `words` are ours and hold nothing of it."""

    worth: Worth
    rows: tuple[Shown, ...] = ()
    words: str = ""
    retry_after_seconds: float | None = None


NOTHING_SAID = Reading(Worth.BLURRED)


def read_shown(kind: ReadKind, status: int, body: bytes, *, now: datetime, retry_after: str | None = None) -> Reading:
    """Read one answer of a read service of `kind`. Never raises; `now` turns a Retry-After given as a date into seconds."""
    if status == 200:
        return _READERS[kind](body)
    if status == 404:
        return _not_found(kind, body)
    if status in {401, 403}:
        return Reading(Worth.REFUSED, words=f"it refused the key ({status})")
    if status in {400, 422}:
        return _invalid(status, body)
    if status in {408, 409, 425, 429} or status >= 500 or status < 200:
        return Reading(Worth.AGAIN, words=f"it answers {status}", retry_after_seconds=seconds_to_wait(retry_after, now))
    return Reading(Worth.MISFIT, words=f"it answered {status}, not as a read service does")


class _Regime(Struct):
    code: str | None = None


class _Establishment(Struct):
    uai: str | None = None


class _Admission(Struct):
    date_debut: str | UnsetType | None = UNSET
    date_fin: str | UnsetType | None = UNSET
    est_inscrit: bool | UnsetType | None = UNSET
    regime_formation: _Regime | UnsetType | None = UNSET
    code_cog_insee_commune: str | UnsetType | None = UNSET
    etablissement_etudes: _Establishment | UnsetType | None = UNSET


class _Data(Struct):
    admissions: list[_Admission] | UnsetType | None = UNSET


class _Particulier(Struct):
    data: _Data


class _Enrolment(Struct):
    dateDebutInscription: str | None
    dateFinInscription: str | None
    statut: str | None
    etablissement: _Establishment
    regime: str | None = None
    codeCommune: str | None = None


class _Student(Struct):
    inscriptions: list[_Enrolment]


class _Source(Struct):
    parameter: str | None = None


class _Error(Struct):
    code: str
    source: _Source | None = None


class _Errors(Struct):
    errors: list[_Error]


class _Details(Struct):
    parameter: str | list[str] | None = None


class _Refusal(Struct):
    message: str
    details: _Details


def _decoded(body: bytes, shape: type[Shape]) -> list[Shape]:
    """Return the body in that shape, alone in a list; an empty list when it has another."""
    try:
        return [msgspec.json.decode(body, type=shape)]
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return []


def _read_student(body: bytes) -> Reading:
    return next((Reading(Worth.READ, tuple(map(_shown, one.inscriptions))) for one in _decoded(body, _Student)), NOTHING_SAID)


def _shown(one: _Enrolment) -> Shown:
    return Shown(
        uai=_text(one.etablissement.uai),
        start=_text(one.dateDebutInscription)[:10],
        end=_text(one.dateFinInscription)[:10],
        statut=_text(one.statut).lower(),
        regime=_REGIMES.get(_text(one.regime).lower(), ""),
        commune=_text(one.codeCommune),
    )


def _read_admissions(body: bytes) -> Reading:
    for found in _decoded(body, _Particulier):
        admissions = found.data.admissions
        if admissions is None:
            return NOTHING_SAID
        missing = ["admissions"] if admissions is UNSET else _missing(admissions)
        if missing:
            scopes = ", ".join(dict.fromkeys(f"`{SCOPES[key]}`" for key in missing))
            return Reading(Worth.MISFIT, words=f"its answers lack {', '.join(missing)}: the token has no scope {scopes}")
        if not isinstance(admissions, UnsetType):
            return Reading(Worth.READ, tuple(map(_admitted, admissions)))
    return NOTHING_SAID


def _missing(admissions: list[_Admission]) -> list[str]:
    """Return the keys that an admission lacks: a missing scope takes the key away, an unknown value leaves it null."""
    return [name for name in _Admission.__struct_fields__ if any(getattr(one, name) is UNSET for one in admissions)]


def _admitted(one: _Admission) -> Shown:
    enrolled = {True: "inscrit", False: "admis"}
    return Shown(
        uai=_text(one.etablissement_etudes.uai) if isinstance(one.etablissement_etudes, _Establishment) else "",
        start=_text(one.date_debut)[:10],
        end=_text(one.date_fin)[:10],
        statut=enrolled[one.est_inscrit] if isinstance(one.est_inscrit, bool) else "",
        regime=_text(one.regime_formation.code) if isinstance(one.regime_formation, _Regime) else "",
        commune=_text(one.code_cog_insee_commune),
    )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _not_found(kind: ReadKind, body: bytes) -> Reading:
    """Read a 404: only the service's own says that the registry shows nobody; a proxy's page says that the address is wrong."""
    known = [error.code for answer in _decoded(body, _Errors) for error in answer.errors]
    if kind == "api-particulier-v3" and known:
        return Reading(Worth.READ) if known == [NOT_FOUND] else NOTHING_SAID
    if kind == "supdata" and _decoded(body, _Refusal):
        return Reading(Worth.READ)
    return Reading(Worth.MISFIT, words="its 404 is not a read service's own")


def _invalid(status: int, body: bytes) -> Reading:
    """Read a refusal of the request: one of the number asked for says nothing, any other stands for all requests."""
    parameters = [error.source.parameter for one in _decoded(body, _Errors) for error in one.errors if error.source]
    parameters += [one.details.parameter for one in _decoded(body, _Refusal) if isinstance(one.details.parameter, str)]
    if any((name or "").lower() == "ine" for name in parameters):
        return NOTHING_SAID
    named = next((name for name in ("recipient", "X-Caller") if name in parameters), "")
    return Reading(Worth.MISFIT, words=f"it refused the request ({status}{f', {named}' if named else ''})")


_READERS: Mapping[ReadKind, Callable[[bytes], Reading]] = {"supdata": _read_student, "api-particulier-v3": _read_admissions}
