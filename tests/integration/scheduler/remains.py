"""All that runs leave behind: files, databases, what was sent away, and what Airflow's pages are made from."""

import subprocess
from pathlib import Path
from urllib.parse import quote

from integration.scheduler.operating import Operator
from supdata.cli.demo.rounds import Started
from supdata.sandbox.local.postgres import binaries


def text_below(folder: Path, *, without: tuple[Path, ...] = ()) -> str:
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and not any(map(file.is_relative_to, without))]
    return "\n".join(file.read_bytes().decode(errors="replace") for file in files)


def dump(operator: Operator, database: str) -> str:
    command = [str(binaries() / "pg_dump"), "--inserts", operator.stack.postgres.url(database)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def logs(operator: Operator) -> str:
    """Return all that was written down outside the run folders, the schools and the databases, from Airflow's task logs on."""
    layout = operator.scene.layout
    return text_below(layout.var, without=(layout.runs, layout.schools, layout.postgres / "data"))


def pages(operator: Operator, *runs: Started) -> str:
    """Return what Airflow's pages and ours show of the runs: their addresses, their texts, what is behind their tabs."""
    paths = ["/api/v2/connections?limit=100", "/api/v2/eventLogs?limit=100", "/api/v2/dagTags?limit=100", "/supdata/"]
    for run in runs:
        dag, name = f"/api/v2/dags/{run.dag_id}", quote(run.run_id, safe="")
        here = f"{dag}/dagRuns/{name}"
        paths += [f"{dag}/details", here, f"{here}/taskInstances?limit=100", f"{here}/taskInstances/~/xcomEntries?limit=100"]
        paths += [f"/supdata/schools/{run.dag_id}", f"/supdata/schools/{run.dag_id}/runs/{name}"]
        paths += [f"/supdata/schools/{run.dag_id}/runs/{name}/{page}" for page in ("report", "sign-off")]
    return "\n".join(f"{path}\n{operator.page(path)}" for path in paths)
