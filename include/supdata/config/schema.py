"""The JSON Schema of an institution file, for editors that complete and check YAML while it is typed."""

from typing import Any

from supdata.config.columns import ColumnMapping
from supdata.config.models import Institution
from supdata.config.rule_settings import RuleSetting

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def institution_schema() -> dict[str, Any]:
    """Return the JSON Schema of an institution file, with the short forms of a column mapping and of a rule's setting.

    It knows less than `load_institution`: keys, types and words, not whether a UAI's letter or an encoding is right.
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
    return {"$schema": DIALECT, **schema, "title": "One institution", "description": "dags/institutions/<uai>.yaml"}
