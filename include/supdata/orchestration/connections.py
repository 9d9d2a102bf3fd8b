"""Airflow connections by name, with a clear error where there is none."""

from airflow.sdk import BaseHook, Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from supdata.errors import FixConfig


def find_connection(name: str) -> Connection:
    """Return the Airflow connection `name`; raises FixConfig when there is none."""
    try:
        return BaseHook.get_connection(name)
    except AirflowNotFoundException as error:
        raise FixConfig(
            f"Looking up the Airflow connection `{name}`",
            "there is no connection of that name",
            "Create it under Admin > Connections, or correct `connection` in the institution file.",
        ) from error


def address_of(connection: Connection) -> str:
    """Return the base URL of an http connection as Airflow writes it: schema, host, port."""
    host = (connection.host or "").rstrip("/")
    address = host if "://" in host else f"{connection.schema or 'https'}://{host}"
    return f"{address}:{connection.port}" if connection.port else address
