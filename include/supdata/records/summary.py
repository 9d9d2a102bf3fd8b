"""One run in figures: what its school's later reports and the pages of all schools compare."""

from datetime import datetime
from typing import Literal

import msgspec

State = Literal["success", "failed"]
LightWord = Literal["green", "orange", "red", "grey"]


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of one run; no value of a student is in it, and no text in any language.

    `run_id` is Airflow's own, unique within one school. `due` is the moment the run was due, the same however often it is
    cleared: runs are ordered by it. `started` and `ended` are those of the last try, so that their difference is a duration.
    `error` is the class of what the first stage that failed has raised ("" for none, or when no stage is to blame).

    `counts` holds every field of `supdata.records.counts.Counts`; of these, `known` names the ones that the run got far enough
    to establish: the others must not be read as zero. `rules` tells rows by rule, and by what the registry answered, as the
    report groups them. `to_correct` counts rows that are not declared and that the school can put right. `batch` is the SHA-256
    of what the run declared, in whatever order: what a person confirms of it is bound to that.
    """

    uai: str
    dag_id: str
    run_id: str
    due: datetime
    started: datetime
    ended: datetime
    state: State
    light: LightWord
    dry_run: bool
    partial: bool
    failed_stage: str
    error: str
    counts: dict[str, int]
    known: tuple[str, ...]
    rules: dict[str, int]
    to_correct: int
    batch: str
