"""The institution file that a sample, a preset and the answers make: each section with why, and what is still to be asked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from supdata.cli.language import say
from supdata.cli.new.answers import Answers
from supdata.cli.new.recognising import FEW, Decision, Recognised, date_formats
from supdata.cli.new.sampling import Sample
from supdata.config.columns import NOT_KNOWN
from supdata.config.presets import PRESETS, preset_data
from supdata.extract.leaving_out import left_out
from supdata.records.rows import RawRow

REQUIRED = ("ine", "dateNaissance", "dateDebutInscription", "dateFinInscription", "statut", "regime", "codeCommune")
OPTIONAL = ("uai", "cursus", "diplome", "niveauDiplome", "sisId")
#: In which form the systems of presets give a sample.
_SHAPES = {"apogee-csv": "csv", "sifa": "csv", "siecle": "xml", "pegase": "json", "scodoc": "json", "aimaira": "json"}


@dataclass
class Draft:
    """The parts of an institution file in their order, and the questions that are left."""

    preset: str
    source: dict[str, Any]
    columns: dict[str, Decision] = field(default_factory=dict)
    states: dict[str, Decision] = field(default_factory=dict)

    def questions(self) -> list[str]:
        """Return what a person must still say of columns and states, with where."""
        parts = {"columns": self.columns, "states": self.states}
        return [f"{part}.{name}: {one.question}" for part, ones in parts.items() for name, one in ones.items() if one.question]


def fitting_preset(sample: Sample) -> str:
    """Return the preset whose INE and birth date the sample has, in its form; "" where there is none."""
    for name, shape in _SHAPES.items():
        if sample.layout["type"] == shape and set(_needed(name)) <= set(as_preset(sample, name).columns):
            return name
    return ""


def _needed(name: str) -> Iterator[str]:
    columns = preset_data(name)["columns"]
    assert isinstance(columns, dict)  # noqa: S101 - narrows the type; the tests of presets read all of them
    for wanted in ("ine", "dateNaissance"):
        section: Any = columns[wanted]
        yield from _origins(section)[: 2 if "columns" in section else 1]


def _origins(section: Mapping[str, Any]) -> list[str]:
    """Return the source columns that a mapping names."""
    if "column" in section:
        return [str(section["column"])]
    return [str(one) for one in section.get("columns") or section.get("first_of") or ()]


def as_preset(sample: Sample, name: str) -> Sample:
    """Return the sample with the column names that a preset gives to a file without a header, if it has as many."""
    source: Any = preset_data(name)["source"]
    names = source.get("format", {}).get("names", ())
    if sample.layout.get("header", True) or len(names) != len(sample.columns):
        return sample
    rows = [dict(zip(names, row.values(), strict=False)) for row in sample.rows]
    return Sample(tuple(names), tuple(rows), sample.layout, sample.why)


def decide(sample: Sample, found: Recognised, preset: str, answers: Answers, file: Path) -> Draft:
    """Return the draft of the institution file."""
    known: Mapping[str, Any] = preset_data(preset) if preset else {}
    draft = Draft(preset, _source(sample, known.get("source", {}), preset, answers, file))
    told: Mapping[str, Any] = known.get("columns", {})
    for name in REQUIRED:
        decision = _answered(name, answers, told.get(name), found) or _required(name, told.get(name), sample, found)
        if decision is not None:
            draft.columns[name] = decision
    for name in OPTIONAL:
        decision = _optional(name, told, sample, found, bool(preset))
        if decision is not None:
            draft.columns[name] = decision
    draft.states.update(_states(known.get("states", {}), sample, answers))
    return draft


def _source(sample: Sample, known: Mapping[str, Any], preset: str, answers: Answers, file: Path) -> dict[str, Any]:
    kind = known.get("kind", "sftp")
    source: dict[str, Any] = {} if preset else {"kind": "sftp"}
    source["connection"] = f"{preset.partition('-')[0] if preset and kind != 'sftp' else 'sftp'}_{answers.uai.lower()}"
    if kind == "sftp":
        source["path"] = "/export/" + re.sub(r"\d{4,}(?:[-_]\d+)*", "*", file.name)
        told = known.get("format", {})
        source["format"] = {key: one for key, one in sample.layout.items() if str(told.get(key)).lower() != str(one).lower()}
    if preset == "pegase":
        source["parameters"] = {"codePeriode": f"PER-{answers.year}"}
    return {key: one for key, one in source.items() if one}


def _answered(name: str, answers: Answers, told: Mapping[str, Any] | None, found: Recognised) -> Decision | None:
    """Return what a person has said of a field."""
    if name == "codeCommune" and answers.commune:
        return Decision({"constant": answers.commune}, say("as answered"))
    if name == "statut" and answers.statut:
        return Decision({"constant": answers.statut}, say("as answered"))
    if name != "regime" or not answers.regime:
        return None
    if isinstance(answers.regime, str):
        return Decision({"constant": answers.regime}, say("as answered"))
    section = dict(found.columns["regime"].section) if told is None and "regime" in found.columns else {}
    return Decision({**section, "map": {**section.get("map", {}), **answers.regime}}, say("as answered"))


def _required(name: str, told: Mapping[str, Any] | None, sample: Sample, found: Recognised) -> Decision | None:
    """Return the decision on a field that must be there, None where the preset's holds for the sample."""
    origins = _origins(told) if told else []
    missing = [one for one in origins if one not in sample.columns]
    if told and (len(missing) < len(origins) if "first_of" in told else not missing):
        return _over_preset(name, told, origins, sample)
    if name in found.columns:
        return found.columns[name]
    return Decision({"constant": NOT_KNOWN}, question=_question(name))


