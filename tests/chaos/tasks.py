"""The stages as processes of their own, each ending as an Airflow task ends: well, with an error, or killed.

What is called is the code that Airflow's tasks call; only the scheduler is not there.
"""

import logging
import os
import resource
import sys
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Literal

from chaos.school import records
from supdata.config.models import Institution
from supdata.errors import TryLater
from supdata.orchestration.planning import plan_run
from supdata.orchestration.pushing import push_chunk_of
from supdata.orchestration.reconciling import reconcile_run
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import RunFolder
from supdata.orchestration.validation import RULES_USED
from supdata.records.judgement import Judgement, RulesInForce
from supdata.records.rows import RawRow
from supdata.records.states import Verdict

WELL = ""
KILLED = "killed"
#: It had to be ended by us: no task may last for ever, and this is a fault of the product.
STUCK = "stuck"


@dataclass(frozen=True)
class Order:
    """One task of one run; `environment` holds the connections, `file_limit` (bytes) makes the disk full beyond it."""

    task: Literal["source", "plan", "push", "reconcile"]
    run_id: str
    started: datetime
    institution: Institution
    root: Path
    log: Path
    environment: dict[str, str] = field(repr=False)
    rows: int = 0
    chunk: str = ""
    file_limit: int = 0


@dataclass(frozen=True)
class Ended:
    """How a try ended: `error` is an error's class, "killed", or "" for well; `again` as the retry policy would say."""

    error: str
    again: bool


@dataclass(frozen=True, eq=False)
class Try:
    """A task being executed in a process."""

    process: ForkServerProcess
    answers: Connection

    def ended(self, seconds: float) -> Ended:
        """Wait up to `seconds`, then end it."""
        self.process.join(seconds)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
            return Ended(STUCK, again=False)
        try:
            return self.answers.recv() if self.answers.poll() else Ended(KILLED, again=True)
        except EOFError:
            return Ended(KILLED, again=True)


def prepare(home: Path, *preloaded: str) -> None:
    """Have the stages, and whatever the main program imports, imported once: each task is then forked, as in Airflow."""
    os.environ["AIRFLOW_HOME"] = str(home)
    tests = str(Path(__file__).parent.parent)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (tests, os.environ.get("PYTHONPATH", ""))))
    get_context("forkserver").set_forkserver_preload(["chaos.tasks", "chaos.warmed", *preloaded])


def begin(order: Order) -> Try:
    """Start a task."""
    context = get_context("forkserver")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_execute, args=(order, sending), daemon=True)
    process.start()
    sending.close()
    return Try(process, receiving)


def _execute(order: Order, answers: Connection) -> None:
    os.environ.update(order.environment)
    logging.basicConfig(filename=order.log, level=logging.INFO, format="%(asctime)s %(process)d %(message)s", force=True)
    logging.raiseExceptions = False  # the log's disk may be full too
    if order.file_limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.file_limit, order.file_limit))
    try:
        _perform(order)
    except BaseException as error:
        logging.getLogger("chaos").exception("chaos.task_failed task=%s %s", order.task, order.chunk)
        answers.send(Ended(type(error).__name__, again=isinstance(error, TryLater | OSError)))
        sys.exit(1)
    answers.send(Ended(WELL, again=False))


def _perform(order: Order) -> None:
    folder = RunFolder(str(order.root), order.institution.uai, order.run_id)
    run = Run(order.institution, folder, order.run_id, order.started, mode="delta", dry_run=False, limit=None)
    match order.task:
        case "source":
            _leave_source(run, order.rows)
        case "plan":
            plan_run(run)
        case "push":
            push_chunk_of(run, "push", order.chunk)
        case "reconcile":
            reconcile_run(run)


def _leave_source(run: Run, rows: int) -> None:
    """Leave what the stages before `plan` would: the school's rows, all of them valid."""
    found = records(rows)
    with run.stage("extract"):
        run.folder.write("extract", "rows.jsonl", (RawRow(source=one.source, row=one.row, values={}) for one in found))
        run.folder.write("extract", "unreadable.jsonl", ())
    with run.stage("normalise"):
        run.folder.write("normalise", "enrolments.jsonl", found)
    with run.stage("validate"):
        judged = (Judgement(source=one.source, row=one.row, verdict=Verdict.VALID) for one in found)
        run.folder.write("validate", "judgements.jsonl", judged)
        run.folder.write("validate", "valid.jsonl", found)
        run.folder.write("validate", RULES_USED, [RulesInForce(version="chaos", severities={})])
