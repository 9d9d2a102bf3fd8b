"""`python -m supdata.cli.demo [demo|up]`, without the rest of the command line."""

import typer

from supdata.cli.demo import demo, up

app = typer.Typer(add_completion=False, help=__doc__, invoke_without_command=True)
app.command()(demo)
app.command()(up)


@app.callback()
def _demo_by_default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        demo()


app()
