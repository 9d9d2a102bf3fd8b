"""Communes: a code is completed only by what follows from it. The table is the real one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.normalise.commune import ColumnHolds, CommuneCodes, commune_reader
from supdata.records.commune import load_communes


@pytest.mark.parametrize(
    ("code", "column_holds", "expected"),
    [
        ("44000", "postal", CommuneCodes(insee="44109", postal="44000")),  # Nantes: one of its four postal codes
        ("44109", "insee", CommuneCodes(insee="44109", postal="")),
        ("88413", "insee", CommuneCodes(insee="88413", postal="88100")),  # Saint-Dié-des-Vosges: its only one
        ("88100", "postal", CommuneCodes(insee="", postal="88100")),  # a postal code of several communes
        ("2A004", "insee", CommuneCodes(insee="2A004", postal="")),
        ("44000", "either", CommuneCodes(insee="44109", postal="44000")),
        ("44109", "either", CommuneCodes(insee="44109", postal="")),
        ("44000", "insee", CommuneCodes("", "")),
        ("44109", "postal", CommuneCodes("", "")),
        ("01206", "postal", CommuneCodes("", "")),  # a CEDEX code, in the registry's own example; as INSEE another commune
        ("1004", "either", CommuneCodes("", "")),
        ("", "either", CommuneCodes("", "")),
    ],
)
def test_both_codes_are_filled_where_they_can_be_known(code: str, column_holds: ColumnHolds, expected: CommuneCodes) -> None:
    assert commune_reader(load_communes(), column_holds)(code) == expected


def test_a_value_that_is_two_places_says_neither() -> None:
    """13001 is Aix-en-Provence by INSEE, and a postal code of Marseille."""
    communes = load_communes()
    assert commune_reader(communes, "either")("13001") == CommuneCodes("", "")
    assert commune_reader(communes, "insee")("13001").insee == "13001"
    assert commune_reader(communes, "postal")("13001") == CommuneCodes(insee="13201", postal="13001")


def test_a_value_that_is_one_place_by_both_readings_says_both() -> None:
    assert commune_reader(load_communes(), "either")("83143") == CommuneCodes(insee="83143", postal="83143")


@given(st.sampled_from(sorted(load_communes().postal_by_insee)))
def test_what_either_reading_would_fill_is_what_both_readings_agree_on(code: str) -> None:
    communes = load_communes()
    either = commune_reader(communes, "either")(code)
    as_insee, as_postal = commune_reader(communes, "insee")(code), commune_reader(communes, "postal")(code)
    if communes.is_postal(code):
        assert either.insee in {"", as_postal.insee}
        assert either.postal in {"", as_postal.postal}
    assert either.insee in {"", as_insee.insee}
    assert either.postal in {"", as_insee.postal, code}


def test_a_code_right_by_both_readings_is_kept_though_its_commune_has_other_postal_codes() -> None:
    """75116 is Paris 16e by INSEE and one of its two postal codes."""
    assert commune_reader(load_communes(), "either")("75116") == CommuneCodes(insee="75116", postal="75116")
