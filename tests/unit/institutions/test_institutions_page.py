"""The page beside the institution files tells the truth, and is taken for no institution."""

import re
import textwrap
from pathlib import Path

import pytest

from supdata import errors
from supdata.cli.main import COMMANDS
from supdata.config.faults import InvalidInstitution
from supdata.config.loading import find_institution_files, parse_institution
from supdata.orchestration.run_folder import STAGES

FOLDER = Path(__file__).parents[3] / "dags" / "institutions"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
TABLE = re.findall(r"^\| ([a-z_, ]+) \| (`.*?`) \|", PAGE, re.MULTILINE)


def test_the_page_is_no_institution() -> None:
    assert {path.suffix for path in find_institution_files(FOLDER)} == {".yaml"}


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL), ids=lambda text: text[6:14])
def test_each_example_of_a_source_is_a_right_institution_file(example: str) -> None:
    assert parse_institution(example.encode()).source.connection


def test_the_example_of_a_delivery_can_be_added_to_a_school_s_file() -> None:
    (lines,) = re.findall(r"^    delivery:\n(?:    .*\n)+", PAGE, re.MULTILINE)
    school = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
    institution = parse_institution(f"{school}{textwrap.dedent(lines)}".encode())
    assert institution.delivery.sftp is not None
    assert institution.watch.deadline_minutes == 120


def test_the_tasks_and_errors_of_the_table_exist() -> None:
    named = {name for _, cell in TABLE for name in re.findall(r"`(\w+)`", cell)}
    assert named
    assert [name for name in sorted(named) if name != InvalidInstitution.__name__ and not hasattr(errors, name)] == []
    assert {task for cell, _ in TABLE for task in cell.split(", ")} - {"any", "task"} <= set(STAGES)


def test_every_command_it_names_exists() -> None:
    assert set(re.findall(r"^    supdata (\w+)", PAGE, re.MULTILINE)) <= {name for name, _, _ in COMMANDS}
