"""What Airflow learns about this package at start: its connection types, with their forms."""

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """Return the provider description of the entry point `apache_airflow_provider`."""
    return {
        "package-name": "supdata-sync",
        "name": "SupData",
        "description": "Declares student enrolments to SupData, the national student-status registry.",
        "connection-types": [
            _connection_type("supdata", "SupdataHook", "SupData (registre RENATER)", address="https://…/api", key="X-API-Key"),
            _connection_type(
                "supdata_read", "SupdataReadHook", "SupData (relecture)", address="https://…/api", key="X-API-Key (read)"
            ),
            _connection_type(
                "api_particulier",
                "ApiParticulierHook",
                "API Particulier (relecture)",
                address="https://particulier.api.gouv.fr",
                key="Token (JWT)",
            ),
        ],
    }


def _connection_type(name: str, hook: str, title: str, *, address: str, key: str) -> dict[str, Any]:
    """Return one connection type: an address and a key, and what is allowed on the way there."""
    return {
        "connection-type": name,
        "hook-class-name": f"supdata.orchestration.hook.{hook}",
        "hook-name": title,
        "ui-field-behaviour": {
            "hidden-fields": ["schema", "login", "port"],
            "relabeling": {"host": "Registry address", "password": key},
            "placeholders": {"host": address},
        },
        "conn-fields": {
            "verify_tls": {
                "label": "Verify TLS certificate",
                "schema": {"type": ["boolean", "null"], "default": True},
            },
            "allow_http": {
                "label": "Allow plain http beyond this machine (never in production)",
                "schema": {"type": ["boolean", "null"], "default": False},
            },
        },
    }
