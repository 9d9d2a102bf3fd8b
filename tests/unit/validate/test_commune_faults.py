"""Communes: every class of code is told apart, and the institution's own commune decides where two readings stand."""

import pytest

from supdata.config.models import Commune, OwnCommune
from supdata.records.commune import load_communes
from supdata.validate.commune_faults import commune_fault

AIX = OwnCommune(insee="13001", postal="13090")
MARSEILLE = OwnCommune(insee="13201", postal="13001")
NOUMEA = OwnCommune(insee="98818", postal="98800")

#: A code, then what is wrong with it in a column of postal codes, of INSEE codes, and of either.
CODES = {
    "only INSEE": ("44109", ("kind", "", "")),
    "only postal": ("44000", ("", "kind", "")),
    "both, one place": ("02350", ("", "", "")),
    "both, two places": ("13001", ("", "", "ambiguous")),
    "a CEDEX code": ("75634", ("cedex", "cedex", "cedex")),
    "a CEDEX code that is an INSEE code elsewhere": ("01206", ("kind", "", "")),
    "a former commune": ("14697", ("kind", "former", "former")),
    "a former code of Corsica": ("20004", ("kind", "former", "former")),
    "a country": ("99100", ("foreign", "foreign", "foreign")),
    "Monaco": ("98000", ("foreign", "foreign", "foreign")),
    "overseas by INSEE code": ("97701", ("kind", "overseas", "overseas")),
    "overseas by postal code": ("98800", ("overseas", "kind", "overseas")),
    "overseas by one reading only": ("97133", ("overseas", "", "ambiguous")),
    "a zero lost": ("1400", ("lost_zero", "lost_zero", "lost_zero")),
    "four digits of nothing": ("0000", ("unknown", "unknown", "unknown")),
    "a round number of nothing": ("44900", ("unknown", "unknown", "unknown")),
    "a name": ("NANTES", ("unknown", "unknown", "unknown")),
    "nothing": ("", ("unknown", "unknown", "unknown")),
}


@pytest.mark.parametrize("case", CODES)
def test_each_class_of_code_is_told_apart(case: str) -> None:
    code, expected = CODES[case]
    found = tuple(commune_fault(code, Commune(column_holds=holds), load_communes()) for holds in ("postal", "insee", "either"))
    assert found == expected


@pytest.mark.parametrize("own", [AIX, MARSEILLE])
def test_the_institution_s_own_commune_decides_between_two_readings(own: OwnCommune) -> None:
    assert commune_fault("13001", Commune(own=[own]), load_communes()) == ""


def test_an_institution_overseas_is_at_home_there() -> None:
    assert commune_fault("98800", Commune(column_holds="postal", own=[NOUMEA]), load_communes()) == ""
    assert commune_fault("97500", Commune(column_holds="postal", own=[NOUMEA]), load_communes()) == "overseas"
