"""One cold parse of one DAG file in a process of its own: `python -m benchmarks.fleet_parse FILE [DAG_ID]`.

Airflow is imported before the clock starts: all pay for that alike. What is measured is what the dag-processor and a task start
do with the file, Airflow's `DagBag`; with a DAG id as Airflow's task runner sets it, so that a file may build that one alone.
What a DAG file itself imports is inside. Prints one line of JSON: CPU seconds, DAGs, tasks, and MiB of memory at most.
"""

import logging
import sys
import time
from contextlib import nullcontext

import msgspec


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """What a parse took and gave; `serialised` is the CPU seconds of what only the dag-processor does after it."""

    cpu_seconds: float
    serialised: float
    dags: int
    tasks: int
    peak_mib: float


def parse(file: str, dag_id: str | None) -> Parsed:
    """Parse `file` once, for all of its DAGs or for one."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.sdk.definitions._internal.dag_parsing_context import _airflow_parsing_context_manager
    from airflow.serialization.serialized_objects import DagSerialization

    from benchmarks.push_ours import peak_mib

    context = _airflow_parsing_context_manager(dag_id=dag_id) if dag_id else nullcontext()
    begun = time.process_time()
    with context:
        bag = DagBag(dag_folder=file, safe_mode=False, load_op_links=False)
    parsed = time.process_time()
    if bag.import_errors:
        raise SystemExit(f"{file}: {bag.import_errors}")
    for dag in bag.dags.values() if dag_id is None else ():
        DagSerialization.to_dict(dag)
    return Parsed(
        cpu_seconds=round(parsed - begun, 4),
        serialised=round(time.process_time() - parsed, 4),
        dags=len(bag.dags),
        tasks=sum(len(dag.tasks) for dag in bag.dags.values()),
        peak_mib=round(peak_mib(), 1),
    )


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    print(msgspec.json.encode(parse(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)).decode())  # noqa: T201
