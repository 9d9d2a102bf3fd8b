"""`supdata ledger replay`: have records sent again, by a named person and for a reason that is kept."""

import getpass
from collections import Counter
from datetime import UTC, datetime
from typing import Annotated

import typer

from supdata.cli.ledger.access import opened
from supdata.cli.ledger.options import AsJson, Database, Due, Keys, Row, School, Source, State, choice_of
from supdata.cli.ledger.tables import as_json
from supdata.errors import FixConfig
from supdata.ledger.consulting import Record, records, senders
from supdata.ledger.store import Ledger
from supdata.registry.words import clean_words


def replay(
    *,
    school: School,
    state: Annotated[list[State], typer.Option("--state", help="What stands at this; may be given several times.")],
    reason: Annotated[str, typer.Option(help="Why; kept for good, so no INE and no date in it.")] = "",
    by: Annotated[str, typer.Option(help="Who asks; your account's name when absent.")] = "",
    due: Due = "",
    source: Source = "",
    row: Row = None,
    key: Keys = None,
    database: Database = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    json: AsJson = False,
) -> None:
    """Have records sent again by the next run whose source holds them, whatever they stand at; each once.

    Who asked, when and why is kept and told by `trail`. What the registry has accepted is sent again only when asked for by
    --state accepted: it may then hold it twice. Exit code 2: refused, for want of a reason or because a run is sending.
    """
    now = datetime.now(UTC)
    author = kept_text("--by", by or getpass.getuser(), "Say who asks.")
    why = kept_text("--reason", reason, "Say why; whoever reads the record's trail will want to know.")
    choice = choice_of(school=school, states=state, due=due, source=source, row=row, keys=key, now=now)
    with opened(database) as connection:
        shown = records(connection, choice)
        if not shown or not (yes or _confirmed(school, shown)):
            typer.echo(as_json(marked=0) if json else "Nothing was changed.")
            return
        ledger = Ledger(connection)
        with ledger.silence(senders(connection, choice.uai)):
            still = {one.key for one in shown} & {one.key for one in records(connection, choice)}
            marked = ledger.ask_again(sorted(still), author=author, reason=why, at=now)
    typer.echo(as_json(marked=marked) if json else f"{marked} records are sent again by the next run whose source holds them.")


def kept_text(option: str, text: str, remedy: str) -> str:
    """Return a text that may be kept; raises FixConfig when it is empty, or holds what may be an INE or a birth date."""
    text = " ".join(text.split())
    if not text:
        raise FixConfig("Marking records to be sent again", f"{option} is empty", remedy)
    if clean_words(text, sent={}) != text:
        found = f"{option} holds what may be an INE or a birth date, or has more than 300 characters"
        raise FixConfig(
            "Marking records to be sent again", found, "Name no student and write no date: the moment is kept anyway."
        )
    return text


def _confirmed(school: str, shown: list[Record]) -> bool:
    counts = ", ".join(f"{count} {state}" for state, count in sorted(Counter(one.state for one in shown).items()))
    twice = (
        " What is accepted may then stand twice in the registry." if any(one.state == State.ACCEPTED for one in shown) else ""
    )
    return typer.confirm(f"{school}: send {len(shown)} records again ({counts})?{twice}", err=True)
