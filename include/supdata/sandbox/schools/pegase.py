"""A university's system in the shape of PEGASE: a login that gives a bearer token, and a paged list of enrolments.

Paths, parameters and fields are those of PEGASE's external enrolment API, version 2.6.0.
"""

import secrets
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Form, HTTPException, Query
from fastapi.requests import Request
from fastapi.responses import PlainTextResponse

from supdata.records.uai import uai_key
from supdata.sandbox.schools.entries import Damage, Entry, Site

LOGIN_PATH = "/cas/v1/tickets"
LIST_PATH = "/api/ins/ext/v2/gestion/flux-inscriptions/pagine"
PERIOD = "PER-2026"
#: The largest page PEGASE gives when photographs are not asked for.
LARGEST_PAGE = 500
#: 1 September 2026, midnight UTC: when the first enrolment was last touched; each next one a minute later.
FIRST_TOUCHED = 1_788_220_800

STATUTS = {
    "inscrit": ("valide", "paye"),
    "admis": ("valide", "en_attente"),
    "annule": ("annulee", "paye"),
    "unfinished": ("valide", "sans_statut"),
}
REGIMES = {"RF2": "10", "RF3": "11", "RF4": "12", "RF6": "20", "RF5": "21", "RF7": "22", "none": "90"}
SITES = {
    Site.MAIN: "0442953W",
    Site.ANNEX: "0851655M",
    Site.NOWHERE: f"0490970{uai_key('0490970')}",  # a structure that was opened without telling us where it stands
}

Json = dict[str, Any]


def as_flux(entries: Iterable[Entry]) -> list[Json | None]:
    """Return the list PEGASE would serve for `entries`, in their order; None where a row is not an object."""
    return [None if one.damage is Damage.NOT_AN_OBJECT else _row(one, place) for place, one in enumerate(entries)]


def _row(entry: Entry, place: int) -> Json:
    return {
        **_person(entry),
        **_enrolment(entry),
        "derniereModification": FIRST_TOUCHED + 60 * place,
        "derniereModificationApprenant": FIRST_TOUCHED,
    }


def _person(entry: Entry) -> Json:
    student = entry.student
    return {
        "codeApprenant": str(entry.number),
        **({"INE": entry.ine} if entry.ine else {}),  # not among the required fields: an absent number is an absent key
        "civilite": student.sex,
        "nomUsage": student.family_name,
        "nomFamille": student.family_name,
        "prenom": student.first_name,
        "dateDeNaissance": entry.birth,
        "nationalite": "100",
        "droitPhoto": False,
        "mobilite": "SANS",
        "adresses": [],
        "mels": [],
        "telephones": [],
        "bourses": [],
    }


def _enrolment(entry: Entry) -> Json:
    state, payment = STATUTS[entry.statut]
    return {
        "UAI": entry.uai,
        "UAIStructurePrincipale": SITES[entry.site],
        "regime": REGIMES[entry.regime],
        "statutInscription": state,
        "statutPaiement": payment,
        "inscriptionPrincipale": True,
        "formation": f"F{entry.diploma[-4:]}",
        "codeDiplomeSISE": entry.diploma,
        "anneeUniversitaire": 2026,
        "periode": "Année universitaire 2026/2027",
        "dateInscription": "2026-07-10T00:00:00",
        "chemin": [],
    }


def build_pegase(rows: Sequence[Json | None], *, login: str, password: str) -> FastAPI:
    """Return the server that lists `rows` to whoever logs in with `login` and `password`."""
    app = FastAPI(title="INS - Inscription Externe", docs_url=None, redoc_url=None, openapi_url=None)
    tickets: set[str] = set()

    @app.post(LOGIN_PATH, status_code=201, response_class=PlainTextResponse)
    def log_in(username: Annotated[str, Form()], given: Annotated[str, Form(alias="password")]) -> str:
        right = secrets.compare_digest(username.encode(), login.encode())
        if not (secrets.compare_digest(given.encode(), password.encode()) and right):
            raise HTTPException(401, "Identifiant ou mot de passe incorrect")
        ticket = ".".join(secrets.token_urlsafe(24) for _ in range(3))  # the look of a JWT; only we read it
        tickets.add(ticket)
        return ticket

    @app.get(LIST_PATH)
    def list_flux(  # noqa: PLR0917  # FastAPI calls it, by name
        request: Request,
        page: Annotated[int, Query(ge=0)] = 0,
        taille: int = 50,
        depuis: int = 0,
        jusqua: int = 0,
        codePeriode: str = PERIOD,  # noqa: N803  # PEGASE's own name
    ) -> Json:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in tickets:
            raise HTTPException(401, "Jeton absent ou expiré")
        if not 1 <= taille <= LARGEST_PAGE:
            raise HTTPException(400, "La pagination est invalide")
        found = [row for row in rows if _touched_between(row, depuis, jusqua)] if codePeriode == PERIOD else []
        return _page(found, page, taille)

    return app


def _touched_between(row: Json | None, since: int, until: int) -> bool:
    touched = FIRST_TOUCHED if row is None else int(row["derniereModification"])
    return touched >= since and (until == 0 or touched < until)


def _page(found: Sequence[Json | None], page: int, size: int) -> Json:
    return {
        "taille": size,
        "resultats": found[page * size : (page + 1) * size],
        "totalElements": len(found),
        "page": page,
        "totalPages": -(-len(found) // size),
    }
