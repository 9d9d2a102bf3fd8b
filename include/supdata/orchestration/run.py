"""One run as its tasks see it: the institution as configured now, the run folder, and what the trigger form asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from airflow.sdk import Param, get_current_context
from structlog.contextvars import bound_contextvars

from supdata.config.loading import load_institution
from supdata.config.models import Institution
from supdata.orchestration.run_folder import RunFolder, StageResult, run_folder_root

#: What the trigger form shows.
PARAMS: dict[str, Any] = {
    "mode": Param(
        "delta",
        type="string",
        enum=["delta", "full"],
        title="Mode",
        description=(
            "delta: send what is new or changed. full: also ask again for records the registry refused or did not know, "
            "without waiting for their date, and read everything where a source is asked for changes. "
            "Records the registry has accepted are never sent again unchanged."
        ),
    ),
    "dry_run": Param(
        default=False,
        type="boolean",
        title="Dry run",
        description="Read, check and plan, but send nothing: every record to send ends as not_attempted.",
    ),
    "limit": Param(
        default=None,
        type=["null", "integer"],
        minimum=1,
        title="Limit",
        description="Read at most this many rows. Students missing from a limited read are not counted as departed.",
    ),
}


@dataclass(frozen=True)
class Run:
    """What a stage needs to know of the run it belongs to.

    `started` is the moment the run was due, the same on every retry: stages take their clock from it. `began` is when Airflow
    last began it, None where nobody has told.
    """

    institution: Institution
    folder: RunFolder
    run_id: str
    started: datetime
    mode: Literal["delta", "full"]
    dry_run: bool
    limit: int | None
    dag_id: str = ""
    began: datetime | None = None

    @property
    def ledger_id(self) -> str:
        """The run's name in the ledger, where all schools meet: Airflow's run ids repeat from DAG to DAG."""
        return f"{self.institution.uai}/{self.run_id}"

    @property
    def day(self) -> date:
        """The day the run is dated where the institution is: exceptions to rules end by it, and the report is headed by it."""
        return self.started.astimezone(ZoneInfo(self.institution.timezone)).date()

    @contextmanager
    def stage(self, name: str, part: str = "") -> Iterator[StageResult]:
        """Run one stage and leave its result file, whether it succeeds or not; what it logs bears school, run and stage."""
        facts = self.institution.model_dump(mode="json")
        fields = {"uai": self.institution.uai, "run_id": self.run_id, "stage": name, **({"part": part} if part else {})}
        with bound_contextvars(**fields), self.folder.stage(name, facts, part) as result:
            yield result


def current_run(config: str) -> Run:
    """Return the run of the task being executed; `config` is the path of the institution file.

    Raises InvalidInstitution when the file has become wrong since the run began.
    """
    context = get_current_context()
    institution = load_institution(Path(config))
    dag_run = context["dag_run"]
    run_id = str(context["run_id"])
    params = context["params"]
    return Run(
        institution=institution,
        folder=RunFolder(run_folder_root(), institution.uai, run_id),
        run_id=run_id,
        started=dag_run.run_after,
        mode=params["mode"],
        dry_run=bool(params["dry_run"]),
        limit=params["limit"],
        dag_id=dag_run.dag_id,
        began=dag_run.start_date,
    )
