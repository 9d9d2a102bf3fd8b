"""The scenario that needs a real Airflow: its scheduler and its tasks are killed in the midst of a push."""

import time
from pathlib import Path

from rich.console import Console

from chaos.audit import Found
from chaos.playing import Line
from chaos.scenarios import CONCURRENCY, Size
from chaos.world import Servers
from integration.scheduler.killing import OPERATING, kill_and_recover
from integration.scheduler.operating import Operator, Rows, Run, copy_project, cut_chunks
from supdata.cli.demo.layout import Layout, fresh
from supdata.cli.demo.narrator import Narrator
from supdata.cli.demo.scene import Scene
from supdata.cli.demo.stack import running_stack
from supdata.records.counts import Counts

NAME = "kill -9 of scheduler and tasks"
UNIVERSITY = "0751717J"


def play_airflow(size: Size, *, servers: Servers, folder: Path) -> Line:
    """Play it with the demo's university, whose data hold mistakes that are known beforehand; a second night follows.

    It has servers of its own: `servers` are not used.
    """
    project = copy_project(folder / "project")
    cut_chunks(project, UNIVERSITY, size.chunk)
    scene = Scene(Layout(folder / "var", project), size.records, Narrator(Console(quiet=True)))
    with fresh(scene.layout), running_stack(scene, OPERATING) as stack:
        operator = Operator(stack, scene)
        begun = time.monotonic()
        night = kill_and_recover(operator, UNIVERSITY, calls=size.records // 3, concurrency=CONCURRENCY)
        (second,) = operator.wait_for(operator.start(UNIVERSITY))
        seconds = time.monotonic() - begun
        rows = operator.registry_rows(UNIVERSITY)
    return Line(
        scenario=NAME,
        records=size.records,
        found=_found(scene.world.apogee.expected, night.run, rows),
        allowed=night.most_in_flight,
        may_doubt=False,
        runs=(night.run.state, second.state),
        kills=night.killed,
        endings={"scheduler: killed": 1, "push: killed": night.killed},
        seconds=seconds,
        window=night.most_in_flight,
    )


def _found(expected: Counts, run: Run, rows: Rows) -> Found:
    """Count; what the run says of its records must be what was put into the data."""
    said = run.counts
    wrong = [name for name in expected.__struct_fields__ if said is None or getattr(said, name) != getattr(expected, name)]
    return Found(
        lost=expected.accepted - rows.distinct,
        duplicated=rows.rows - rows.distinct,
        ambiguous=said.ambiguous if said is not None else 0,
        wrong_state=len(wrong),
    )
