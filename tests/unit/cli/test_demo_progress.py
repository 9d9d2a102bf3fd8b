"""How runs under way are shown."""

import io
from pathlib import Path

from rich.console import Console

from supdata.cli.demo.layout import Layout
from supdata.cli.demo.progress import Stage, picture, sentence, stages
from supdata.cli.demo.results import RunResult
from supdata.cli.demo.tables import report_lines, run_table
from supdata.records.counts import Counts
from supdata.sandbox.local.airflow_api import TaskState


def a_console(width: int) -> Console:
    return Console(width=width, record=True, file=io.StringIO())


def tasks(**states: str) -> list[TaskState]:
    return [TaskState(name, -1, state) for name, state in states.items()]


def test_stages_come_in_the_order_of_the_picture() -> None:
    shown = stages(tasks(report="", extract="success", validate="running", normalise="success"))
    assert [(stage.name, stage.standing) for stage in shown] == [
        ("extract", "done"),
        ("normalise", "done"),
        ("validate", "running"),
        ("report", "next"),
    ]


def test_mapped_tasks_are_counted() -> None:
    chunks = [TaskState("push", index, state) for index, state in enumerate(["success", "running", ""])]
    (push,) = stages(chunks)
    assert (str(push), push.standing) == ("push 1/3", "running")


def test_a_stage_with_nothing_to_do_is_left_out() -> None:
    assert [stage.name for stage in stages(tasks(plan="success", approve="skipped", push_held="skipped"))] == ["plan"]


def test_what_only_a_surprising_batch_needs_is_left_out_until_then() -> None:
    assert [stage.name for stage in stages(tasks(push="running", approve="", push_held=""))] == ["push"]
    assert [stage.name for stage in stages(tasks(push="running", approve="running", push_held=""))] == ["push", "approve"]


def test_a_task_waiting_to_be_tried_again_is_trouble() -> None:
    assert sentence("running", stages(tasks(extract="up_for_retry"))) == "extract in trouble"


def test_an_ended_run_needs_no_stages() -> None:
    assert sentence("success", stages(tasks(extract="success"))) == "success"


def test_the_picture_names_every_school() -> None:
    console = a_console(100)
    console.print(picture({"0751717J": ("running", [Stage("push", "running", 1, 3)]), "0881269B": ("queued", [])}, 12.4))
    text = console.export_text()
    assert "12 s" in text
    assert "0751717J  running  push 1/3" in text
    assert "0881269B  queued" in text


def test_the_table_fits_eighty_columns_with_three_schools() -> None:
    counts = Counts(read=3_012, accepted=2_900, created=2_900)
    results = [
        RunResult(uai=uai, dag_id=f"supdata_{uai.lower()}", run_id="r", state="success", counts=counts)
        for uai in ("0751717J", "0442953W", "0881269B")
    ]
    console = a_console(80)
    console.print(run_table("First run", results))
    text = console.export_text()
    assert text.count("3 012") == 3
    assert "unknown student" in text
    assert "…" not in text


def test_a_run_without_counts_says_so() -> None:
    console = a_console(80)
    console.print(run_table("First run", [RunResult(uai="0751717J", dag_id="d", run_id="r", state="failed", counts=None)]))
    assert "?" in console.export_text()


def test_what_a_failure_blocks_is_not_called_trouble() -> None:
    shown = stages(tasks(plan="failed", push="upstream_failed", reconcile="running"))
    assert sentence("running", shown) == "reconcile under way, plan in trouble"
    assert [stage.standing for stage in shown] == ["bad", "blocked", "running"]


def test_a_failed_run_says_which_stage_failed_and_why(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "var", tmp_path)
    plan = layout.runs / "0751717J" / "r" / "plan"
    plan.mkdir(parents=True)
    (plan / "result.json").write_text('{"success": false, "error": "FixConfig: no ledger"}')
    lines = report_lines([RunResult(uai="0751717J", dag_id="d", run_id="r", state="failed", counts=None)], layout)
    assert lines == [
        "report 0751717J: none was written",
        "  plan: FixConfig: no ledger",
        "  task logs: var/airflow/logs/dag_id=d/run_id=r",
    ]
