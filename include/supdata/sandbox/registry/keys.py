"""Keys: issued per institution, to the kinds that may write; only their digests are kept."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

#: Who may declare: particulier, entreprise and administration may only read (fiche of the API Statut Étudiant).
MAY_WRITE = frozenset({"enseignement_superieur", "lycee"})


class Use(StrEnum):
    """What a key opens; the registry has a different key for each."""

    WRITE = "write"
    #: `GET /api/etudiant`, for the State's gateway.
    GATEWAY = "gateway"
    #: The bearer token of `GET /v3/mesri/statut_etudiant/ine`.
    PARTICULIER = "particulier"


@dataclass(frozen=True)
class Grant:
    """A key by its digest, what it opens and, to write, for which establishments."""

    digest: bytes
    use: Use
    uais: frozenset[str] = frozenset()


def new_key() -> str:
    """Return a new key in the form of the contract's example: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def digest_of(key: str) -> bytes:
    """Return what is kept of a key. A random key of 128 bits needs no slow hash."""
    return sha256(key.encode()).digest()


class KeyRing:
    """Every valid key, in memory: one process serves, so what it issues is known at once."""

    def __init__(self, grants: Iterable[Grant]) -> None:
        self._grants = {grant.digest: grant for grant in grants}

    def add(self, grant: Grant) -> None:
        """Let a new key in."""
        self._grants[grant.digest] = grant

    def revoke(self, uai: str) -> list[Grant]:
        """Take out every key that writes for `uai`, and return them."""
        gone = [grant for grant in self._grants.values() if uai in grant.uais]
        for grant in gone:
            del self._grants[grant.digest]
        return gone

    def grant(self, key: str, use: Use) -> Grant | None:
        """Return what `key` opens when it is valid for `use`, else None."""
        found = self._grants.get(digest_of(key))
        return found if found is not None and found.use is use else None
