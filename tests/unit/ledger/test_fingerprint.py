import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from supdata.ledger.column_fingerprints import AT_ONCE, contents_of, keys_of
from supdata.ledger.fingerprint import Fingerprint

TEXTS = st.text(st.characters(), max_size=4)
FINGERPRINT = Fingerprint(b"a secret of the tests")


@given(st.lists(TEXTS, max_size=5), st.lists(TEXTS, max_size=5))
def test_two_different_keys_never_share_a_fingerprint(one: list[str], other: list[str]) -> None:
    assume(one != other)
    assert FINGERPRINT.key(one) != FINGERPRINT.key(other)


@given(st.dictionaries(TEXTS, TEXTS, max_size=4), st.dictionaries(TEXTS, TEXTS, max_size=4))
def test_two_different_bodies_never_share_a_fingerprint(one: dict[str, str], other: dict[str, str]) -> None:
    assume(one != other)
    assert FINGERPRINT.content(one) != FINGERPRINT.content(other)


def test_the_order_of_a_bodys_fields_says_nothing() -> None:
    assert FINGERPRINT.content({"a": "1", "b": "2"}) == FINGERPRINT.content({"b": "2", "a": "1"})


def test_a_key_is_not_a_content_even_of_the_same_parts() -> None:
    assert FINGERPRINT.key(["a", "1"]) != FINGERPRINT.content({"a": "1"})


def test_half_a_character_is_hashed_and_not_refused() -> None:
    assert FINGERPRINT.key(["\ud800"]) != FINGERPRINT.key(["?"])


def test_a_fingerprint_is_32_hexadecimal_digits_that_do_not_change_between_versions() -> None:
    key = FINGERPRINT.key(("0751717J", "123456789FJ", "2026-09-01", "2500123"))
    assert key == "610d4d9f3bf84fcfc7da72f357694b96"
    assert FINGERPRINT.content({"ine": "123456789FJ"}) == "3eb7832c2b97c48bc3296b8b5c613446"


def test_another_secret_gives_other_fingerprints_and_is_never_shown() -> None:
    assert Fingerprint(b"another").key(["a"]) != FINGERPRINT.key(["a"])
    assert "secret of the tests" not in repr(FINGERPRINT)


@pytest.mark.parametrize("secret", [b"short", b"of a block" * 6 + b"more", b"longer than a block" * 6])
def test_many_fingerprints_made_at_once_are_those_made_one_by_one(secret: bytes) -> None:
    parts = pl.DataFrame({"a": [str(number) for number in range(AT_ONCE + 2)], "b": "x"})
    assert keys_of(Fingerprint(secret), parts) == [Fingerprint(secret).key(row) for row in parts.iter_rows()]
    assert contents_of(Fingerprint(secret), parts[:1], ()) == [Fingerprint(secret).content({"a": "0", "b": "x"})]
