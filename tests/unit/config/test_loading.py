from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.config.database_source import DatabaseSource
from supdata.config.faults import InvalidInstitution
from supdata.config.formats import Compression, CsvFormat, FixedFormat, XmlFormat
from supdata.config.loading import find_institution_files, load_institution, parse_institution
from supdata.config.models import Institution
from supdata.config.rest_auth import ApiKey, ClientCredentials
from supdata.config.rest_paging import CursorPaging, PagePaging
from supdata.config.rest_source import Incremental, RestSource
from supdata.config.sftp_source import SftpSource
from supdata.errors import FixConfig
from supdata.validate.catalogue import RULES

CONFIGS = Path(__file__).parents[2] / "configs"
VALID = {
    "0313124C.yaml",
    "0330023W.yaml",
    "0331766R.yaml",
    "0332870R.yaml",
    "0442953W.yaml",
    "0540081V.yaml",
    "0750106H.yaml",
    "0751717J.yaml",
    "0881269B.yaml",
}
BAD = sorted((CONFIGS / "bad").glob("*.yaml"))
SHORTEST = (CONFIGS / "valid" / "0751717J.yaml").read_text(encoding="utf-8")
EXPECTED = "#! "


def faults_of(content: bytes | str) -> list[str]:
    with pytest.raises(InvalidInstitution) as caught:
        parse_institution(content.encode() if isinstance(content, str) else content, "")
    return [str(fault).removeprefix(":") for fault in caught.value.faults]


def loaded(name: str) -> Institution:
    return load_institution(CONFIGS / "valid" / name)


def test_every_valid_sample_is_an_institution_named_for_its_file() -> None:
    files = find_institution_files(CONFIGS / "valid")
    assert {path.name for path in files} == VALID
    assert {f"{load_institution(path).uai}.yaml" for path in files} == VALID


def test_the_shortest_file_gets_its_defaults() -> None:
    institution = loaded("0751717J.yaml")
    assert isinstance(institution.source, SftpSource)
    assert institution.source.format == CsvFormat()
    assert institution.schedule is None
    assert institution.year.start == date(2026, 9, 1)
    assert institution.columns.ine.columns == ["INE"]
    assert institution.registry.chunk_size == 1_000


def test_a_list_of_columns_is_short_for_the_section_that_joins_them() -> None:
    columns = loaded("0750106H.yaml").columns
    assert columns.niveauDiplome is not None
    assert columns.niveauDiplome.columns == ["CODE_MEF", "SCOLARITE/NIVEAU"]
    assert (columns.ine.columns, columns.ine.first_of) == ([], ["INE_RNIE", "ID_NATIONAL"])
    assert columns.source_columns()[:3] == ("INE_RNIE", "ID_NATIONAL", "DATE_NAISS")


def test_each_kind_of_file_has_settings_of_its_own() -> None:
    siecle, sifa = loaded("0750106H.yaml").source, loaded("0313124C.yaml").source
    assert isinstance(siecle, SftpSource)
    assert siecle.format == XmlFormat(
        type="xml", record="BEE_ELEVES/DONNEES/ELEVES/ELEVE", compression=Compression(method="zip", member="Eleves*.xml")
    )
    assert isinstance(sifa, SftpSource)
    assert sifa.format == FixedFormat(
        type="fixed", fields={"INE": [1, 11], "NAISSANCE": [20, 27], "REGIME": [28, 28]}, encoding="iso-8859-1", preamble=1
    )


def test_a_rest_source_says_how_to_log_in_how_it_is_paged_and_what_it_is_asked_for() -> None:
    source = loaded("0331766R.yaml").source
    assert isinstance(source, RestSource)
    assert isinstance(source.auth, ClientCredentials)
    assert isinstance(source.paging, CursorPaging)
    assert (source.auth.client, source.paging.cursor_field) == ("form", "meta.next")
    assert source.incremental == Incremental(parameter="since", written="datetime", overlap_minutes=120, full_every_days=3)


