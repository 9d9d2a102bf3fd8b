"""Where in the school's own system a column of its export comes from, as far as its makers have published it.

Menus and screens are named only where the system's own source or manual shows them; elsewhere the record that holds the value
is named, as what its makers publish has it. A column that is not listed is named by itself on the page: nothing is guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from supdata.config.models import Institution
from supdata.report.tongue import Tongue


@dataclass(frozen=True)
class System:
    """One system: its name, and where each column that is known belongs."""

    name: str
    places: Mapping[str, str]


# The tables of Apogée's own database, by which its administrators and the vendor's manuals name every value.
_PERSON = "dossier de l’étudiant, identité (table INDIVIDU)"
_YEAR = "inscription administrative annuelle (table INS_ADM_ANU)"
_STAGE = "inscription administrative à l’étape (table INS_ADM_ETP)"
_APOGEE = {
    "COD_ETU": _PERSON,
    "COD_NNE_IND": _PERSON,
    "COD_CLE_NNE_IND": _PERSON,
    "DATE_NAI_IND": _PERSON,
    "COD_RGI": _YEAR,
    "ETA_IAE": _STAGE,
    "ETA_PMT_IAE": _STAGE,
}
# ScoDoc 9's own source: the menu of a student's page.
_SCODOC_PAGE = "fiche de l’étudiant, « Changer les données identité/admission »"
# PEGASE's inscription-ext-api-v2: what is the learner's, and what the enrolment's.
_LEARNER = "données de l’apprenant"
_ENROLMENT = "données de l’inscription"
_PEGASE = {
    "codeApprenant": _LEARNER,
    "INE": _LEARNER,
    "dateDeNaissance": _LEARNER,
    "statutPaiement": _ENROLMENT,
    "regime": _ENROLMENT,
    "codeDiplomeSISE": _ENROLMENT,
}
# SIECLE's export ElevesSansAdresses: all of these are elements of ELEVE in the school's base of pupils.
_PUPIL = "dossier de l’élève, base élèves établissement"
_SIECLE = ("INE_RNIE", "ID_NATIONAL", "DATE_NAISS", "CODE_STATUT", "CODE_MEF", "DATE_SORTIE")
# Aimaira's API: entities Apprenant and Inscription.
_AIMAIRA = {
    "Apprenant.Code": "fiche Apprenant",
    "Apprenant.NumeroIne": "fiche Apprenant",
    "Apprenant.DateNaissance": "fiche Apprenant",
    "RegimeInscriptionId": "fiche Inscription",
    "EtatInscriptionId": "fiche Inscription",
}

SYSTEMS: Mapping[str, System] = MappingProxyType(
    {
        "apogee-csv": System("Apogée", _APOGEE),
        "apogee-oracle": System("Apogée", _APOGEE),
        "pegase": System("PEGASE", _PEGASE),
        "scodoc": System("ScoDoc", dict.fromkeys(("code_nip", "code_ine", "date_naissance"), _SCODOC_PAGE)),
        "siecle": System("SIECLE", dict.fromkeys(_SIECLE, _PUPIL)),
        "aimaira": System("Aimaira", _AIMAIRA),
    }
)


def whereabouts(institution: Institution, fields: tuple[str, ...], tongue: Tongue) -> str:
    """Say where in the school's system `fields` are kept; "" where its preset does not tell."""
    system = SYSTEMS.get(institution.preset or "")
    if system is None:
        return ""
    mapped = institution.columns.mapped()
    columns = [column for name in fields if name in mapped for column in mapped[name].source_columns()]
    places = dict.fromkeys(system.places[column] for column in columns if column in system.places)
    said = " ; ".join(tongue.say(place) for place in places)
    return tongue.say("dans {system} : {places}", system=system.name, places=said) if said else ""
