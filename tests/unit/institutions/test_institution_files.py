"""The institution files that come with the project, against the model and against the made schools."""

from pathlib import Path

import pytest
import yaml

from supdata.config.models import Institution
from supdata.records.uai import is_valid_uai
from supdata.sandbox.schools.apogee import REGIMES as APOGEE_REGIMES
from supdata.sandbox.schools.apogee import STATUTS as APOGEE_STATUTS
from supdata.sandbox.schools.apogee import write_extract
from supdata.sandbox.schools.entries import Ending
from supdata.sandbox.schools.lycee import REGIMES as LYCEE_REGIMES
from supdata.sandbox.schools.lycee import STATUTS as LYCEE_STATUTS
from supdata.sandbox.schools.mistakes import SOMEBODY_ELSE
from supdata.sandbox.schools.pegase import REGIMES as PEGASE_REGIMES
from supdata.sandbox.schools.pegase import STATUTS as PEGASE_STATUTS
from supdata.sandbox.schools.pegase import as_flux
from supdata.sandbox.schools.world import build_world

FOLDER = Path(__file__).parents[3] / "dags" / "institutions"
KINDS = {"0751717J": "sftp", "0442953W": "rest", "0881269B": "database"}


def institution(uai: str) -> Institution:
    return Institution.model_validate(yaml.safe_load((FOLDER / f"{uai}.yaml").read_text()))


def test_there_is_one_file_per_school_and_a_page_that_tells_of_them() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {"README.md", *(f"{uai}.yaml" for uai in KINDS)}
    assert {school.uai for school in build_world().schools} == set(KINDS)


@pytest.mark.parametrize(("uai", "kind"), KINDS.items())
def test_a_file_describes_the_school_it_is_named_after(uai: str, kind: str) -> None:
    found = institution(uai)
    assert (found.uai, found.source.kind) == (uai, kind)
    assert found.registry.connection == f"supdata_{uai.lower()}"


def test_no_school_may_declare_for_somebody_else() -> None:
    assert is_valid_uai(SOMEBODY_ELSE)
    assert all(SOMEBODY_ELSE not in (found.uai, *found.also) for found in map(institution, KINDS))


def test_the_university_s_file_has_every_column_that_is_mapped() -> None:
    header = write_extract([build_world().apogee.lines[0].entry]).split(b"\r\n")[0].decode().split(";")
    assert set(institution("0751717J").columns.source_columns()) < set(header)


def test_the_paged_list_has_every_column_that_is_mapped() -> None:
    (row,) = as_flux([build_world().pegase.lines[0].entry])
    assert row is not None
    assert set(institution("0442953W").columns.source_columns()) < row.keys()


@pytest.mark.parametrize(
    ("uai", "statuts"),
    [
        ("0751717J", {name: "".join(pair) for name, pair in APOGEE_STATUTS.items()}),
        ("0442953W", {name: "".join(pair) for name, pair in PEGASE_STATUTS.items()}),
        ("0881269B", LYCEE_STATUTS),
    ],
)
def test_a_school_s_statuts_read_as_they_were_written_but_for_the_unfinished(uai: str, statuts: dict[str, str]) -> None:
    read = institution(uai).columns.statut.map
    assert {name: read.get(code, "") for name, code in statuts.items()} == {name: name for name in statuts} | {"unfinished": ""}


@pytest.mark.parametrize(
    ("uai", "regimes"), [("0751717J", APOGEE_REGIMES), ("0442953W", PEGASE_REGIMES), ("0881269B", LYCEE_REGIMES)]
)
def test_a_school_s_regimes_read_as_they_were_written_but_for_its_own(uai: str, regimes: dict[str, str]) -> None:
    read = institution(uai).columns.regime.map
    assert {name: read.get(code, "") for name, code in regimes.items()} == {name: name for name in regimes} | {"none": ""}


def test_a_rule_a_school_has_changed_is_one_its_made_mistakes_show() -> None:
    """PEGASE's odd numbers go out to be refused; the lycée's wrong RNIE keys stay."""
    endings = {(school.uai, line.mistake): line.ending for school in build_world().schools for line in school.lines}
    settings = {uai: {name: one.severity for name, one in institution(uai).rules.items()} for uai in ("0442953W", "0881269B")}
    shapes = {"INE-FORMAT": "warn", "INE-LOST-ZERO": "warn", "INE-FLOAT": "warn"}
    assert settings == {"0442953W": shapes, "0881269B": {"INE-KEY-RNIE": "reject"}}
    assert endings["0442953W", "ine_lost_zeros"] is endings["0442953W", "ine_as_number"] is Ending.REFUSED
    assert endings["0751717J", "ine_lost_zeros"] is Ending.REJECTED
    assert endings["0881269B", "ine_rnie_wrong_key"] is Ending.REJECTED
    assert endings["0751717J", "ine_rnie_wrong_key"] is Ending.UNKNOWN_STUDENT
