"""A stage as an Airflow operator: the function that `tasks` declares, and what it is given.

Airflow's own operator for decorated functions works out signatures, arguments and defaults afresh for each task of each
school, which is most of the time that parsing a thousand schools takes. Here the functions are ours and known.
"""

from collections.abc import Callable
from functools import cache
from inspect import getdoc
from typing import Any

from airflow.sdk import BaseOperator, Context

from supdata.orchestration import tasks


class Stage(BaseOperator):
    """One stage of one institution; `chunk` and `batch` are given to the mapped ones."""

    def __init__(self, *, stage: str, config: str, chunk: str = "", batch: str = "", **options: Any) -> None:
        """Run the function `stage` of `tasks` for the institution whose file is `config`."""
        super().__init__(**options)
        self.stage = stage
        self.config = config
        self.chunk = chunk
        self.batch = batch

    def execute(self, context: Context) -> Any:  # noqa: ARG002 (Airflow gives it; stages ask Airflow for theirs)
        """Call the stage; its answer, names and counts, is what XCom keeps."""
        given = {"config": self.config, "chunk": self.chunk, "batch": self.batch}
        return function_of(self.stage)(**{name: value for name, value in given.items() if value})


def function_of(stage: str) -> Callable[..., Any]:
    """Return the function that `tasks` declares as a stage."""
    function: Callable[..., Any] = getattr(tasks, stage).function
    return function


@cache
def options_of(stage: str) -> dict[str, Any]:
    """Return what `tasks` declares of a stage beside its function, with its docstring as its page."""
    return {**getattr(tasks, stage).kwargs, "task_id": stage, "stage": stage, "doc_md": getdoc(function_of(stage))}