def test_a_view_is_read_in_a_named_order() -> None:
    source = loaded("0881269B.yaml").source
    assert isinstance(source, DatabaseSource)
    assert (source.table, source.order_by, source.query) == ("siecle.scolarite", ["id"], None)


def test_a_query_may_stand_in_a_file_of_its_own() -> None:
    source = loaded("0540081V.yaml").source
    assert isinstance(source, DatabaseSource)
    assert source.query == (CONFIGS / "valid" / "apogee" / "inscriptions.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("q.sql", None, "cannot be read: No such file or directory"),
        ("/etc/q.sql", None, "must name a .sql file beside the institution file"),
        ("../q.sql", None, "must name a .sql file beside the institution file"),
        ("q.txt", None, "must name a .sql file beside the institution file"),
        ("q.sql", "SELECT é".encode("cp1252"), "not UTF-8"),
        ("q.sql", b"DELETE FROM eleve", "q.sql must be a SELECT"),
        ("q.sql", b"SELECT 1", "q.sql must end with an ORDER BY"),
    ],
)
def test_a_query_file_that_cannot_be_run_is_a_fault_of_the_line_that_names_it(
    name: str, content: bytes | None, words: str, tmp_path: Path
) -> None:
    text = (CONFIGS / "valid" / "0540081V.yaml").read_text(encoding="utf-8")
    path = tmp_path / "0540081V.yaml"
    path.write_text(text.replace("apogee/inscriptions.sql", name), encoding="utf-8")
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInstitution) as caught:
        load_institution(path)
    (fault,) = caught.value.faults
    assert (fault.line, fault.where) == (9, "source.query_file")
    assert words in fault.message


def test_codes_are_kept_as_they_are_written() -> None:
    """YAML would read 01 as 1, NO as False, 0x1F as 31 and 2026-09-01 as a date."""
    institution = loaded("0442953W.yaml")
    assert institution.columns.niveauDiplome is not None
    assert institution.columns.niveauDiplome.constant == "01"
    assert institution.columns.codeCommune.constant == "01004"
    assert institution.columns.statut.map == {"O": "inscrit", "NO": "admis", "1": "inscrit", "01": "admis", "": "annule"}
    assert institution.name == "2026"
    assert isinstance(institution.source, RestSource)
    assert institution.source.parameters == {"annee": "2026", "actifs": "on", "page_de_garde": "0x1F"}
    assert institution.registry.codes.statut == {"admis": "A", "inscrit": "02"}


def test_numbers_and_switches_are_still_numbers_and_switches() -> None:
    institution = loaded("0442953W.yaml")
    assert isinstance(institution.source, RestSource)
    assert institution.source.auth == ApiKey(method="key", header="X-Cle")
    assert isinstance(institution.source.paging, PagePaging)
    assert (institution.source.paging.size, institution.source.timeout_seconds) == (250, 12.5)
    assert (institution.limits.departed, institution.limits.changed) == (0.05, 1.0)
    assert (institution.enabled, institution.allow_empty) == (False, True)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_every_bad_sample_is_refused_with_the_faults_written_in_it(path: Path) -> None:
    """The lines `#! line:column: key: message` at the end of each sample are its faults, all of them, in their order."""
    text = path.read_text(encoding="utf-8")
    expected = [line.removeprefix(EXPECTED) for line in text.splitlines() if line.startswith(EXPECTED)]
    assert expected
    assert faults_of(text) == expected


def test_there_is_a_bad_sample_for_each_kind_of_mistake() -> None:
    assert len(BAD) >= 25


def test_the_file_must_be_named_for_the_uai(tmp_path: Path) -> None:
    for name in ("0442953W.yaml", "0751717j.yaml", "0751717J.yml"):
        path = tmp_path / name
        path.write_text(SHORTEST, encoding="utf-8")
        with pytest.raises(InvalidInstitution) as caught:
            load_institution(path)
        (fault,) = caught.value.faults
        assert (fault.line, fault.where) == (2, "uai")
        assert name in fault.message


def test_a_file_that_cannot_be_read_is_a_fault_and_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(InvalidInstitution, match="cannot be read"):
        load_institution(tmp_path / "0751717J.yaml")
    (tmp_path / "0442953W.yaml").mkdir()
    with pytest.raises(InvalidInstitution, match="cannot be read"):
        load_institution(tmp_path / "0442953W.yaml")


