import ast
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from typer.main import get_command

from supdata.cli import main
from supdata.cli.language import in_french, paragraphs, say, speaks_french

CLI = Path(main.__file__).parent
#: What only people who work on the project see.
SPOKEN_BY = ("new", "preview", "doctor")


def helps(command: Any) -> Iterator[str]:
    for part in (command, *command.params):
        yield from paragraphs(part.help) if getattr(part, "help", None) else ()
    for below in getattr(command, "commands", {}).values():
        yield from helps(below)


def said(folder: Path) -> Iterator[str]:
    """Every text that a module hands to `say` as it stands."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value)


@pytest.mark.parametrize(("name", "module", "line"), main.COMMANDS, ids=lambda value: str(value)[:20])
def test_every_help_text_is_in_the_catalogue(name: str, module: str, line: str) -> None:
    real = get_command(main._as_command(name, getattr(importlib.import_module(module), name)))
    assert [text for text in (line, *helps(real)) if text not in in_french()] == []


@pytest.mark.parametrize("name", SPOKEN_BY)
def test_all_that_these_commands_say_is_in_the_catalogue(name: str) -> None:
    assert [text for text in said(CLI / name) if text not in in_french()] == []


def test_a_text_names_the_same_values_in_both_languages() -> None:
    def names(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text)} - {None}

    spoken = {text for name in SPOKEN_BY for text in said(CLI / name)}
    assert [text for text in spoken if names(text) != names(in_french()[text])] == []


@pytest.mark.parametrize(
    ("environment", "french"),
    [
        ({}, False),
        ({"LANG": "fr_FR.UTF-8"}, True),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, False),
        ({"SUPDATA_LANG": "fr", "LC_ALL": "en_GB.UTF-8"}, True),
        ({"SUPDATA_LANG": "en", "LANG": "fr_FR.UTF-8"}, False),
    ],
    ids=str,
)
def test_our_own_variable_counts_before_the_systems(environment: dict[str, str], french: bool) -> None:
    assert speaks_french(environment) is french


def test_what_has_no_entry_is_said_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPDATA_LANG", "fr")
    assert say("a text of {nobody}", nobody="mine") == "a text of mine"
    assert say("{count} rows were read", count=3) == "3 lignes ont été lues"


def test_help_is_french_where_the_machine_is() -> None:
    program = "from supdata.cli.main import app; app()"
    environment = {**os.environ, "SUPDATA_LANG": "fr"}
    shown = [
        subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True, env=environment
        ).stdout
        for words in (["--help"], ["preview", "--help"])
    ]
    assert "rien n'est envoyé" in shown[0]
    assert "Lit au plus ce nombre de lignes" in shown[1]