def _question(name: str) -> str:
    return {
        "ine": say("which column holds the INE?"),
        "dateNaissance": say("which column holds the birth date?"),
        "statut": say("which column says who is enrolled (inscrit) and who only admitted (admis)? Or is it one for all?"),
        "regime": say("which column holds the regime? Or is it one for all (RF1 to RF7)?"),
        "codeCommune": say("in which commune does the establishment stand?"),
    }[name]


def _over_preset(name: str, told: Mapping[str, Any], origins: list[str], sample: Sample) -> Decision | None:
    """Return what of the preset's mapping does not hold for the sample: formats of dates, values that its map lacks."""
    values = [text for one in origins for text in sample.values(one)]
    if "dates" in told:
        formats = date_formats(values)
        unlike = formats and formats[0] not in told["dates"]
        return Decision({"dates": formats}, say("as its values are written")) if unlike else None
    if name not in {"statut", "regime"} or "column" not in told:
        return None
    lacking = sorted(set(values) - told.get("map", {}).keys())
    if not lacking or len(lacking) > FEW:
        return None
    codes = ", ".join(code for code in lacking if len(code) <= FEW)
    question = say("what do these values of {column} mean: {codes}?", column=origins[0], codes=codes)
    return Decision({}, question=question)


def _optional(name: str, told: Mapping[str, Any], sample: Sample, found: Recognised, over_preset: bool) -> Decision | None:
    if name in told and not set(_origins(told[name])) <= set(sample.columns):
        return Decision(None, say("the sample has no such column"))
    if name in told or name not in found.columns or (over_preset and name != "uai"):
        return None
    return found.columns[name]


def _states(known: Mapping[str, Any], sample: Sample, answers: Answers) -> Iterator[tuple[str, Decision]]:
    """Yield what is other than the preset says of rows that are no enrolments, and the values that nobody has spoken of."""
    for column in (*known, *(one for one in answers.sent if one not in known)):
        listed = dict(known.get(column, {}))
        sent = dict.fromkeys(answers.sent.get(column, ()), "send")
        if column not in sample.columns:
            if "" not in listed:
                yield column, Decision(None, say("the sample has no such column"))
            continue
        both = {**listed, **sent}
        unknown = sorted({text for text in sample.values(column) if _is_unspoken(column, text, both)})
        question = ""
        if unknown and len(unknown) <= FEW:
            codes = ", ".join(unknown)
            question = say("which of these values of {column} are enrolments to send: {codes}?", column=column, codes=codes)
        if sent or question:
            yield column, Decision(sent, say("as answered") if sent else "", question)


def _is_unspoken(column: str, text: str, listed: dict[str, Any]) -> bool:
    """Whether a value is held only because nobody has said what it means."""
    out = left_out(RawRow(source="", row=0, values={column: text}), {column: listed})
    return out is not None and out.held and out.reason in {f"{column}=*", f"{column}=?"}


def presets() -> str:
    """Return the names of all presets, for a help text."""
    return ", ".join(PRESETS)
