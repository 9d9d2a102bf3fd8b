"""The same rules as a pandera schema over pandas, validated lazily; its checks are vectorised as ours are.

Rules on several columns are checks on a derived column: a check on the whole frame would list a failing row once per column.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from benchmarks.contender import Reasons
from benchmarks.lots_of_rows import COMMUNE_FAULTS
from supdata.config.models import Institution
from supdata.records.commune import load_communes
from supdata.records.enrolment import CONTENT_FIELDS, Enrolment
from supdata.records.ine import PLACEHOLDER, SHAPES, Family
from supdata.records.lines import read_lines
from supdata.validate.characters import ine_keys_right, uai_keys_right

Holds = Callable[[pd.Series], pd.Series]
KEYED = {"INE-KEY-BEA": Family.BEA, "INE-KEY-BASE36": Family.BASE36, "INE-KEY-RNIE": Family.RNIE}


def _check(name: str, holds: Holds) -> pa.Check:
    return pa.Check(holds, name=name, error=name, ignore_na=True)


def _key(family: Family) -> Holds:
    return lambda ine: pd.Series(ine_keys_right(list(ine), family), index=ine.index)


def _columns(school: Institution) -> dict[str, pa.Column]:
    start, end = (pd.Timestamp(day) for day in (school.year.start, school.year.end))
    unusual = {*range(10, 14), *range(101, 111)}
    checks = {
        "ine": [_check("INE-ABSENT", lambda s: s != "")],
        "family": [
            _check("INE-PLACEHOLDER", lambda s: s != "filler"),
            _check("INE-FORMAT", lambda s: s != Family.UNKNOWN),
            _check("INE-PROVISIONAL", lambda s: s != Family.PROVISIONAL),
        ],
        "number": [_check(name, _key(family)) for name, family in KEYED.items()],
        "births": [_check("INE-TWO-BIRTHS", lambda s: s <= 1)],
        "dateNaissance": [_check("BIRTH-ABSENT", lambda s: s != "")],
        "bornReal": [_check("BIRTH-REAL", lambda s: s)],
        "age": [_check("BIRTH-PLAUSIBLE", lambda s: s.between(10, 110)), _check("BIRTH-UNUSUAL", lambda s: ~s.isin(unusual))],
        "startReal": [_check("START-REAL", lambda s: s)],
        "endReal": [_check("END-REAL", lambda s: s)],
        "days": [_check("DATES-ORDER", lambda s: s >= 0)],
        "over": [_check("DATES-SPAN", lambda s: s <= 0)],
        "start": [_check("DATES-YEAR", lambda s: s.between(start, end))],
        "end": [_check("DATES-YEAR", lambda s: s <= end)],
        "statut": [
            _check("STATUT-KNOWN", lambda s: s.isin(["admis", "inscrit", "annule"])),
            _check("STATUT-CANCELLED", lambda s: s != "annule"),
        ],
        "regime": [_check("REGIME-KNOWN", lambda s: s.isin([f"RF{number}" for number in range(1, 8)]))],
        "cursus": [_check("CURSUS-KNOWN", lambda s: s.isin(["", "L", "M", "D"]))],
        "contents": [_check("KEY-CONFLICT", lambda s: s <= 1)],
        "uai": [_check("UAI-FORMAT", lambda s: s.str.fullmatch("[0-9]{7}[A-HJ-NPR-Z]"))],
        "uaiShaped": [_check("UAI-KEY", lambda s: pd.Series(uai_keys_right(list(s)), index=s.index))],
        "uaiRight": [_check("UAI-OWNER", lambda s: s.isin([school.uai, *school.also]))],
        "fault": [
            _check("COMMUNE-KNOWN", lambda s: s != "unknown"),
            _check("COMMUNE-FORMER", lambda s: s != "former"),
            _check("COMMUNE-AMBIGUOUS", lambda s: s != "ambiguous"),
        ],
        "sent": [_check("COMMUNE-EMIT", lambda s: s != "")],
    }
    return {name: pa.Column(None, checks=of_column, nullable=True) for name, of_column in checks.items()}


def _read(path: Path) -> pd.DataFrame:
    values = attrgetter(*CONTENT_FIELDS)
    with path.open("rb") as stream:
        return pd.DataFrame(map(values, read_lines(stream, Enrolment)), columns=[*CONTENT_FIELDS], dtype=object)


def _frame(path: Path, school: Institution) -> pd.DataFrame:
    frame = _read(path)
    ine = frame["ine"]
    filler = ine.str.fullmatch(PLACEHOLDER)
    family = pd.Series(str(Family.UNKNOWN), index=frame.index, dtype=object)
    for name, shape in SHAPES.items():
        family[ine.str.fullmatch(shape)] = str(name)
    frame["family"] = family.mask(filler, "filler").where(ine != "", None)
    frame["number"] = ine.where((ine != "") & ~filler, None)
    _add_days(frame, school)
    _add_places(frame, school)
    born = frame["dateNaissance"].where(frame["dateNaissance"] != "")
    frame["births"] = born.groupby(frame["number"]).transform("nunique").where(born.notna())
    compared = [name for name in CONTENT_FIELDS if name != "dateNaissance"]
    content = pd.util.hash_pandas_object(frame[compared], index=False)
    comparable = frame["number"].notna() & (frame["statut"] != "annule")
    keys = [frame[name][comparable] for name in ("uai", "ine", "dateDebutInscription", "diplome")]
    frame["contents"] = content[comparable].groupby(keys).transform("nunique")
    return frame


def _add_days(frame: pd.DataFrame, school: Institution) -> None:
    for name, text in (("born", "dateNaissance"), ("start", "dateDebutInscription"), ("end", "dateFinInscription")):
        frame[name] = pd.to_datetime(frame[text], format="%Y-%m-%d", errors="coerce")
        frame[f"{name}Real"] = frame[name].notna() | ((frame[text] == "") & (name == "born"))
    year, born = school.year.start, frame["born"].dt
    to_come = (born.month > year.month) | ((born.month == year.month) & (born.day > year.day))
    frame["age"] = year.year - born.year - to_come
    frame["days"] = (frame["end"] - frame["start"]).dt.days
    frame["over"] = (frame["end"] - (frame["start"] + pd.DateOffset(months=18))).dt.days


def _add_places(frame: pd.DataFrame, school: Institution) -> None:
    uai, table = frame["uai"], load_communes()
    shaped = uai.str.fullmatch("[0-9]{7}[A-HJ-NPR-Z]")
    frame["uaiShaped"] = uai.where(shaped, None)
    frame["uaiRight"] = uai.where(uai_keys_right(list(uai)), None)
    kinds = COMMUNE_FAULTS[school.commune.column_holds]
    faults = {code: kinds.get(table.classify(code), "") for code in frame["codeCommune"].unique()}
    frame["fault"] = frame["codeCommune"].map(faults)
    sent = frame["communePostal" if school.commune.emit == "postal" else "communeInsee"]
    frame["sent"] = sent.where(frame["fault"].isin(["", "ambiguous"]), None)


class WithPandera:
    """Reasons from the failure cases of a lazy validation."""

    def warm_up(self, school: Institution) -> None:
        """Read the table of communes, which everyone needs."""
        load_communes()

    def judge(self, path: Path, school: Institution) -> Reasons:
        """Judge; the answer is the reasons of the rows that have some."""
        schema = pa.DataFrameSchema(_columns(school))
        try:
            schema.validate(_frame(path, school), lazy=True)
        except SchemaErrors as error:
            return _reasons(error.failure_cases)
        return {}

    def count(self, answer: Reasons) -> Counter[str]:
        """Count the reasons by rule."""
        return Counter(rule for row in answer.values() for rule in set(row))


def _reasons(cases: pd.DataFrame) -> Reasons:
    found: dict[int, list[str]] = defaultdict(list)
    for place, rule in zip(np.asarray(cases["index"]).tolist(), cases["check"].tolist(), strict=True):
        found[place].append(rule)
    return {place: tuple(rules) for place, rules in found.items()}
