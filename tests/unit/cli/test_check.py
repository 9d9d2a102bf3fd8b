import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from supdata.cli.check import check_files
from supdata.cli.main import app

EXPECTATIONS = Path(__file__).parents[3] / "expectations"
CONFIGS = Path(__file__).parents[2] / "configs"
VALID = sorted(path.name for path in (CONFIGS / "valid").glob("*.yaml"))
SHORTEST = (CONFIGS / "valid" / "0751717J.yaml").read_text(encoding="utf-8")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_sound_files_give_a_line_each_and_exit_code_0() -> None:
    result = run("check", CONFIGS / "valid")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.rpartition("/")[2].partition(":")[0] for line in lines[:-1]] == VALID
    assert lines[-1] == f"{len(VALID)} file(s) checked: all is well"


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
    assert run("check", path, path.parent).stdout.splitlines()[-1] == f"{len(VALID)} file(s) checked: all is well"


def test_the_schema_is_printed_as_json() -> None:
    result = run("schema")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["properties"]["uai"]


WEAKER = "severity: warn, author: M. Durand, reason: essai, ceiling: 40"


def test_a_setting_that_has_expired_is_a_warning_with_its_line_and_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "0751717J.yaml"
    path.write_text(f"{SHORTEST}rules:\n  INE-FORMAT: {{{WEAKER}, expires: 2020-01-31}}\n", encoding="utf-8")
    result = run("check", path)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1:] == [
        f"{path}:17:3: rules.INE-FORMAT: expired on 2020-01-31: the rule is as in the catalogue again; renew the setting or "
        "remove it (a warning)",
        "1 file(s) checked: all is well, 1 warning(s)",
    ]
    (told,) = json.loads(run("check", "--json", path).stdout)["files"]
    assert (told["faults"], [warning["line"] for warning in told["warnings"]]) == ([], [17])


def test_a_setting_holds_to_the_day_that_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "0751717J.yaml"
    path.write_text(f"{SHORTEST}rules:\n  INE-FORMAT: {{{WEAKER}, expires: 2027-01-31}}\n", encoding="utf-8")
    assert [len(one.warnings) for one in check_files([path], EXPECTATIONS, date(2027, 1, 31))] == [0]
    assert [len(one.warnings) for one in check_files([path], EXPECTATIONS, date(2027, 2, 1))] == [1]


def test_an_essential_rule_made_weaker_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "0751717J.yaml"
    settings = f"  INE-ABSENT: {{{WEAKER}, expires: 2027-01-31}}\n  UAI-KEY: reject\n"
    path.write_text(f"{SHORTEST}rules:\n{settings}", encoding="utf-8")
    result = run("check", path)
    assert result.exit_code == 1
    assert f"{path}:17:3: rules.INE-ABSENT: is essential and cannot be made weaker" in result.stdout
    assert "UAI-KEY" not in result.stdout


def test_the_rules_an_institution_adds_are_known_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "0881269B.yaml"
    path.write_text((CONFIGS / "valid" / "0881269B.yaml").read_text() + "rules: {0881269B-MEFSTAT: reject}\n")
    assert run("check", path, "--expectations", EXPECTATIONS).exit_code == 0
    (tmp_path / "institutions").mkdir()
    broken = (EXPECTATIONS / "institutions" / "0881269B.json").read_text().replace('"diplome"', '"diplom"')
    (tmp_path / "institutions" / "0881269B.json").write_text(broken)
    result = run("check", path, "--expectations", tmp_path)
    assert result.exit_code == 1
    assert (
        "institutions/0881269B.json:6:1: 0881269B-MEFSTAT: there is no column diplom; did you mean `diplome`?" in result.stdout
    )
