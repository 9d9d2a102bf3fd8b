"""What Airflow learns about this package at start: one connection type, with its form."""

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """Return the provider description of the entry point `apache_airflow_provider`."""
    return {
        "package-name": "supdata-sync",
        "name": "SupData",
        "description": "Declares student enrolments to SupData, the national student-status registry.",
        "connection-types": [
            {
                "connection-type": "supdata",
                "hook-class-name": "supdata.orchestration.hook.SupdataHook",
                "hook-name": "SupData (registre RENATER)",
                "ui-field-behaviour": {
                    "hidden-fields": ["schema", "login", "port"],
                    "relabeling": {"host": "Registry address", "password": "X-API-Key"},
                    "placeholders": {"host": "https://…/api"},
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
        ],
    }
