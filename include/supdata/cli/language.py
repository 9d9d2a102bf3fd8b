"""The language in which commands speak to people: English, or French where the machine is set to it.

Texts are written in English where they are said; `french.py` is the one catalogue of what they are in French.
"""

import os
from collections.abc import Mapping

from supdata.cli.french import FRENCH

VARIABLE = "SUPDATA_LANG"
#: In the order in which they count; the system's own come after ours.
_VARIABLES = (VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG")


def speaks_french(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the first of SUPDATA_LANG, LC_ALL, LC_MESSAGES and LANG that is set asks for French."""
    chosen = next((value for name in _VARIABLES if (value := environment.get(name))), "")
    return chosen.casefold().startswith("fr")


def say(english: str, /, **values: object) -> str:
    """Return a text in the language of the machine, with `values` put in where it names them."""
    text = FRENCH.get(english, english) if speaks_french() else english
    return text.format(**values) if values else text
