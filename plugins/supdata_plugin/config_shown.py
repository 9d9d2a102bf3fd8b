"""A school's configuration as `supdata check` sees it, where this machine has the file; else as its DAG tells it.

The api-server of a large installation has no DAG folder. What the DAG processor has read is in Airflow's database: the page of
the DAG, which names source, connections and faults.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from airflow import settings
from airflow.models.serialized_dag import SerializedDagModel
from sqlalchemy.orm import Session

from supdata.cli.check import check_files
from supdata.config.faults import Fault
from supdata.config.loading import institution_file_names
from supdata.config.models import Institution
from supdata.orchestration.building import dag_ids
from supdata.orchestration.validation import suites_folder

FOLDER = "institutions"


@dataclass(frozen=True, kw_only=True)
class Config:
    """What can be said of a school's file: `text` is the file itself, or the page of its DAG where the file is not at hand.

    `checked` tells whether the file was at hand, and so whether no fault means that there is none.
    """

    name: str
    text: str
    checked: bool
    institution: Institution | None = None
    faults: Sequence[Fault] = ()
    warnings: Sequence[Fault] = ()

    @property
    def remarks(self) -> tuple[Fault, ...]:
        """All there is to say of the file, what is wrong first."""
        return (*self.faults, *self.warnings)


def config_of(session: Session, dag_id: str) -> Config:
    """Return the configuration of a school's DAG."""
    path = _file_of(dag_id)
    if path is None:
        dag = SerializedDagModel.get_dag(dag_id, session=session)
        return Config(name="", text=(dag.doc_md if dag else "") or "", checked=False)
    (checked,) = check_files([path], suites_folder(), datetime.now(UTC).date())
    return Config(
        name=path.name,
        text=path.read_text(encoding="utf-8", errors="replace"),
        checked=True,
        institution=checked.institution,
        faults=checked.faults,
        warnings=checked.warnings,
    )


def _file_of(dag_id: str) -> Path | None:
    """Return the file that has made a DAG, by looking through the folder: no path is made of an id."""
    folder = Path(settings.DAGS_FOLDER) / FOLDER
    name = dag_ids(institution_file_names(folder)).get(dag_id) if folder.is_dir() else None
    return folder / name if name is not None else None
