"""The establishment or the commune that was meant, where one only can have been."""

import re
from collections.abc import Iterator

from supdata.config.models import Commune, Institution
from supdata.records.commune import load_communes
from supdata.validate.commune_faults import HARMLESS, commune_fault
from supdata.validate.ine_suggestions import is_a_slip, only


def own_uai(text: str, institution: Institution) -> str:
    """Return the institution's own UAI that `text` is a slip, a lost zero or a missing letter away from."""
    own = (institution.uai, *institution.also)
    same_digits = [one for one in own if text and (text.zfill(8) == one or text[:7].zfill(7) == one[:7])]
    return only(same_digits) or only(one for one in own if is_a_slip(text, one))


def commune(text: str, facts: Commune) -> str:
    """Return the code that `text` stands for and that the rules take: with its zero, of the other kind, of the successor."""
    return only(code for code in _readings(text, facts) if commune_fault(code, facts, load_communes()) in HARMLESS)


def _readings(text: str, facts: Commune) -> Iterator[str]:
    table = load_communes()
    if len(text) == 4:
        yield f"0{text}"
    yield re.sub(r"\s|\.0$", "", text).replace("O", "0")
    yield from table.successors(text) if facts.column_holds != "postal" else _postal(table.successors(text))
    at_home = [one for one in facts.own if text in {one.insee, one.postal}]
    if facts.column_holds == "postal":
        yield from [one.postal for one in at_home] or table.postal_codes(text)
    elif facts.column_holds == "insee":
        yield from [one.insee for one in at_home] or table.insee_codes(text)


def _postal(insee_codes: tuple[str, ...]) -> Iterator[str]:
    for insee in insee_codes:
        yield from load_communes().postal_codes(insee)


def own_commune_near(text: str, facts: Commune) -> str:
    """Return the code of the institution's only commune in the département of a CEDEX code."""
    near = [one for one in facts.own if one.postal[:2] == text[:2]]
    return only([one.insee if facts.column_holds == "insee" else one.postal for one in near])
