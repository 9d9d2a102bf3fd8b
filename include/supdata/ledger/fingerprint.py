"""Keyed hashes by which the ledger knows enrolments without knowing a single student."""

import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha256

#: 128 bits: among a billion enrolments, two share a fingerprint with a chance of about one in 10^21.
HEX_DIGITS = 32
#: What SHA-256 reads at a time, in bytes; RFC 2104 pads the secret to it.
BLOCK = 64


class Fingerprint:
    """HMAC-SHA256 under one secret, cut to 32 hexadecimal digits.

    Keyed, because there are so few INEs and birth dates that a plain hash would be undone by trying them all. Without the
    same secret every enrolment looks new: keep it with the ledger's backups, apart from them.
    """

    def __init__(self, secret: bytes) -> None:
        """Keep `secret`; it is never shown."""
        self._secret = secret

    def key(self, natural_key: Iterable[str]) -> str:
        """Return the fingerprint of an enrolment's natural key."""
        return self._hash(b"key", natural_key)

    def content(self, body: Mapping[str, str]) -> str:
        """Return the fingerprint of a wire body, whatever the order of its fields; absent and empty differ."""
        return self._hash(b"content", (part for name in sorted(body) for part in (name, body[name])))

    def birth(self, key: str, born: str) -> str:
        """Return the fingerprint of a birth date, another for each enrolment `key`: equal dates of two students do not show."""
        return self._hash(b"birth", (key, born))

    def findings(self, parts: Iterable[str]) -> str:
        """Return the fingerprint of all that a registrar is to correct, to tell whether it is the same as before."""
        return self._hash(b"findings", parts)

    def of_messages(self, messages: Iterable[bytes]) -> list[str]:
        """Return the hash of each message that was put together as `_hash` does: HMAC as RFC 2104 writes it out.

        OpenSSL's own takes longer to begin than to hash so little; and a hash that has read the padded secret is copied in
        less time than it takes to make one and have it read that.
        """
        secret = (self._secret if len(self._secret) <= BLOCK else sha256(self._secret).digest()).ljust(BLOCK, b"\0")
        begin, finish = (sha256(bytes(byte ^ pad for byte in secret)).copy for pad in (0x36, 0x5C))
        digests = bytearray()
        for one in messages:
            inner, outer = begin(), finish()
            inner.update(one)
            outer.update(inner.digest())
            digests += outer.digest()[: HEX_DIGITS // 2]
        return digests.hex(" ", HEX_DIGITS // 2).split()

    def identity(self, uai: str, identity: Iterable[str]) -> str:
        """Return the fingerprint by which a row of the school `uai` is known again, of 16 digits: enough among one school's."""
        return self._hash(b"identity", (uai, *identity))[:16]

    def value(self, identity: str, field: str, text: str) -> str:
        """Return the fingerprint of what one field of one row holds, of 12 digits; equal values of two rows do not show."""
        return self._hash(b"value", (identity, field, text))[:12]

    def __repr__(self) -> str:
        return "Fingerprint(secret hidden)"

    def _hash(self, purpose: bytes, parts: Iterable[str]) -> str:
        """Hash `parts` each with its length before it: no two different lists give the same bytes."""
        said = bytearray(purpose)
        for part in parts:
            encoded = part.encode("utf-8", "surrogatepass")  # half a character, as JSON may hold, is still a difference
            said += len(encoded).to_bytes(8, "big")
            said += encoded
        return hmac.digest(self._secret, said, "sha256").hex()[:HEX_DIGITS]
