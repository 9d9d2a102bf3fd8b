import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from supdata.cli.main import app

CONFIGS = Path(__file__).parents[2] / "configs"
SHORTEST = (CONFIGS / "valid" / "0751717J.yaml").read_text(encoding="utf-8")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_sound_files_give_a_line_each_and_exit_code_0() -> None:
    result = run("check", CONFIGS / "valid")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.rpartition("/")[2].partition(":")[0] for line in lines[:3]] == [
        "0442953W.yaml",
        "0751717J.yaml",
        "0881269B.yaml",
    ]
    assert lines[3] == "3 file(s) checked: all is well"


def test_faults_are_told_with_their_line_and_exit_code_1(tmp_path: Path) -> None:
    path = tmp_path / "0751717J.yaml"
    path.write_text(SHORTEST.replace("statut: STATUT", "statu: STATUT"), encoding="utf-8")
    result = run("check", path)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{path}:7:1: columns.statut: is missing",
        f"{path}:12:3: columns.statu: unknown key; did you mean `statut`?",
        "1 file(s) checked: 2 fault(s) in 1 of them",
    ]


def test_the_same_as_json(tmp_path: Path) -> None:
    path = tmp_path / "0751717J.yaml"
    path.write_text(SHORTEST.replace("kind: sftp", "kind: ftp"), encoding="utf-8")
    result = run("check", "--json", path, CONFIGS / "valid" / "0881269B.yaml")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert answer["ok"] is False
    broken, sound = answer["files"]
    assert (sound["uai"], sound["faults"]) == ("0881269B", [])
    assert (broken["uai"], len(broken["faults"])) == (None, 1)
    assert {name: broken["faults"][0][name] for name in ("line", "where", "nearest")} == {
        "line": 6,
        "where": "source.kind",
        "nearest": "sftp",
    }


def test_a_rule_that_does_not_exist_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "0751717J.yaml"
    path.write_text(SHORTEST + "rules: {INE-FORMATE: warn}\n", encoding="utf-8")
    result = run("check", path)
    assert result.exit_code == 1
    assert "rules.INE-FORMATE: is no rule; did you mean `INE-FORMAT`?" in result.stdout


def test_two_files_that_declare_for_one_establishment_are_both_at_fault(tmp_path: Path) -> None:
    (tmp_path / "0751717J.yaml").write_text(SHORTEST, encoding="utf-8")
    other = SHORTEST.replace("uai: 0751717J", "uai: 0881269B\nalso: [0751717J]")
    (tmp_path / "0881269B.yaml").write_text(other, encoding="utf-8")
    result = run("check", tmp_path)
    assert result.exit_code == 1
    assert f"0751717J.yaml:1:1: uai: 0751717J is declared for by {tmp_path / '0881269B.yaml'} as well" in result.stdout
    assert f"0881269B.yaml:1:1: also: 0751717J is declared for by {tmp_path / '0751717J.yaml'} as well" in result.stdout


@pytest.mark.parametrize("name", ["", "absent", "absent.yaml"])
def test_nothing_to_check_is_not_all_is_well(tmp_path: Path, name: str) -> None:
    result = run("check", tmp_path / name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(("Looking for", "Checking"))


def test_a_file_named_twice_is_checked_once() -> None:
    path = CONFIGS / "valid" / "0751717J.yaml"
    assert run("check", path, path.parent).stdout.splitlines()[-1] == "3 file(s) checked: all is well"


def test_the_schema_is_printed_as_json() -> None:
    result = run("schema")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["properties"]["uai"]