def test_a_rule_that_does_not_exist_is_named_by_its_line_when_the_catalogue_is_given(tmp_path: Path) -> None:
    path = tmp_path / "0751717J.yaml"
    path.write_text(SHORTEST + "rules: {INE-FORMA: reject, DATES-SPAN: reject}\n", encoding="utf-8")
    assert {name: one.severity for name, one in load_institution(path).rules.items()} == {
        "INE-FORMA": "reject",
        "DATES-SPAN": "reject",
    }
    with pytest.raises(InvalidInstitution) as caught:
        load_institution(path, known_rules=RULES)
    (fault,) = caught.value.faults
    assert (fault.line, fault.where, fault.nearest) == (16, "rules.INE-FORMA", "INE-FORMAT")


@pytest.mark.parametrize("setting", ["reject", "{severity: reject, ceiling: 40}"])
def test_a_comparison_with_the_ledger_that_should_reject_is_refused_with_the_reason(tmp_path: Path, setting: str) -> None:
    path = tmp_path / "0751717J.yaml"
    path.write_text(SHORTEST + f"rules: {{LEDGER-STATUT-BACK: {setting}}}\n", encoding="utf-8")
    with pytest.raises(InvalidInstitution) as caught:
        load_institution(path, known_rules=RULES)
    (fault,) = caught.value.faults
    assert (fault.line, fault.where.startswith("rules.LEDGER-STATUT-BACK")) == (16, True)
    assert "cannot reject the row" in fault.message


def test_a_missing_folder_is_not_a_folder_without_institutions(tmp_path: Path) -> None:
    assert find_institution_files(tmp_path) == []
    with pytest.raises(FixConfig, match="no such folder"):
        find_institution_files(tmp_path / "institutions")


def test_files_are_found_in_the_order_of_their_names_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.yml", "a.yaml", ".#a.yaml", "a.yaml~", "notes.md"):
        (tmp_path / name).touch()
    assert [path.name for path in find_institution_files(tmp_path)] == ["a.yaml", "b.yml"]


def test_bytes_that_are_not_utf_8_are_named_by_their_line() -> None:
    assert faults_of(SHORTEST.replace("é", "\n#é", 1).encode("cp1252")) == ["4:1: is not UTF-8: save the file in that encoding"]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse_institution(b"\xef\xbb\xbf" + SHORTEST.encode()).uai == "0751717J"


def test_a_control_character_is_named_by_its_place() -> None:
    assert faults_of("uai: x\nname: a\x07b\n") == ["2:8: holds a control character: remove it"]


def test_brackets_without_end_are_a_fault_and_not_the_end_of_the_process() -> None:
    """PyYAML's own composer recursed in C: forty thousand brackets ended the process that read all institutions."""
    assert faults_of("[" * 40_000) == ["1:22: is nested deeper than 20 levels"]


def test_a_very_large_file_is_not_parsed() -> None:
    assert faults_of("#" * 1_000_001) == ["1:1: is larger than 1,000,000 bytes: this is no institution file"]


def test_a_wrong_value_is_shown_shortened() -> None:
    (fault,) = faults_of(SHORTEST.replace("scolarite@universite-essai.example", "x" * 500))
    assert fault.endswith(f"found `{'x' * 40}`")


@given(st.text(max_size=200))
def test_no_text_whatever_makes_loading_fail_in_another_way(text: str) -> None:
    with pytest.raises(InvalidInstitution):
        parse_institution(text.encode("utf-8", "surrogatepass"))


@given(st.integers(0, len(SHORTEST) - 1), st.sampled_from(list("\t:{}[]&*!|>'\"%@`#-? \nA0")))
def test_one_character_changed_gives_an_institution_or_its_faults(index: int, character: str) -> None:
    changed = SHORTEST[:index] + character + SHORTEST[index + 1 :]
    with suppress(InvalidInstitution):
        assert parse_institution(changed.encode()).uai
