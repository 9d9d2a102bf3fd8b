import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from supdata.config.schema import institution_schema

CONFIGS = Path(__file__).parents[2] / "configs"
#: What the schema can see: keys, types and words. The rest is for `supdata check`.
SEEN = ("unknown_keys", "missing_keys", "wrong_words", "kind_unknown", "auth_unknown", "rest_paging", "rest_secrets")


def read(path: Path) -> Any:
    """Return a file as an editor sees it: JSON's types, dates as text."""
    return json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = institution_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_schema_accepts_the_short_forms_of_a_column(validator: jsonschema.Draft202012Validator) -> None:
    sample = read(CONFIGS / "valid" / "0881269B.yaml")
    sample["columns"] |= {"ine": {"column": "INE"}, "regime": {"columns": ["A", "B"]}}
    assert list(validator.iter_errors(sample)) == []


@pytest.mark.parametrize("name", ["0331766R", "0540081V", "0881269B"])
def test_the_schema_accepts_each_kind_of_source(name: str, validator: jsonschema.Draft202012Validator) -> None:
    assert list(validator.iter_errors(read(CONFIGS / "valid" / f"{name}.yaml"))) == []


def test_the_schema_accepts_the_file_that_the_bad_samples_were_made_from(validator: jsonschema.Draft202012Validator) -> None:
    assert list(validator.iter_errors(read(CONFIGS / "valid" / "0751717J.yaml"))) == []


@pytest.mark.parametrize("name", SEEN)
def test_the_schema_sees_what_an_editor_should_underline(name: str, validator: jsonschema.Draft202012Validator) -> None:
    assert list(validator.iter_errors(read(CONFIGS / "bad" / f"{name}.yaml"))) != []


def test_every_key_of_the_schema_is_explained_where_its_name_does_not_say_it() -> None:
    schema = institution_schema()
    assert schema["$defs"]["SftpSource"]["properties"]["path"]["description"]
    assert schema["additionalProperties"] is False


def test_the_schema_knows_the_short_and_the_long_form_of_a_rule(validator: jsonschema.Draft202012Validator) -> None:
    sample = read(CONFIGS / "valid" / "0751717J.yaml")
    rules = read(CONFIGS / "valid" / "0442953W.yaml")["rules"]
    assert list(validator.iter_errors(sample | {"rules": rules})) == []
    for wrong in ("weak", {"severity": "hold"}, {"severity": "reject", "ceilling": 3}, {"tolerance": "many"}):
        assert list(validator.iter_errors(sample | {"rules": {"INE-FORMAT": wrong}})) != []
