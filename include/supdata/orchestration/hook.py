"""The Airflow connection type `supdata`: the registry's address and an institution's key."""

from airflow.sdk import BaseHook

from supdata.errors import FixConfig, SupdataError
from supdata.registry.client import Endpoint, probe


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
        connection = self.get_connection(self.supdata_conn_id)
        if not connection.host or not connection.password:
            raise FixConfig(
                f"Reading the Airflow connection `{self.supdata_conn_id}`",
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

    def test_connection(self) -> tuple[bool, str]:
        """Ask the registry whether it knows the key, without declaring anybody."""
        try:
            return True, probe(self.endpoint())
        except SupdataError as error:
            return False, str(error)


def _address(host: str, port: int | None) -> str:
    """Join host and port; a bare host name means https."""
    address = host if "://" in host else f"https://{host}"
    return f"{address}:{port}" if port else address
