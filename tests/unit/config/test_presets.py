from pathlib import Path

import jsonschema
import pytest
import yaml

from supdata.config import presets
from supdata.config.faults import InvalidInstitution
from supdata.config.formats import CsvFormat
from supdata.config.loading import parse_institution
from supdata.config.models import Institution
from supdata.config.presets import PRESETS, preset_data
from supdata.config.rest_source import RestSource
from supdata.config.schema import institution_schema
from supdata.config.sftp_source import SftpSource

#: What no preset can know of an institution that uses it, as the shortest file that adds it.
HEAD = """\
uai: "0751717J"
name: École d'essai
contact: scolarite@essai.example
year: {start: 2026-09-01, end: 2027-08-31}
registry: {connection: supdata_0751717j}
"""
OWN = {
    "apogee-csv": "source: {connection: sftp, path: /export/i.csv}\ncolumns: {codeCommune: {constant: '75005'}}\n",
    "apogee-oracle": "source: {connection: apogee}\ncolumns: {codeCommune: {constant: '75005'}}\n",
    "pegase": "source: {connection: pegase, parameters: {codePeriode: PER-2026}}\n"
    "columns: {codeCommune: {column: UAIStructurePrincipale, map: {0751717J: '75005'}}}\n",
    "scodoc": "source: {connection: scodoc}\ncolumns: {regime: {constant: RF2}, codeCommune: {constant: '75005'}}\n",
    "siecle": "source: {connection: sftp, path: /depot/Eleves.xml}\ncolumns: {codeCommune: {constant: '75005'}}\n"
    "states: {CODE_MEF: {'311*': send}}\n",
    "sifa": "source: {connection: sftp, path: /depot/sifa.csv}\ncolumns: {codeCommune: {constant: '75005'}}\n",
    "aimaira": "source: {connection: aimaira}\ncolumns:\n  statut: {constant: inscrit}\n  regime: {map: {'544': RF2}}\n"
    "  codeCommune: {constant: '75005'}\nstates: {EtatInscriptionId: {'78736': send}}\n",
}


def read(text: str) -> Institution:
    return parse_institution(text.encode(), "0751717J.yaml")


def faults_of(text: str) -> list[str]:
    with pytest.raises(InvalidInstitution) as caught:
        read(text)
    return [str(fault) for fault in caught.value.faults]


def with_preset(name: str, own: str = "") -> str:
    return f"{HEAD}preset: {name}\n{own or OWN[name]}"


def test_every_preset_that_can_be_named_is_a_file_and_the_other_way_round() -> None:
    assert sorted(PRESETS) == sorted(path.stem for path in (Path(presets.__file__).parent / "presets").glob("*.yaml"))


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_and_what_only_the_school_knows_make_an_institution(name: str) -> None:
    institution = read(with_preset(name))
    assert institution.preset == name
    assert institution.columns.source_columns()


@pytest.mark.parametrize("name", PRESETS)
def test_the_schema_accepts_what_is_left_to_the_preset(name: str) -> None:
    jsonschema.Draft202012Validator(institution_schema()).validate(yaml.safe_load(_dates_as_text(with_preset(name))))


def _dates_as_text(text: str) -> str:
    return text.replace("2026-09-01", '"2026-09-01"').replace("2027-08-31", '"2027-08-31"')


def test_the_schema_still_sees_a_wrong_word_in_a_file_with_a_preset() -> None:
    validator = jsonschema.Draft202012Validator(institution_schema())
    text = _dates_as_text(with_preset("apogee-csv"))
    for wrong in ("states: {ETA_IAE: {X: sendd}}\n", "presett: x\n", "limits: {rejected: 2}\n"):
        assert list(validator.iter_errors(yaml.safe_load(text + wrong))) != []


def test_a_section_is_merged_by_key_and_a_list_replaced() -> None:
    own = (
        "source: {connection: sftp, path: /e.csv, format: {delimiter: '|'}}\n"
        "columns: {codeCommune: {constant: '75005'}, dateNaissance: {dates: [AAAA-MM-JJ]}, "
        "regime: {map: {'7': RF5, '2': RF6}}}\n"
    )
    institution = read(with_preset("apogee-csv", own))
    assert isinstance(institution.source, SftpSource)
    assert institution.source.format == CsvFormat(delimiter="|", quoted=False)
    assert institution.columns.dateNaissance.dates == ["AAAA-MM-JJ"]
    assert institution.columns.dateNaissance.columns == ["DATE_NAI_IND"]
    assert institution.columns.regime.map["1"] == "RF2"
    assert (institution.columns.regime.map["7"], institution.columns.regime.map["2"]) == ("RF5", "RF6")


