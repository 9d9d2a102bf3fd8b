"""The canonical enrolment: one typed record between all stages."""

import msgspec


class Enrolment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One student's enrolment for one year, in the registry's own field names.

    Every field is text, "" when absent. Where normalisation understood the source, a field holds the canonical form (ISO
    dates, `admis`/`inscrit`, `RF1`..`RF7`, upper-case INE); where it did not, it holds what was found, trimmed, so that a
    rule can name it. `codeCommune` is what was found; `communeInsee` and `communePostal` are filled where they can be known.
    No name, sex or birthplace has a place here. (`gc=False`: it holds texts only, and a million of them need no collecting.)
    """

    source: str
    row: int
    sisId: str = ""
    ine: str = ""
    dateNaissance: str = ""
    dateDebutInscription: str = ""
    dateFinInscription: str = ""
    statut: str = ""
    regime: str = ""
    codeCommune: str = ""
    communeInsee: str = ""
    communePostal: str = ""
    uai: str = ""
    cursus: str = ""
    diplome: str = ""
    niveauDiplome: str = ""

    @property
    def natural_key(self) -> tuple[str, str, str, str]:
        """What makes two rows the same enrolment: establishment, student, start, diploma."""
        return (self.uai, self.ine, self.dateDebutInscription, self.diplome)

    @property
    def content(self) -> tuple[str, ...]:
        """All that the registry could be told, without provenance: equal content makes two rows duplicates."""
        return tuple(getattr(self, name) for name in CONTENT_FIELDS)


#: The fields a school can map from its own columns, in the order of the registry's contract.
REGISTRY_FIELDS = (
    "ine",
    "dateNaissance",
    "dateDebutInscription",
    "dateFinInscription",
    "statut",
    "regime",
    "codeCommune",
    "uai",
    "cursus",
    "diplome",
    "niveauDiplome",
)
CONTENT_FIELDS = (*REGISTRY_FIELDS, "communeInsee", "communePostal")
