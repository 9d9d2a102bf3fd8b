"""`supdata ledger`: what the registry has been told, for a person to follow and to steer."""

import typer

from supdata.cli.ledger.finding import find
from supdata.cli.ledger.holding import hold, holds, release
from supdata.cli.ledger.removing import removals, remove
from supdata.cli.ledger.replaying import replay
from supdata.cli.ledger.showing import show, trail
from supdata.cli.ledger.upkeep import migrate, restored, status

ledger = typer.Typer(
    name="supdata ledger",
    help=(
        "What the registry has been told, for a person to follow and to steer. No INE and no birth date is in it: a record is "
        "named by the first digits of its fingerprint."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _command in (show, find, trail, replay, hold, holds, release, remove, removals, status, migrate, restored):
    ledger.command()(_command)
