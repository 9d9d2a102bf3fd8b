"""Where the registry is and with which key: checked once, before anything is sent there."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from supdata.errors import FixConfig

ATTEMPTED = "Reading the registry's address"


@dataclass(frozen=True)
class Endpoint:
    """The registry's base address, with or without its `/api`, and the key of one institution.

    http is refused, since the key and the students' data would travel in the open; loopback (the sandbox) may use it, and
    `allow_http` is for a network that is private by itself. Raises FixConfig when the address or the key cannot be used.
    """

    url: str
    api_key: str = field(repr=False)
    verify_tls: bool = True
    allow_http: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be called, or not safely; messages never repeat the address, which might hold a secret."""
        parts = _split(self.url)
        if parts.username or parts.password or parts.query or parts.fragment:
            raise FixConfig(ATTEMPTED, "it holds a user, a password or a query", "Give the bare address; the key goes apart.")
        if parts.scheme == "http" and not self.allow_http and not is_loopback(parts.hostname or ""):
            raise FixConfig(ATTEMPTED, "it is http: the key would travel in the open", "Write https://.")
        if not self.api_key or not (self.api_key.isascii() and self.api_key.isprintable()) or " " in self.api_key:
            raise FixConfig("Reading the registry's key", "it is empty or not printable", "Paste the key again, alone.")

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return urlsplit(self.url).netloc

    @property
    def declaration_url(self) -> str:
        """The one address of the write API: `POST {base}/api/inscription`."""
        base = self.url.rstrip("/")
        return f"{base}/inscription" if base.endswith("/api") else f"{base}/api/inscription"


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by number or as localhost; no name is looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        parts.netloc.encode("idna")
    except ValueError:
        usable = False
        parts = SplitResult("", "", "", "", "")
    if not usable:
        raise FixConfig(ATTEMPTED, "it is not an http or https address", "Write for example https://api.renater.fr.")
    return parts
