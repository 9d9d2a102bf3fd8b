"""What a worker imports and reads once, so that each task it forks finds it there.

A task is a fork of its worker, and has all that the worker has imported. Stages take half a second of CPU to import, Great
Expectations two to eight, the table of communes and the report's templates one more: paid by each task of each school, that
would be the largest cost of a night. LocalExecutor's workers are forks of the scheduler, Celery's of its worker, which is told
to by Celery's `imports` (see `celery_worker`): each makes all of it ready before it forks. The DAG processor forks for each
parse, and imports what a DAG file needs. Where a task has a machine of its own (KubernetesExecutor) nothing can be shared.

Nothing here may start a thread, as polars does once it works: a fork would have its locks and not its threads.
"""

import logging
import os
import sys
from functools import cache
from importlib import import_module

from airflow.configuration import conf
from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

from supdata.orchestration.timetable import SharedCronTimetable

#: What parsing an institution file takes.
PARSING = "supdata.orchestration.building"
#: What `tasks` imports inside its functions.
STAGES = tuple(
    f"supdata.orchestration.{stage}"
    for stage in ("extraction", "normalisation", "validation", "planning", "pushing", "reconciling", "reporting", "delivering")
)
#: Says no, for a machine with no memory to spare: a few hundred MiB, which all workers of a scheduler share.
SWITCH = "SUPDATA_WARM_WORKERS"

log = logging.getLogger(__name__)


@cache
def warm_workers() -> None:
    """Make ready what any task may need, Great Expectations included."""
    from airflow.sdk.io.fs import has_fs

    from supdata.records.commune import load_communes
    from supdata.report.page import make_ready
    from supdata.validate.custom import register

    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    # Its threads would be of no use to us, and threads do not outlive a fork.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for module in (PARSING, *STAGES):
        import_module(module)
    register()
    load_communes()
    make_ready()
    has_fs("file")  # each task's first file asks for it: the stores of all providers are imported, S3's client among them
    log.info("warming.workers_ready modules=%d", len(sys.modules))


def warm_by_role(arguments: list[str], executor: str) -> None:
    """Import what the forks of this process need; `arguments` are those of the `airflow` command that runs here."""
    match arguments[1:2]:
        case ["scheduler"] if "LocalExecutor" in executor:
            warm_workers()
        case ["dag-processor"]:
            import_module(PARSING)
        case _:
            return


def is_wanted() -> bool:
    """Whether this machine has the memory; its environment may say that it has not."""
    return os.environ.get(SWITCH, "yes").lower() not in {"no", "false", "0"}


@hookimpl
def on_starting(component: object) -> None:  # noqa: ARG001 (the shape Airflow asks for)
    """Airflow says that a component starts, before it forks anything."""
    if is_wanted():
        warm_by_role(sys.argv, conf.get("core", "executor"))


class Warming(AirflowPlugin):
    """The registration, found by the package's entry point wherever the package is; it has nothing to show in the UI."""

    name = "supdata_warming"
    listeners = [sys.modules[__name__]]  # noqa: RUF012 - the shape Airflow asks for
    timetables = [SharedCronTimetable]  # noqa: RUF012 - each process of Airflow reads DAGs, and so must know it
