"""The list of enrolments has the shape PEGASE gives."""

from itertools import pairwise

from supdata.sandbox.schools.pegase import Json, as_flux
from supdata.sandbox.schools.world import build_world

#: `VueInscription.required` of version 2.6.0, but for `statusInscription`, a slip: the property is `statutInscription`.
REQUIRED = {
    "UAI", "regime", "bourses", "chemin", "adresses", "mels",
    "telephones", "codeApprenant", "civilite", "nomUsage", "nomFamille", "prenom",
    "dateDeNaissance", "nationalite", "droitPhoto", "formation", "mobilite", "dateInscription",
    "derniereModification", "derniereModificationApprenant", "periode", "statutPaiement", "statutInscription",
}  # fmt: skip


def rows() -> list[Json]:
    return [row for row in as_flux(line.entry for line in build_world().pegase.lines) if row is not None]


def test_a_line_that_is_no_object_is_served_as_null() -> None:
    served = as_flux(line.entry for line in build_world().pegase.lines)
    assert served.count(None) == sum(line.mistake == "row_not_an_object" for line in build_world().pegase.lines) > 0


def test_an_absent_number_is_an_absent_key() -> None:
    absent = [row for row in rows() if "INE" not in row]
    assert len(absent) == sum(line.mistake == "ine_absent" for line in build_world().pegase.lines)


def test_each_row_was_touched_later_than_the_one_before() -> None:
    touched = [row["derniereModification"] for row in rows()]
    assert all(earlier < later for earlier, later in pairwise(touched))


def test_a_row_has_every_field_the_specification_requires() -> None:
    assert all(row.keys() >= REQUIRED for row in rows())
