"""Named in Celery's `imports`, which a worker reads before it forks: what its tasks need is made ready once for all of them.

Other commands of Celery's read the same setting, such as the one that asks whether a worker is well: they make nothing ready.
"""

import sys

from supdata.orchestration.warming import is_wanted, warm_workers


def is_worker(arguments: list[str]) -> bool:
    """Whether `arguments` are those of Airflow's command that runs a Celery worker."""
    return arguments[1:3] == ["celery", "worker"]


if is_worker(sys.argv) and is_wanted():
    warm_workers()
