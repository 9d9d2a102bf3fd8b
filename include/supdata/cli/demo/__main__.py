"""`python -m supdata.cli.demo demo|up`, without the rest of the command line."""

import typer

from supdata.cli.demo import demo, up

app = typer.Typer(add_completion=False, help=__doc__, pretty_exceptions_enable=False, no_args_is_help=True)
app.command()(demo)
app.command()(up)

app()
