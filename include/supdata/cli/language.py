"""The language in which commands speak to people: English, or French where the machine is set to it.

Texts are written in English where they are said; `french.yaml` is the one catalogue of what they are in French. What has no
entry there is said in English.
"""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

VARIABLE = "SUPDATA_LANG"
#: In the order in which they count; the system's own come after ours.
_VARIABLES = (VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG")


def speaks_french(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the first of SUPDATA_LANG, LC_ALL, LC_MESSAGES and LANG that is set asks for French."""
    chosen = next((value for name in _VARIABLES if (value := environment.get(name))), "")
    return chosen.casefold().startswith("fr")


def say(english: str, /, **values: object) -> str:
    """Return a text in the language of the machine, with `values` put in where it names them."""
    text = in_french().get(english, english) if speaks_french() else english
    return text.format(**values) if values else text


@cache
def in_french() -> Mapping[str, str]:
    """Return the catalogue: what each English text is in French."""
    catalogue: dict[str, str] = yaml.safe_load((Path(__file__).parent / "french.yaml").read_text(encoding="utf-8"))
    return catalogue


def translate_help(command: Any) -> None:
    """Put the help texts of a command, of its options and of the commands below it into the language of the machine."""
    if not speaks_french():
        return
    for part in (command, *command.params):
        if getattr(part, "help", None):
            part.help = "\n\n".join(say(paragraph) for paragraph in paragraphs(part.help))
    for below in getattr(command, "commands", {}).values():
        translate_help(below)


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a help text, each on one line, as the catalogue has them."""
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
