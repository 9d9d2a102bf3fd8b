"""A file drafted from each system's sample maps that sample as the golden file beside it says, without an edit by hand."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from golden.test_presets import FOLDER, outcome, sample_of
from supdata.cli.institutions import institution_at
from supdata.cli.main import app
from supdata.cli.preview.looking import opened
from supdata.config.presets import PRESETS
from supdata.extract.leaving_out import left_out
from supdata.normalise.normalising import normalise
from supdata.records.commune import load_communes
from supdata.records.rows import RawRow

OF_THE_SCHOOL = ("--name", "École d'essai", "--contact", "scolarite@essai.example", "--year", "2026")
#: What no sample tells, and a person answers by options.
ANSWERS = {
    "apogee-csv": (),
    "apogee-oracle": ("--preset", "apogee-oracle", "--commune", "75005"),
    "pegase": ("--commune", "75005"),
    "scodoc": ("--commune", "75005", "--regime", "RF2"),
    "siecle": ("--commune", "75005", "--send", "CODE_MEF=311*,301*"),
    "sifa": ("--commune", "75005"),
    "aimaira": (
        "--commune",
        "75005",
        "--statut",
        "inscrit",
        "--regime",
        "544=RF2,545=RF4",
        "--send",
        "EtatInscriptionId=78736",
    ),
}


def new(name: str, output: Path, *options: str) -> Result:
    arguments = ["new", "0751717J", "--from-sample", str(sample_of(name)), "--output", str(output), *options]
    return CliRunner().invoke(app, arguments)


def mapped(path: Path, name: str) -> list[dict[str, Any]]:
    """The enrolments that the drafted file makes of the sample; None for a row that is left out."""
    institution = institution_at(str(path))
    with opened(institution, sample_of(name)) as rows:
        sent = [row for row in rows if isinstance(row, RawRow) and not left_out(row, institution.states)]
    return [
        {field: getattr(one, field) for field in one.__struct_fields__ if getattr(one, field) and field != "source"}
        for one in normalise(sent, institution, load_communes())
    ]


@pytest.mark.parametrize("name", PRESETS)
def test_a_file_drafted_from_a_sample_maps_every_field_as_the_preset_does(name: str, tmp_path: Path) -> None:
    path = tmp_path / "0751717J.yaml"
    result = new(name, path, *OF_THE_SCHOOL, *ANSWERS[name])
    assert result.exit_code in {0, 1}, result.output
    assert mapped(path, name) == [one for one in outcome(name) if "left_out" not in one]
    assert f"preset: {name}\n" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PRESETS)
def test_no_value_of_a_student_gets_into_a_drafted_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "0751717J.yaml"
    shown = new(name, path, *OF_THE_SCHOOL).output + path.read_text(encoding="utf-8")
    personal = [one[field] for one in outcome(name) for field in ("ine", "dateNaissance", "sisId") if field in one]
    assert personal
    assert not [text for text in personal if text in shown]
    assert not [text for text in ("LEF", "MARTIN", "DURAND", "93200") if text in shown]


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "apogee-csv"])
def test_what_a_sample_cannot_tell_is_asked_and_nothing_is_declared_until_it_is_answered(name: str, tmp_path: Path) -> None:
    path = tmp_path / "0751717J.yaml"
    result = new(name, path, *OF_THE_SCHOOL, *(("--preset", name) if name == "apogee-oracle" else ()))
    assert result.exit_code == 1
    assert "# QUESTION: in which commune does the establishment stand?" in path.read_text(encoding="utf-8")
    assert "columns.codeCommune: in which commune" in result.stdout
    assert all(one["codeCommune"] == "?" for one in mapped(path, name))


def test_when_nothing_is_left_to_ask_the_exit_code_is_0_and_the_connections_are_told(tmp_path: Path) -> None:
    result = new("apogee-csv", tmp_path / "0751717J.yaml", *OF_THE_SCHOOL)
    assert result.exit_code == 0
    assert "airflow connections add sftp_0751717j --conn-type sftp --conn-host HOST" in result.stdout
    assert "airflow connections add supdata_0751717j --conn-type supdata" in result.stdout


def test_a_file_that_is_there_is_not_written_over_unless_told_to(tmp_path: Path) -> None:
    path = tmp_path / "0751717J.yaml"
    path.write_text("mine", encoding="utf-8")
    assert (new("sifa", path).exit_code, path.read_text(encoding="utf-8")) == (2, "mine")
    assert new("sifa", path, "--force").exit_code == 1
    assert path.read_text(encoding="utf-8") != "mine"


def test_an_export_of_no_known_system_is_told_by_what_its_columns_hold(tmp_path: Path) -> None:
    sample = tmp_path / "etudiants_20261001.csv"
    rows = [json.loads(line) for line in (FOLDER / "pegase" / "expected.jsonl").read_text(encoding="utf-8").splitlines()]
    lines = [
        f"{one['sisId']},{one['ine']},{'/'.join(reversed(one['dateNaissance'].split('-')))},01/09/2026,31/08/2027,Inscrit,"
        f"{'Apprentissage' if one['regime'] == 'RF4' else 'Formation initiale'},0751717J"
        for one in rows
        if "ine" in one
    ]
    sample.write_text("\n".join(["Matricule,N,Né le,Début,Fin,Statut,Régime,Site", *lines, ""]), encoding="utf-8")
    path = tmp_path / "0751717J.yaml"
    arguments = ["new", "0751717J", "--from-sample", str(sample), "--output", str(path), "--commune", "75005", *OF_THE_SCHOOL]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    institution = institution_at(str(path))
    columns = institution.columns
    assert (columns.ine.columns, columns.dateNaissance.columns, columns.sisId and columns.sisId.columns) == (
        ["N"],
        ["Né le"],
        ["Matricule"],
    )
    assert (columns.dateDebutInscription.columns, columns.dateFinInscription.columns) == (["Début"], ["Fin"])
    assert columns.dateNaissance.dates == ["JJ/MM/AAAA"]
    assert columns.regime.map == {"Apprentissage": "RF4", "Formation initiale": "RF1"}
    assert columns.uai is not None
    assert "path: /export/etudiants_*.csv" in path.read_text(encoding="utf-8")
