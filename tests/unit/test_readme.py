"""The README tells the truth: its example is a right one, and what it names exists."""

import re
import textwrap
from pathlib import Path

import pytest

from supdata import errors
from supdata.cli.main import COMMANDS
from supdata.config.loading import parse_institution

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_the_example_of_a_school_is_a_right_institution_file() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert parse_institution(textwrap.dedent(example).encode()).uai == "0751717J"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make (\w+)`", README))))
def test_every_make_target_it_names_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


COMMANDS_NAMED = r"\bsupdata (check|schema|new|preview|doctor|rules|datadocs|ledger|signoff|sandbox|demo|up)\b"


@pytest.mark.parametrize("name", sorted(set(re.findall(COMMANDS_NAMED, README))))
def test_every_command_it_names_exists(name: str) -> None:
    assert name in {command for command, _, _ in COMMANDS}


@pytest.mark.parametrize(
    "place", sorted(set(re.findall(r"^\| `((?:dags|expectations|include|tests)/[\w/.]*)`", README, re.MULTILINE)))
)
def test_every_place_it_names_exists(place: str) -> None:
    assert (PROJECT / place).exists()


def test_every_class_of_error_is_explained() -> None:
    classes = {name for name, kind in vars(errors).items() if isinstance(kind, type) and kind.__module__ == errors.__name__}
    assert [name for name in sorted(classes - {"SupdataError"}) if f"`{name}`" not in README] == []
