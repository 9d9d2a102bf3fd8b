import importlib
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from supdata.cli import main
from supdata.errors import EmptySource

HEAVY = ("airflow", "pandas", "numpy", "great_expectations", "fastapi", "aiohttp", "sqlalchemy", "psycopg", "asyncssh")


def test_the_commands_are_those_of_the_menu() -> None:
    result = CliRunner().invoke(main.app, ["--help"])
    assert result.exit_code == 0
    names = [
        "check",
        "schema",
        "new",
        "preview",
        "doctor",
        "rules",
        "datadocs",
        "status",
        "ledger",
        "signoff",
        "sandbox",
        "demo",
        "up",
    ]
    assert [name for name, _, _ in main.COMMANDS] == names
    assert all(name in result.output for name, _, _ in main.COMMANDS)


def test_checking_loads_nothing_that_checking_does_not_need() -> None:
    program = (
        "import sys, supdata.cli.main as main\n"
        "main.app(['check', 'dags/institutions'], standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "all is well" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_an_expected_error_is_told_in_words_with_exit_code_2(monkeypatch: pytest.MonkeyPatch) -> None:
    def empty() -> None:
        raise EmptySource("Reading the export", "it has no row", "Ask the school.")

    monkeypatch.setattr(importlib.import_module("supdata.cli.demo"), "demo", empty)
    result = CliRunner().invoke(main.app, ["demo"])
    assert (result.exit_code, result.stderr) == (2, "Reading the export: it has no row. Ask the school.\n")


def test_an_unexpected_error_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(importlib.import_module("supdata.cli.demo"), "demo", broken)
    assert isinstance(CliRunner().invoke(main.app, ["demo"]).exception, ZeroDivisionError)


def test_options_and_help_are_those_of_the_real_command() -> None:
    result = CliRunner().invoke(main.app, ["check", "--help"])
    assert result.exit_code == 0
    assert "--json" in result.output
    assert CliRunner().invoke(main.app, ["check", "--jsn"]).exit_code == 2


def test_a_slip_in_the_name_of_a_command_is_met_with_the_nearest() -> None:
    result = CliRunner().invoke(main.app, ["chekc"])
    assert result.exit_code == 2
    assert "check" in result.output
