"""`supdata rules`, and the page that is made by it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from supdata.cli.main import app
from supdata.cli.rules import as_markdown
from supdata.validate.catalogue import RULES

PAGE = Path(__file__).parents[3] / "expectations" / "README.md"


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, ["rules", *arguments])


def listed(*arguments: str) -> list[str]:
    result = run("--json", *arguments)
    assert result.exit_code == 0
    return [rule["id"] for rule in json.loads(result.stdout)]


def test_the_table_has_a_line_per_rule() -> None:
    result = run()
    assert result.exit_code == 0
    assert [name for name in RULES if name not in result.stdout] == []


def test_json_says_all_that_the_catalogue_knows() -> None:
    (told,) = json.loads(run("--json", "--id", "INE-KEY-RNIE").stdout)
    rule = RULES["INE-KEY-RNIE"]
    assert told.pop("since") == rule.since.isoformat()
    assert told == {name: getattr(rule, name) for name in told}
    assert set(told) | {"since"} == set(rule.__dataclass_fields__)


def test_filters_can_be_repeated_and_joined() -> None:
    assert listed() == list(RULES)
    assert listed("--field", "ine", "--severity", "warn") == ["INE-KEY-RNIE", "INE-NEAR"]
    assert listed("--id", "UAI-KEY", "--id", "INE-ABSENT") == ["INE-ABSENT", "UAI-KEY"]
    assert listed("--field", "(row)") == [name for name, rule in RULES.items() if not rule.field]


def test_the_rules_an_institution_adds_come_last() -> None:
    suites = ("--expectations", str(PAGE.parent))
    assert listed("--institution", "0881269B", *suites) == [*RULES, "0881269B-MEFSTAT"]
    assert listed("--institution", "0751717J", *suites) == list(RULES)


def test_one_rule_is_shown_with_its_texts_in_both_languages() -> None:
    shown = run("--id", "INE-FORMAT").stdout
    rule = RULES["INE-FORMAT"]
    assert [text for text in (rule.explanation, rule.fix, rule.english_explanation, rule.source) if text not in shown] == []


@pytest.mark.parametrize(
    ("option", "word", "nearest"),
    [("--id", "INE-FORMATE", "INE-FORMAT"), ("--field", "regimes", "regime"), ("--severity", "rejet", "reject")],
)
def test_a_filter_that_names_nothing_is_met_with_the_nearest(option: str, word: str, nearest: str) -> None:
    result = run(option, word)
    assert result.exit_code == 2
    assert f"Did you mean {nearest}?" in result.stderr


def test_the_page_is_the_one_the_catalogue_gives() -> None:
    """When this fails: `supdata rules --markdown > expectations/README.md`."""
    assert PAGE.read_text(encoding="utf-8") == as_markdown(list(RULES.values()))


def test_the_command_prints_the_page() -> None:
    assert run("--markdown").stdout == PAGE.read_text(encoding="utf-8")
