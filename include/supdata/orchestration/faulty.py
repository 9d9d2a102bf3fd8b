"""A broken institution file as a DAG of its own: visible under the school's id, harmless to all others."""

from pathlib import Path

from airflow.sdk import DAG, task

from supdata.config.faults import Fault, InvalidInstitution
from supdata.config.loading import load_institution
from supdata.orchestration.naming import BROKEN_TAG, TAG, display_name
from supdata.orchestration.notifying import notifiers

TAGS = [TAG, BROKEN_TAG]


def build_faulty_dag(dag_id: str, path: Path, invalid: InvalidInstitution) -> DAG:
    """Return a DAG whose page shows every fault of the file, and whose only task fails with them."""
    with DAG(
        dag_id=dag_id,
        schedule=None,
        catchup=False,
        tags=TAGS,
        doc_md=_page(path, invalid),
        on_failure_callback=notifiers(str(path)),
        dag_display_name=display_name(path.stem, "config error"),
        description=f"{path.name} has {len(invalid.faults)} fault(s): nothing runs until they are mended.",
    ) as dag:
        mend_config.override(doc_md=_page(path, invalid))(config=str(path))
    return dag


@task(retries=0)
def mend_config(config: str) -> None:
    """Fails with the faults of the institution file as it is now."""
    load_institution(Path(config))


def _page(path: Path, invalid: InvalidInstitution) -> str:
    introduction = f"{len(invalid.faults)} fault(s). Other institutions are not affected."
    return "\n".join(
        [
            f"# `{path.name}` cannot be used",
            "",
            f"{introduction} Mend the file; `supdata check` says the same.",
            "",
            "| line | where | what | did you mean |",
            "| ---: | --- | --- | --- |",
            *(_row(fault) for fault in invalid.faults),
        ]
    )


def _row(fault: Fault) -> str:
    nearest = f"`{_cell(fault.nearest)}`" if fault.nearest else ""
    return f"| {fault.line} | `{_cell(fault.where)}` | {_cell(fault.message)} | {nearest} |"


def _cell(text: str) -> str:
    """Keep one fault on one row of the table, whatever its text holds."""
    return text.replace("|", "\\|").replace("\n", " ").replace("`", "'").replace("<", "&lt;")
