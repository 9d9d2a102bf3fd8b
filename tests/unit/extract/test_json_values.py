"""Values out of JSON: text, with the digits they were written with."""

import pytest

from supdata.extract.json_values import as_text, field_names, find, parse

DOCUMENT = parse(b'{"a": 1, "b": {"c": "x", "d.e": "y"}, "f.g": "z", "l": [{"m": "u"}, "v"], "n": null, "t": true, "z": 12.50}')


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", "1"),
        ("b.c", "x"),
        ("b.d.e", "y"),
        ("f.g", "z"),
        ("l.0.m", "u"),
        ("l.1", "v"),
        ("n", ""),
        ("t", "true"),
        ("z", "12.50"),
    ],
)
def test_a_path_leads_to_its_value_as_text(path: str, expected: str) -> None:
    there, value = find(DOCUMENT, path)
    assert there
    assert as_text(value) == expected


@pytest.mark.parametrize("path", ["x", "a.x", "b.x", "l.2", "l.-1", "l.m", "l.²", "n.x", "", "b."])
def test_a_path_that_leads_nowhere_says_so(path: str) -> None:
    assert find(DOCUMENT, path) == (False, None)


def test_numbers_are_not_rounded() -> None:
    assert parse(b"[12345678901234567890, 1.10, 1e3]") == ["12345678901234567890", "1.10", "1e3"]


@pytest.mark.parametrize("value", [{}, {"a": "1"}, [], ["1"]])
def test_an_object_or_a_list_is_no_value(value: object) -> None:
    with pytest.raises(ValueError, match="one value is due"):
        as_text(value)


def test_field_names_are_the_paths_of_single_values() -> None:
    assert field_names(DOCUMENT) == ["a", "b.c", "b.d.e", "f.g", "l.0.m", "l.1", "n", "t", "z"]
    assert field_names("x") == []
