"""`supdata new`: an institution file drafted from a sample of a school's export."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from supdata.cli.institutions import INSTITUTIONS
from supdata.cli.language import say
from supdata.cli.new.answers import Answers, regime_of, sent_of, year_at
from supdata.cli.new.deciding import as_preset, decide, fitting_preset, presets
from supdata.cli.new.recognising import recognise
from supdata.cli.new.sampling import read_sample
from supdata.cli.new.writing import as_yaml, connection_commands, head_questions
from supdata.config.faults import nearest_to
from supdata.config.loading import parse_institution
from supdata.config.presets import PRESETS
from supdata.errors import FixConfig
from supdata.records.uai import is_valid_uai

#: The file is written, and a person must still answer what it asks.
QUESTIONS_LEFT = 1


def new(
    uai: Annotated[str, typer.Argument(help="The establishment's UAI.")],
    from_sample: Annotated[Path, typer.Option(help="A file as the school drops it, or an answer of its API saved as JSON.")],
    preset: Annotated[str, typer.Option(help=f"Its information system: {presets()}. Absent: told from the sample.")] = "",
    output: Annotated[Path | None, typer.Option(help="Where to write. Absent: dags/institutions/<UAI>.yaml.")] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    name: Annotated[str, typer.Option(help="Answers what the establishment is called.")] = "",
    contact: Annotated[str, typer.Option(help="Answers which e-mail address the registrar's office has.")] = "",
    commune: Annotated[str, typer.Option(help="Answers where the establishment stands: a postal or an INSEE code.")] = "",
    statut: Annotated[str, typer.Option(help="Answers the status where it is one for all: inscrit or admis.")] = "",
    regime: Annotated[str, typer.Option(help="Answers the regime: RF2 for all, or codes such as 544=RF2,545=RF4.")] = "",
    send: Annotated[list[str] | None, typer.Option(help="Answers which rows are enrolments: CODE_MEF=311*,301*.")] = None,
    year: Annotated[int | None, typer.Option(help="The year the academic year begins in. Absent: the current one.")] = None,
) -> None:
    """Draft an institution file from a sample, with a comment on each decision, and a question where it cannot know.

    No student's value is written. Exit code 0: nothing is left to ask; 1: written, with questions; 2: not written.
    """
    path = output or INSTITUTIONS / f"{uai}.yaml"
    _refuse(uai, preset, path, force=force)
    answers = Answers(
        uai=uai,
        year=year or year_at(datetime.now(UTC).date()),
        name=name,
        contact=contact,
        commune=commune,
        statut=statut,
        regime=regime_of(regime),
        sent=sent_of(send or []),
    )
    sample = read_sample(from_sample)
    preset = preset or fitting_preset(sample)
    sample = as_preset(sample, preset) if preset else sample
    draft = decide(sample, recognise(sample, uai), preset, answers, from_sample)
    text = as_yaml(draft, answers, sample)
    parse_institution(text.encode(), str(path))  # what is drafted must be a file that can be read
    path.write_text(text, encoding="utf-8")
    questions = [*head_questions(answers), *draft.questions()]
    typer.echo("\n".join([say("{path} is written.", path=path), *_next(connection_commands(draft, answers), questions, path)]))
    if questions:
        raise typer.Exit(QUESTIONS_LEFT)


def _next(commands: list[str], questions: list[str], path: Path) -> list[str]:
    """Return what is printed for the person who has drafted a file: what is asked, and what to run."""
    asked = [say("To be answered, in the file or by options:"), *(f"  {one}" for one in questions)] if questions else []
    return [
        *asked,
        say("Connections, with your own words in place of the capitals:"),
        *(f"  {one}" for one in commands),
        say("Then:"),
        f"  supdata check {path}",
        f"  supdata preview {path} --file SAMPLE",
    ]


def _refuse(uai: str, preset: str, path: Path, *, force: bool) -> None:
    attempted = f"Drafting {path}"
    if not is_valid_uai(uai):
        raise FixConfig(attempted, f"`{uai[:20]}` is no UAI", "Give seven digits and the key letter that belongs to them.")
    if preset and preset not in PRESETS:
        near = nearest_to(preset, PRESETS)
        raise FixConfig(attempted, f"there is no preset {preset[:40]}", f"Did you mean {near}?" if near else presets())
    if path.exists() and not force:
        raise FixConfig(attempted, "it is there already", "Give another --output, or --force to write over it.")
