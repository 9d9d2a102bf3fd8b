"""`supdata sandbox`: a local registry that answers as SupData does."""

import secrets
from typing import Annotated

import typer

from supdata.sandbox.local.ports import LOOPBACK

DATABASE_VARIABLE = "SUPDATA_SANDBOX_DATABASE"
TOKEN_VARIABLE = "SUPDATA_SANDBOX_ADMIN_TOKEN"  # noqa: S105  # the name of a variable


def sandbox(
    *,
    database_url: Annotated[
        str, typer.Option(envvar=DATABASE_VARIABLE, show_envvar=True, help="A PostgreSQL database of its own.")
    ],
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8081,
    host: Annotated[str, typer.Option(help="Loopback, unless a container's network is around it.")] = LOOPBACK,
    admin_token: Annotated[
        str, typer.Option(envvar=TOKEN_VARIABLE, show_envvar=True, help="Opens /sandbox/…; made up and printed when absent.")
    ] = "",
) -> None:
    """Serve a local registry that answers as SupData does, until Ctrl-C.

    Write: POST /api/inscription. Read: GET /api/etudiant, GET /v3/mesri/statut_etudiant/ine. Keys, directory of students,
    faults and counts: /sandbox/…, from this machine, with the header X-Admin-Token.
    """
    from supdata.sandbox.registry.serving import serve

    if not admin_token:
        admin_token = secrets.token_urlsafe(24)
        typer.echo(f"X-Admin-Token: {admin_token}")
    typer.echo(f"Sandbox registry on http://{host}:{port} (Ctrl-C ends it)")
    serve(database_url, port, admin_token, host)
