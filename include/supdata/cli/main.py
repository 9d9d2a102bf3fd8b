"""The `supdata` command: each of its commands is loaded only when it is the one that was asked for."""

import importlib
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from supdata.cli.language import say, translate_help
from supdata.errors import SupdataError

#: The exit code of what went wrong for a reason that has words; 1 is for faults found where faults were looked for.
NOT_DONE = 2
#: Hands the arguments of a command over as they are, `--help` among them, to the function that has the options.
_AS_GIVEN = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}

#: Name, the module that has a function of that name, and what it does in one line.
COMMANDS = (
    ("check", "supdata.cli.check", "Check institution files: every fault, with its line and the nearest valid word."),
    ("schema", "supdata.cli.check", "Print the JSON Schema of an institution file, for editors."),
    ("new", "supdata.cli.new", "Draft an institution file from a sample of a school's export."),
    ("preview", "supdata.cli.preview", "Show what a school's rows become, and the verdict on each; nothing is sent."),
    ("doctor", "supdata.cli.doctor", "Try a school's connections, rows and key: is it ready for its first run?"),
    ("rules", "supdata.cli.rules", "List the quality rules: a table, JSON, or the page expectations/README.md."),
    ("datadocs", "supdata.cli.datadocs", "Write Great Expectations' page on a run's rows: offline, without values."),
    ("status", "supdata.cli.status", "Tell where every school stands: its last run, its state, its counts."),
    ("ledger", "supdata.cli.ledger", "Follow what was declared: show, find, trail; send again; make and upgrade the tables."),
    ("signoff", "supdata.cli.signoff", "Confirm what a run has declared, in the school's name; or show who has."),
    ("sandbox", "supdata.cli.sandbox", "Serve a local registry that answers as SupData does."),
    ("demo", "supdata.cli.demo", "Synchronise three made schools into a local registry, twice, and show the figures."),
    ("up", "supdata.cli.demo", "The same as `demo`, then stay open and print the addresses."),
)


class _Plainly(TyperGroup):
    """Says an expected error as its message: what was attempted, what was found, what to do; no traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except SupdataError as error:
            typer.secho(str(error), fg=typer.colors.RED, err=True)
            raise typer.Exit(NOT_DONE) from error


# Typer's own tracebacks are off: they print the values of variables.
app = typer.Typer(
    name="supdata",
    cls=_Plainly,
    help=say("Carries student enrolments from each institution's information system into SupData."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _supdata() -> None:
    """Keep `supdata COMMAND` a group, however many commands there are."""


def _loading(name: str, module: str) -> Callable[[typer.Context], None]:
    """Return a command that loads the real one, and hands its arguments over."""

    def command(context: typer.Context) -> None:
        real = get_command(_as_command(name, getattr(importlib.import_module(module), name)))
        translate_help(real)
        code = real.main(args=context.args, prog_name=f"supdata {name}", standalone_mode=False)
        raise typer.Exit(code if isinstance(code, int) else 0)

    return command


def _as_command(name: str, found: Any) -> typer.Typer:
    """Return what a command's module has under its name: a function, or a group of several."""
    if isinstance(found, typer.Typer):
        return found
    real = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    real.command(name)(found)
    return real


for _name, _module, _help in COMMANDS:
    app.command(_name, help=say(_help), context_settings=_AS_GIVEN)(_loading(_name, _module))
