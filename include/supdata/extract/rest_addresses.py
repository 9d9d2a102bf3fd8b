"""Which addresses of a REST API may be asked: encrypted ones, and those of the server that the credential is for."""

from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from supdata.errors import FixConfig

STANDARD_PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str, int | None]


def origin(url: str) -> Origin:
    """Return scheme, host and port of `url`, the port that its scheme implies included; raises ValueError when it has none."""
    parts = urlsplit(url)
    if parts.scheme not in STANDARD_PORTS or not parts.hostname:
        raise ValueError("no http address")
    return parts.scheme, parts.hostname.rstrip("."), parts.port or STANDARD_PORTS[parts.scheme]


def full_address(base: str, path: str) -> str:
    """Return `path` on the server at `base`; a path that is a full address is that address."""
    return f"{base.rstrip('/')}/{path.lstrip('/')}" if path.startswith("/") else path


def require_encryption(url: str, *, insecure: bool, attempted: str) -> None:
    """Raise FixConfig when `url` is no http address, or is plain http beyond this machine and nobody has agreed to that."""
    try:
        scheme, host, _ = origin(url)
    except ValueError:
        remedy = "Write host and schema into the connection, such as https://sis.school.example."
        raise FixConfig(attempted, "the address is not a URL", remedy) from None  # it may hold a password
    if scheme == "http" and not insecure and not _is_this_machine(host):
        found = f"{host} would be asked by plain http: password and students could be read on the way"
        remedy = "Use https in the connection, or agree to it by `insecure_http` and `insecure_http_reason`."
        raise FixConfig(attempted, found, remedy)


def next_address(url: str, target: str, *, how: str, attempted: str) -> str:
    """Return `target`, to which the answer from `url` leads; `how` says by what: "redirects to".

    Raises FixConfig when it is on another server: the credential is for that of `url` alone.
    """
    try:
        led = urljoin(url, target)
        if origin(led) == origin(url):
            return led
        found = f"the API {how} another server ({urlsplit(led).hostname}), which is not followed"
    except ValueError:
        found = f"the API {how} what is no address"
    raise FixConfig(attempted, found, "Write the final address into the connection, if the school confirms it.")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
