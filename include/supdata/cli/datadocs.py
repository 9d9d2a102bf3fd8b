"""`supdata datadocs`: Great Expectations' page on the rows of a run, for engineers: offline, and without a student's value."""

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated

import typer

from supdata.cli.institutions import INSTITUTIONS, institution_at


def datadocs(
    institution: Annotated[str, typer.Argument(help="A UAI of --institutions, or the path of an institution file.")],
    run: Annotated[str, typer.Option(help="The run's id in Airflow.")],
    out: Annotated[Path, typer.Option(help="Where to write the page.")] = Path("data_docs.html"),
    institutions: Annotated[Path, typer.Option(help="The folder of institution files.")] = INSTITUTIONS,
    expectations: Annotated[Path, typer.Option(help="The folder of suites.")] = Path("expectations"),
) -> None:
    """Write Great Expectations' own page on the rows of a run: each expectation, and on how many rows it failed.

    The page holds no student's value and loads nothing from anywhere. The run folder is that of SUPDATA_RUN_FOLDER.
    """
    from supdata.validate.data_docs import data_docs

    facts = institution_at(institution, institutions)
    with redirect_stdout(sys.stderr):  # importing Airflow may say a word
        from supdata.orchestration.run_folder import RunFolder, run_folder_root

        folder = RunFolder(run_folder_root(), facts.uai, run)
    with folder.opened("normalise", "enrolments.jsonl") as lines:
        out.write_text(data_docs(lines, facts, expectations / "enrolment.json"), encoding="utf-8")
    typer.echo(str(out))
