"""The same rules written by hand for polars, in its own expressions, as fast as it goes."""

from collections import Counter
from pathlib import Path

import polars as pl

from benchmarks.lots_of_rows import COMMUNE_FAULTS
from supdata.config.models import Institution
from supdata.records.commune import load_communes
from supdata.records.enrolment import CONTENT_FIELDS
from supdata.records.ine import BEA_LETTERS, RNIE_LETTERS, SHAPES, Family
from supdata.records.uai import KEY_LETTERS

#: The fillers of `records.ine`; without its back reference, which the regular expressions of polars do not have.
FILLER = (
    r"(?i)^(?:INCONNUE?|AUCUN|N[EÉ]ANT|ABSENT|VIDE|NULL|NAN|<NA>|N/?A|#[A-Z/0]+[!?]?|NC|NR"
    r"|SANS( INE)?|EN COURS|[EÉ]TRANGER|[-?.0]+|"
    + "|".join(f"{c}{{10}}[0-9A-Z]?" for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    + ")$"
)


def _letters(letters: str, index: pl.Expr) -> pl.Expr:
    return index.replace_strict(list(range(len(letters))), list(letters), default=None, return_dtype=pl.String)


def _shape(family: Family) -> pl.Expr:
    return pl.col("ine").str.contains(f"^(?:{SHAPES[family]})$")


def _ine_rules() -> dict[str, pl.Expr]:
    ine, filler = pl.col("ine"), pl.col("filler")
    bea = _letters(BEA_LETTERS, ine.str.slice(0, 10).cast(pl.Int64, strict=False) % 23) != ine.str.slice(10, 1)
    base36 = ine.str.slice(0, 10).str.to_integer(base=36, strict=False) % 10 != ine.str.slice(10, 1).cast(
        pl.Int64, strict=False
    )
    key = 97 - ine.str.slice(0, 9).cast(pl.Int64, strict=False) % 97
    rnie = _letters(RNIE_LETTERS, key // 10) + _letters(RNIE_LETTERS, key % 10) != ine.str.slice(9, 2)
    family = pl.col("family")
    return {
        "INE-ABSENT": ine == "",
        "INE-PLACEHOLDER": filler,
        "INE-FORMAT": (ine != "") & ~filler & (family == Family.UNKNOWN),
        "INE-KEY-BEA": (family == Family.BEA) & ~filler & bea,
        "INE-KEY-BASE36": (family == Family.BASE36) & ~filler & base36,
        "INE-KEY-RNIE": (family == Family.RNIE) & ~filler & rnie,
        "INE-PROVISIONAL": (family == Family.PROVISIONAL) & ~filler,
        "INE-TWO-BIRTHS": pl.col("comparable") & (pl.col("dateNaissance") != "") & (pl.col("births") > 1),
    }


def _date_rules(school: Institution) -> dict[str, pl.Expr]:
    start, end = school.year.start, school.year.end
    age, born = pl.col("age"), pl.col("born")
    return {
        "BIRTH-ABSENT": pl.col("dateNaissance") == "",
        "BIRTH-REAL": (pl.col("dateNaissance") != "") & born.is_null(),
        "BIRTH-PLAUSIBLE": ~age.is_between(10, 110),
        "BIRTH-UNUSUAL": age.is_between(10, 13) | age.is_between(101, 110),
        "START-REAL": pl.col("start").is_null(),
        "END-REAL": pl.col("end").is_null(),
        "DATES-ORDER": pl.col("end") < pl.col("start"),
        "DATES-SPAN": pl.col("end") > pl.col("start").dt.offset_by("18mo"),
        "DATES-YEAR": ~pl.col("start").is_between(start, end) | (pl.col("end") > end),
    }


def _word_rules() -> dict[str, pl.Expr]:
    return {
        "STATUT-KNOWN": ~pl.col("statut").is_in(["admis", "inscrit", "annule"]),
        "STATUT-CANCELLED": pl.col("statut") == "annule",
        "REGIME-KNOWN": ~pl.col("regime").is_in([f"RF{number}" for number in range(1, 8)]),
        "CURSUS-KNOWN": ~pl.col("cursus").is_in(["", "L", "M", "D"]),
        "KEY-CONFLICT": pl.col("comparable") & (pl.col("statut") != "annule") & (pl.col("contents") > 1),
    }


def _place_rules(school: Institution) -> dict[str, pl.Expr]:
    uai, fault = pl.col("uai"), pl.col("fault")
    shaped = uai.str.contains("^[0-9]{7}[A-HJ-NPR-Z]$")
    right = _letters(KEY_LETTERS, uai.str.slice(0, 7).cast(pl.Int64, strict=False) % 23) == uai.str.slice(7, 1)
    sent = pl.col("communePostal" if school.commune.emit == "postal" else "communeInsee")
    return {
        "UAI-FORMAT": ~shaped,
        "UAI-KEY": shaped & ~right,
        "UAI-OWNER": shaped & right & ~uai.is_in([school.uai, *school.also]),
        "COMMUNE-KNOWN": fault == "unknown",
        "COMMUNE-FORMER": fault == "former",
        "COMMUNE-AMBIGUOUS": fault == "ambiguous",
        "COMMUNE-EMIT": fault.is_in(["", "ambiguous"]) & (sent == ""),
    }


def _day(text: str) -> pl.Expr:
    """Read a date; by itself polars takes a year of three digits for one."""
    written = pl.when(pl.col(text).str.contains("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")).then(pl.col(text))
    return written.str.to_date("%Y-%m-%d", strict=False)


def _commune_faults(school: Institution) -> pl.DataFrame:
    table = load_communes()
    codes = sorted({*table.postal_by_insee, *table.insee_by_postal, *table.successors_by_former})
    kinds = COMMUNE_FAULTS[school.commune.column_holds]
    return pl.DataFrame({"codeCommune": codes, "fault": [kinds.get(table.classify(code), "") for code in codes]})


def _derived(frame: pl.LazyFrame, school: Institution) -> pl.LazyFrame:
    year = school.year.start
    families = pl.coalesce(*(pl.when(_shape(name)).then(pl.lit(str(name))) for name in SHAPES), pl.lit(str(Family.UNKNOWN)))
    day = {"born": "dateNaissance", "start": "dateDebutInscription", "end": "dateFinInscription"}
    frame = frame.join(_commune_faults(school).lazy(), on="codeCommune", how="left", maintain_order="left").with_columns(
        pl.col("fault").fill_null("unknown"),
        families.alias("family"),
        pl.col("ine").str.contains(FILLER).alias("filler"),
        *(_day(text).alias(name) for name, text in day.items()),
    )
    born = pl.col("born")
    to_come = (born.dt.month() > year.month) | ((born.dt.month() == year.month) & (born.dt.day() > year.day))
    compared = [name for name in CONTENT_FIELDS if name != "dateNaissance"]
    comparable = (pl.col("ine") != "") & ~pl.col("filler")
    conflicting = pl.struct(compared).hash().n_unique().over("uai", "ine", "dateDebutInscription", "diplome", "statutOff")
    return frame.with_columns(
        (year.year - born.dt.year() - to_come.cast(pl.Int32)).alias("age"),
        comparable.alias("comparable"),
        (pl.col("statut") == "annule").alias("statutOff"),
    ).with_columns(
        pl.col("dateNaissance").filter(pl.col("dateNaissance") != "").n_unique().over("ine").alias("births"),
        conflicting.alias("contents"),
    )


def _by_row(broken: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that break some rule, each with the names of its rules: one pair per breach, then grouped.

    A list made of thirty columns of all rows takes ten times as long.
    """
    pairs = [pl.DataFrame({"row": broken[name].arg_true()}).with_columns(rule=pl.lit(name)) for name in broken.columns]
    return pl.concat(pairs).group_by("row").agg("rule")


class WithPolars:
    """Reasons of the rows that have some, as lists, and from there to Python."""

    def warm_up(self, school: Institution) -> None:
        """Read the table of communes, which everyone needs."""
        load_communes()

    def judge(self, path: Path, school: Institution) -> dict[int, list[str]]:
        """Judge; the answer is the reasons of the rows that have some."""
        rules = _ine_rules() | _date_rules(school) | _word_rules() | _place_rules(school)
        enrolments = pl.scan_ndjson(path, schema=dict.fromkeys(CONTENT_FIELDS, pl.String))
        found = _by_row(_derived(enrolments, school).select(**rules).collect())
        return dict(zip(found["row"].to_list(), found["rule"].to_list(), strict=True))

    def count(self, answer: dict[int, list[str]]) -> Counter[str]:
        """Count the reasons by rule."""
        return Counter(rule for row in answer.values() for rule in row)
