"""The JSON Schema of an institution file, for editors that complete and check YAML while it is typed."""

from copy import deepcopy
from typing import Any

from supdata.config.columns import ColumnMapping, Columns
from supdata.config.models import Institution
from supdata.config.rule_settings import RuleSetting

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: What a preset may give, wholly or in part.
GIVEN_BY_PRESET = ("source", "columns")
#: Of a section over a preset's: the file says only what is other there, and its keys may be of any kind.
PARTLY = "the preset's"


def institution_schema() -> dict[str, Any]:
    """Return the JSON Schema of an institution file, with the short forms of a column mapping and of a rule's setting.

    It knows less than `load_institution`: keys, types and words, not whether a UAI's letter or an encoding is right. Over a
    preset it asks for less: what the file leaves out the preset may say.
    """
    schema = Institution.model_json_schema()
    definitions = schema["$defs"]
    section = definitions[ColumnMapping.__name__]
    section["properties"]["column"] = {"type": "string", "description": "One source column: short for a list of one."}
    definitions[ColumnMapping.__name__] = {
        "title": "A column's name, a list of columns to join, or a section",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}, section],
    }
    setting = definitions[RuleSetting.__name__]
    definitions[RuleSetting.__name__] = {
        "title": "`reject`, or a section",
        "anyOf": [{"const": "reject", "description": "Short for a severity alone; a weaker rule takes a section."}, setting],
    }
    _ask_less_over_a_preset(schema)
    return {"$schema": DIALECT, **schema, "title": "One institution", "description": "dags/institutions/<uai>.yaml"}


def _ask_less_over_a_preset(schema: dict[str, Any]) -> None:
    """Part what is asked of a file by whether it names a preset."""
    whole = {name: schema["properties"][name] for name in GIVEN_BY_PRESET}
    schema["required"] = [name for name in schema["required"] if name not in GIVEN_BY_PRESET]
    for name in GIVEN_BY_PRESET:
        schema["properties"][name] = {}
    columns = deepcopy(schema["$defs"][Columns.__name__])
    del columns["required"]
    for name, shape in columns["properties"].items():
        columns["properties"][name] = {"anyOf": [shape, {"type": "null", "description": f"Without {PARTLY} column."}]}
    schema["if"] = {"required": ["preset"]}
    schema["then"] = {
        "properties": {
            "source": {"type": "object", "description": f"What is other than in {PARTLY} source."},
            "columns": {**columns, "description": f"What is other than {PARTLY} columns, and what it does not know."},
        }
    }
    schema["else"] = {"required": list(GIVEN_BY_PRESET), "properties": whole}
