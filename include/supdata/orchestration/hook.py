"""The Airflow connection types: the registry's address and an institution's key, to declare and to read back."""

from airflow.sdk import BaseHook, Connection

from supdata.config.read_back import ReadKind
from supdata.errors import FixConfig, SupdataError
from supdata.registry.client import Endpoint, probe
from supdata.registry.reader import ReadEndpoint, probe_reader


class SupdataHook(BaseHook):
    """Read a `supdata` connection: host is the registry's address, password the institution's X-API-Key."""

    conn_name_attr = "supdata_conn_id"
    default_conn_name = "supdata_default"
    conn_type = "supdata"
    hook_name = "SupData (registre RENATER)"

    def __init__(self, supdata_conn_id: str = default_conn_name) -> None:
        """Name the connection; it is read when an endpoint is asked for."""
        super().__init__()
        self.supdata_conn_id = supdata_conn_id

    def endpoint(self) -> Endpoint:
        """Return where to declare and with which key.

        Raises FixConfig when the address or the key is missing, or the address is not https.
        """
        return endpoint_of(self.get_connection(self.supdata_conn_id), self.supdata_conn_id)

    def test_connection(self) -> tuple[bool, str]:
        """Ask the registry whether it knows the key, without declaring anybody."""
        try:
            return True, probe(self.endpoint())
        except SupdataError as error:
            return False, str(error)


class SupdataReadHook(BaseHook):
    """Read a `supdata_read` connection: SupData's own read service, password its X-API-Key (another than the write key)."""

    conn_name_attr = "read_conn_id"
    default_conn_name = "supdata_read_default"
    conn_type = "supdata_read"
    hook_name = "SupData (relecture)"
    kind: ReadKind = "supdata"

    def __init__(self, read_conn_id: str = default_conn_name) -> None:
        """Name the connection; it is read when it is tried."""
        super().__init__()
        self.read_conn_id = read_conn_id

    def test_connection(self) -> tuple[bool, str]:
        """Ask the read service for nobody's number: does it know the key?"""
        try:
            endpoint = endpoint_of(self.get_connection(self.read_conn_id), self.read_conn_id)
            return True, probe_reader(ReadEndpoint(endpoint, self.kind))
        except SupdataError as error:
            return False, str(error)


class ApiParticulierHook(SupdataReadHook):
    """Read an `api_particulier` connection: the State's gateway, password the token (JWT) of an administration."""

    default_conn_name = "api_particulier_default"
    conn_type = "api_particulier"
    hook_name = "API Particulier (relecture)"
    kind: ReadKind = "api-particulier-v3"


def endpoint_of(connection: Connection, name: str) -> Endpoint:
    """Return the address and the key that the connection `name` holds.

    Raises FixConfig when one of them is missing, or the address is not https.
    """
    if not connection.host or not connection.password:
        raise FixConfig(
            f"Reading the Airflow connection `{name}`",
            "the registry's address (host) or the key (password) is empty",
            "Fill in both under Admin > Connections.",
        )
    extra = connection.extra_dejson
    return Endpoint(
        url=_address(connection.host, connection.port),
        api_key=connection.password,
        verify_tls=bool(extra.get("verify_tls", True)),
        allow_http=bool(extra.get("allow_http", False)),
    )


def _address(host: str, port: int | None) -> str:
    """Join host and port; a bare host name means https."""
    address = host if "://" in host else f"https://{host}"
    return f"{address}:{port}" if port else address
