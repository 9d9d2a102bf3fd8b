"""The DAG folder with an eye on the schools' files: when a parse is asked for, and when not."""

import os
from pathlib import Path

import pytest

from supdata.orchestration import bundle
from supdata.orchestration.bundle import FOLDER, LOADER, SchoolsBundle, marks

DAGS = Path(__file__).parents[3] / "dags"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what the bundle asks for, in place of Airflow's database."""
    found: list[str] = []
    monkeypatch.setattr(SchoolsBundle, "_ask", lambda self: found.append(self.name))
    return found


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Return the parses under way, which a test may change."""
    found: set[int] = set()
    monkeypatch.setattr(bundle, "_children", lambda: frozenset(found))
    return found


@pytest.fixture
def schools(tmp_path: Path) -> Path:
    """Return a folder of two schools' files."""
    folder = tmp_path / FOLDER
    (folder / "queries").mkdir(parents=True)
    for name in ("0751717J.yaml", "0442953W.yaml", "queries/students.sql"):
        (folder / name).write_text("one")
    return folder


@pytest.fixture
def looked(tmp_path: Path, schools: Path) -> SchoolsBundle:
    """Return a bundle that has looked at the folder once."""
    made = SchoolsBundle(name="dags-folder", path=str(tmp_path))
    made.refresh()
    return made


def test_the_project_s_dag_folder_has_what_is_looked_for() -> None:
    assert (DAGS / LOADER).is_file()
    assert (DAGS / FOLDER).is_dir()


@pytest.mark.usefixtures("running")
def test_nothing_is_asked_at_the_start_nor_while_nothing_changes(looked: SchoolsBundle, asked: list[str]) -> None:
    looked.refresh()
    assert asked == []


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("name", ["0332870R.yaml", "0751717J.yaml", "queries/students.sql"])
def test_a_file_that_comes_or_changes_is_asked_for_once(
    looked: SchoolsBundle, schools: Path, asked: list[str], name: str
) -> None:
    (schools / name).write_text("another")
    looked.refresh()
    looked.refresh()
    assert asked == ["dags-folder"]


@pytest.mark.usefixtures("running")
def test_a_file_that_goes_is_asked_for_once(looked: SchoolsBundle, schools: Path, asked: list[str]) -> None:
    (schools / "0442953W.yaml").unlink()
    looked.refresh()
    looked.refresh()
    assert asked == ["dags-folder"]


@pytest.mark.usefixtures("running")
def test_a_change_that_keeps_the_size_is_seen_by_its_time(looked: SchoolsBundle, schools: Path, asked: list[str]) -> None:
    os.utime(schools / "0442953W.yaml", (1, 1))
    looked.refresh()
    assert asked == ["dags-folder"]


@pytest.mark.usefixtures("running")
def test_an_editor_s_hidden_file_is_no_change(looked: SchoolsBundle, schools: Path, asked: list[str]) -> None:
    (schools / ".0442953W.yaml.swp").write_text("half a line")
    looked.refresh()
    assert asked == []


def test_a_change_during_a_parse_is_asked_for_when_that_has_ended(
    looked: SchoolsBundle, schools: Path, asked: list[str], running: set[int]
) -> None:
    running.add(11)
    (schools / "0332870R.yaml").write_text("new")
    looked.refresh()
    looked.refresh()
    assert asked == []
    running.clear()
    looked.refresh()
    looked.refresh()
    assert asked == ["dags-folder"]


def test_each_parse_that_was_under_way_may_be_the_one_awaited(
    looked: SchoolsBundle, schools: Path, asked: list[str], running: set[int]
) -> None:
    running.update({11, 12})
    (schools / "0332870R.yaml").write_text("new")
    looked.refresh()
    running.remove(11)
    looked.refresh()
    running.symmetric_difference_update({12, 13})
    looked.refresh()
    looked.refresh()
    assert asked == ["dags-folder"] * 2


@pytest.mark.usefixtures("running")
def test_a_request_that_could_not_be_made_is_made_at_the_next_look(
    looked: SchoolsBundle, schools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(self: SchoolsBundle) -> None:
        asked.append(self.name)
        if len(asked) == 1:
            raise ConnectionError

    monkeypatch.setattr(SchoolsBundle, "_ask", ask)
    (schools / "0332870R.yaml").write_text("new")
    with pytest.raises(ConnectionError):
        looked.refresh()
    looked.refresh()
    looked.refresh()
    assert len(asked) == 2


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert list(marks(tmp_path / "nowhere")) == []
