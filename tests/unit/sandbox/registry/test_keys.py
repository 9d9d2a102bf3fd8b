"""Keys open what they were issued for."""

from supdata.sandbox.registry.keys import Grant, KeyRing, Use, digest_of, new_key

UAI = "0751717J"


def test_a_key_opens_only_the_use_it_was_issued_for() -> None:
    grant = Grant(digest_of("the-key"), Use.WRITE, frozenset({UAI}))
    ring = KeyRing([grant])
    assert ring.grant("the-key", Use.WRITE) == grant
    assert ring.grant("the-key", Use.GATEWAY) is None
    assert ring.grant("THE-KEY", Use.WRITE) is None
    assert ring.grant("", Use.WRITE) is None


def test_revoking_takes_every_key_of_an_establishment_and_no_other() -> None:
    ring = KeyRing([Grant(digest_of("other"), Use.WRITE, frozenset({"0442953W"}))])
    ring.add(Grant(digest_of("one"), Use.WRITE, frozenset({UAI})))
    ring.add(Grant(digest_of("two"), Use.WRITE, frozenset({UAI, "0881269B"})))
    assert len(ring.revoke(UAI)) == 2
    assert ring.grant("one", Use.WRITE) is None
    assert ring.grant("two", Use.WRITE) is None
    assert ring.grant("other", Use.WRITE) is not None


def test_keys_have_the_form_of_the_contract_and_differ() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(len(key) == 32 and int(key, 16) >= 0 for key in keys)