@pytest.mark.parametrize("written", ["[NUM_INE]", "NUM_INE", "{column: NUM_INE}", "{columns: [NUM_INE]}"])
def test_another_column_takes_the_place_of_the_presets_however_it_is_written(written: str) -> None:
    columns = f"columns: {{codeCommune: {{constant: '75005'}}, ine: {written}}}\n"
    institution = read(with_preset("apogee-csv", f"source: {{connection: sftp, path: /e.csv}}\n{columns}"))
    assert institution.columns.ine.columns == ["NUM_INE"]


def test_another_column_keeps_the_presets_value_map_and_a_constant_does_not() -> None:
    source = "source: {connection: sftp, path: /e.csv}\n"
    columns = "columns: {codeCommune: {constant: '75005'}, regime: REG, statut: {constant: inscrit}}\n"
    found = read(with_preset("apogee-csv", source + columns)).columns
    assert (found.regime.columns, found.regime.map["4"]) == (["REG"], "RF4")
    assert (found.statut.constant, found.statut.map) == ("inscrit", {})


def test_a_column_of_the_preset_that_an_export_lacks_is_taken_away() -> None:
    own = "source: {connection: sftp, path: /e.csv}\ncolumns: {codeCommune: {constant: '75005'}, niveauDiplome: ~}\n"
    assert read(with_preset("apogee-csv", own)).columns.niveauDiplome is None


def test_a_source_of_another_kind_takes_nothing_from_the_preset() -> None:
    own = (
        "source: {kind: database, connection: sis, query: SELECT 1 ORDER BY 1}\ncolumns: {codeCommune: {constant: '75005'}}\n"
        "states: {CODE_MEF: {'*': send}}\n"
    )
    assert read(with_preset("siecle", own)).source.kind == "database"
    paging = "source: {connection: pegase, paging: {by: link}}\ncolumns: {codeCommune: {constant: '75005'}}\n"
    source = read(with_preset("pegase", paging)).source
    assert isinstance(source, RestSource)
    assert source.paging.by == "link"


def test_a_date_of_the_academic_year_follows_the_year() -> None:
    institution = read(with_preset("sifa").replace("start: 2026-09-01", "start: 2026-10-05"))
    assert institution.columns.dateDebutInscription.year == "start"


def test_what_the_institution_writes_wrongly_over_a_preset_is_shown_at_its_own_line() -> None:
    own = "source: {connection: sftp, path: /e.csv, format: {delimitr: ','}}\ncolumns:\n  ine: ''\n  statut: {map: {P: payé}}\n"
    assert faults_of(with_preset("apogee-csv", own)) == [
        "0751717J.yaml:7:51: source.format.delimitr: unknown key; the keys here are type, encoding, delimiter, quoted, header, "
        "preamble, names, compression",
        "0751717J.yaml:8:1: columns.codeCommune: is missing",
        "0751717J.yaml:9:8: columns.ine.column: is an empty column name",
        "0751717J.yaml:10:21: columns.statut.map.P: must be one of admis, inscrit, annule; found `payé`",
    ]


def test_a_fault_between_the_file_and_the_preset_names_the_preset() -> None:
    own = "source: {connection: sftp, path: /e.csv, format: {names: [A]}}\ncolumns: {codeCommune: {constant: '75005'}}\n"
    faults = faults_of(with_preset("sifa", own))
    assert faults[0].startswith("0751717J.yaml:8:10: columns.dateNaissance.column: is not among the columns")
    assert faults[0].endswith("(this is the preset sifa's)")


def test_a_preset_that_does_not_exist_is_met_with_the_nearest() -> None:
    faults = faults_of(with_preset("apogee_csv", OWN["apogee-csv"]))
    assert "0751717J.yaml:6:9: preset: must be one of" in faults[0]
    assert faults[0].endswith("did you mean `apogee-csv`?")


def test_a_preset_says_nothing_of_one_institution() -> None:
    for name in PRESETS:
        data = preset_data(name)
        assert data.keys() <= {"source", "columns", "states"}
        source = data["source"]
        assert isinstance(source, dict)
        assert "connection" not in source
