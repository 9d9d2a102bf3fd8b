"""Which addresses and keys can be used."""

import pytest

from supdata.errors import FixConfig
from supdata.registry.endpoint import Endpoint


@pytest.mark.parametrize(
    ("url", "declaration"),
    [
        ("https://api.renater.fr", "https://api.renater.fr/api/inscription"),
        ("https://api.renater.fr/api/", "https://api.renater.fr/api/inscription"),
        ("https://example.test/supdata/middle", "https://example.test/supdata/middle/api/inscription"),
        ("http://127.0.0.1:8700", "http://127.0.0.1:8700/api/inscription"),
        ("http://localhost:8700/", "http://localhost:8700/api/inscription"),
        ("http://[::1]:8700", "http://[::1]:8700/api/inscription"),
    ],
)
def test_the_address_of_the_write_api_is_made_from_the_base(url: str, declaration: str) -> None:
    assert Endpoint(url, "a-key").declaration_url == declaration


def test_a_private_network_may_use_http_when_told_so() -> None:
    assert Endpoint("http://sandbox:8700", "a-key", allow_http=True).host == "sandbox:8700"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.renater.fr",
        "http://127.0.0.1.example.test",
        "ftp://api.renater.fr",
        "api.renater.fr",
        "https://",
        "https://user:secret@api.renater.fr",
        "https://api.renater.fr?key=secret",
        "https://[::1",
        "https://host:99999",
        "",
    ],
)
def test_an_address_that_cannot_be_used_safely_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(FixConfig) as refused:
        Endpoint(url, "a-key")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("key", ["", "two words", "line\nfeed", "clé"])
def test_a_key_that_cannot_be_a_header_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(FixConfig) as refused:
        Endpoint("https://api.renater.fr", key)
    assert not key or key not in str(refused.value)


def test_the_key_is_not_shown() -> None:
    assert "a-key" not in repr(Endpoint("https://api.renater.fr", "a-key"))
