"""The table of communes: its size, its ambiguities, and the lookups on real places."""

import pytest

from supdata.records.commune import CommuneClass, load_communes
from supdata.records.reference.make_communes import table_rows

TABLE = load_communes()


def test_the_table_has_every_commune_of_its_year() -> None:
    """34,969 communes and 45 municipal arrondissements in 2026, under 6,310 postal codes."""
    assert len(TABLE.postal_by_insee) == 34_969 + 45
    assert len(TABLE.insee_by_postal) == 6_310


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("44109", CommuneClass.INSEE),
        ("44000", CommuneClass.POSTAL),
        ("75116", CommuneClass.BOTH_SAME),
        ("97133", CommuneClass.BOTH_DIFFERENT),
        ("14697", CommuneClass.FORMER),
        ("75634", CommuneClass.UNKNOWN),
        ("99138", CommuneClass.UNKNOWN),
        ("", CommuneClass.UNKNOWN),
        ("2a004", CommuneClass.UNKNOWN),
    ],
)
def test_a_value_is_classed_by_what_it_can_be_read_as(code: str, expected: CommuneClass) -> None:
    """CEDEX (75634) and foreign codes (99138) are not in the table."""
    assert TABLE.classify(code) is expected


def test_a_city_has_all_its_postal_codes_and_each_leads_back() -> None:
    assert TABLE.postal_codes("44109") == ("44000", "44100", "44200", "44300")
    assert all(TABLE.insee_codes(postal) == ("44109",) for postal in TABLE.postal_codes("44109"))


def test_a_postal_code_of_paris_names_its_arrondissement() -> None:
    assert TABLE.insee_codes("75009") == ("75109",)
    assert TABLE.is_insee("75056")


def test_a_postal_code_of_many_communes_names_them_all() -> None:
    assert len(TABLE.insee_codes("51300")) > 40


def test_unknown_codes_have_no_counterpart() -> None:
    assert TABLE.postal_codes("00000") == ()
    assert TABLE.insee_codes("00000") == ()
    assert TABLE.successors("44109") == ()


def test_every_postal_code_of_a_commune_leads_back_to_it_or_to_its_arrondissements() -> None:
    cities = {"75056", "69123", "13055"}
    for insee, postal_codes in TABLE.postal_by_insee.items():
        for postal in postal_codes:
            assert insee in TABLE.insee_codes(postal) or insee in cities, insee


def test_the_table_keeps_what_merged_communes_were() -> None:
    """A commune déléguée with a code of its own, and a renumbered commune, lead to the present one."""
    rows = table_rows(
        [
            {"code": "10001", "nom": "Neuve", "type": "commune-actuelle", "codesPostaux": ["10100"], "anciensCodes": ["10009"]},
            {"code": "10002", "nom": "Partie", "type": "commune-deleguee", "chefLieu": "10001"},
            {"code": "10001", "nom": "Neuve", "type": "commune-deleguee", "chefLieu": "10001"},
        ]
    )
    assert rows == [("10001", "Neuve", "", "10100", "10002 10009")]
