"""The DAGs as Airflow sees them: exact ids, exact shape. A missing folder must not pass for 'no error'."""

import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG

from supdata.config.loading import load_institution
from supdata.config.models import Institution
from supdata.config.periods import Periods
from supdata.orchestration import building
from supdata.orchestration.building import build_dag, build_dags
from supdata.orchestration.maintenance import build_maintenance_dag
from supdata.orchestration.naming import registrars_of

ROOT = Path(__file__).parents[2]
DAGS = ROOT / "dags"
EXPECTED_DAG_IDS = {"supdata_0442953w", "supdata_0751717j", "supdata_0881269b"}
MAINTENANCE = "supdata_maintenance"
EXPECTED_UPSTREAM = {
    "extract": set(),
    "normalise": {"extract"},
    "validate": {"normalise"},
    "plan": {"validate"},
    "push": {"plan"},
    "approve": {"plan"},
    "push_held": {"approve"},
    "reconcile": {"push", "push_held"},
    "report": {"reconcile"},
    "deliver": {"report"},
}
BROKEN = """\
uai: 0751717J
nam: Université d'essai
"""


@pytest.fixture(scope="module")
def dags() -> dict[str, DAG]:
    bag = DagBag(dag_folder=str(DAGS), safe_mode=True)
    assert bag.import_errors == {}
    return {dag_id: dag for dag_id, dag in bag.dags.items() if dag_id != MAINTENANCE}


def test_there_is_exactly_one_dag_per_institution_file(dags: dict[str, DAG]) -> None:
    assert set(dags) == EXPECTED_DAG_IDS


def test_one_more_dag_looks_after_all_schools_and_is_taken_for_none() -> None:
    bag = DagBag(dag_folder=str(DAGS / "supdata_maintenance.py"), safe_mode=True)
    (dag,) = bag.dags.values()
    assert (dag.dag_id, dag.tags) == (MAINTENANCE, {"supdata-maintenance"})
    assert set(dag.task_ids) == {"tell_of_silence", "tell_of_removed", "purge"}
    assert all("**Red**" in (task.doc_md or "") for task in dag.tasks)


def test_a_purge_can_be_tried_and_its_periods_are_those_of_where_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    params = build_maintenance_dag(DAGS / "institutions").params
    assert params["dry_run"] is False
    assert {kind: params[kind] for kind in ("folders", "reports", "trail", "history")} == asdict(Periods())
    monkeypatch.setenv("SUPDATA_KEEP_FOLDERS", "7")
    assert build_maintenance_dag(DAGS / "institutions").params["folders"] == 7


@pytest.mark.parametrize("dag_id", sorted(EXPECTED_DAG_IDS))
def test_every_dag_has_the_stages_in_their_order(dags: dict[str, DAG], dag_id: str) -> None:
    assert {task.task_id: set(task.upstream_task_ids) for task in dags[dag_id].tasks} == EXPECTED_UPSTREAM


def test_reconcile_runs_whatever_happened_and_alone_decides_over_the_run(dags: dict[str, DAG]) -> None:
    for dag in dags.values():
        rules = {task.task_id: task.trigger_rule.value for task in dag.tasks if task.trigger_rule.value != "all_success"}
        teardown = "all_done_setup_success"
        assert rules == {"reconcile": "all_done", "report": teardown, "deliver": teardown}
        assert {task.task_id for task in dag.tasks if task.is_teardown} == {"report", "deliver"}
        assert not any(task.on_failure_fail_dagrun for task in dag.tasks if task.is_teardown)


def test_only_the_pushes_take_slots_of_the_registry_pool(dags: dict[str, DAG]) -> None:
    for dag in dags.values():
        pools = {task.task_id: task.pool for task in dag.tasks if task.pool != "default_pool"}
        assert pools == {"push": "supdata_registry", "push_held": "supdata_registry"}


def test_every_task_tells_what_red_means(dags: dict[str, DAG]) -> None:
    for dag in dags.values():
        silent = [task.task_id for task in dag.tasks if task.task_id != "approve" and "**" not in (task.doc_md or "")]
        assert silent == []
        assert "Reject" in (dag.get_task("approve").doc_md or "")


def test_every_stage_decides_by_kind_of_error_whether_to_try_again(dags: dict[str, DAG]) -> None:
    for dag in dags.values():
        assert [task.task_id for task in dag.tasks if not task.has_retry_policy] == []


def test_two_runs_of_one_school_never_overlap_and_the_past_is_not_caught_up(dags: dict[str, DAG]) -> None:
    assert {(dag.max_active_runs, dag.catchup) for dag in dags.values()} == {(1, False)}


def test_the_trigger_form_offers_mode_dry_run_and_limit(dags: dict[str, DAG]) -> None:
    for dag in dags.values():
        assert dict(dag.params) == {"mode": "delta", "dry_run": False, "limit": None}


def test_tags_name_the_kind_of_source_and_the_school(dags: dict[str, DAG]) -> None:
    assert dags["supdata_0751717j"].tags == {"supdata", "sftp", "0751717J"}
    assert dags["supdata_0442953w"].tags == {"supdata", "rest", "0442953W"}
    assert dags["supdata_0881269b"].tags == {"supdata", "database", "0881269B"}


def test_the_registrars_of_a_school_are_tags_of_its_dag(tmp_path: Path) -> None:
    file = tmp_path / "0442953W.yaml"
    whole = (DAGS / "institutions" / "0442953W.yaml").read_text(encoding="utf-8")
    file.write_text(f"{whole}\nregistrars: [jean.martin, m@ecole.example]\n", encoding="utf-8")
    assert registrars_of(build_dag("supdata_0442953w", file).tags) == {"jean.martin", "m@ecole.example"}


def test_a_broken_file_becomes_a_dag_that_shows_its_faults_and_hurts_no_other(tmp_path: Path) -> None:
    whole = DAGS / "institutions" / "0442953W.yaml"
    (tmp_path / "0442953W.yaml").write_bytes(whole.read_bytes())
    (tmp_path / "0751717J.yaml").write_text(BROKEN, encoding="utf-8")
    built = {dag.dag_id: dag for dag in build_dags(tmp_path)}
    assert set(built) == {"supdata_0442953w", "supdata_0751717j"}
    broken = built["supdata_0751717j"]
    assert broken.tags == {"supdata", "config-error"}
    assert broken.task_ids == ["mend_config"]
    page = broken.doc_md or ""
    assert "| 2 | `nam` |" in page
    assert "`name`" in page
    assert set(built["supdata_0442953w"].task_ids) == set(EXPECTED_UPSTREAM)


def test_a_file_name_that_is_no_id_still_hides_no_other_school(tmp_path: Path) -> None:
    for name in ("école de test.yaml", "0442953w.yaml", "0442953W.yaml"):
        (tmp_path / name).write_text(BROKEN, encoding="utf-8")
    ids = [dag.dag_id for dag in build_dags(tmp_path)]
    assert sorted(ids) == ["supdata_0442953w", "supdata_0442953w_", "supdata__cole_de_test"]


def test_a_fault_shown_on_the_page_cannot_break_out_of_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "0751717J.yaml"
    path.write_text('uai: 0751717J\n"<script>|`": 1\n', encoding="utf-8")
    assert "<script>" not in (build_dag("supdata_0751717j", path).doc_md or "")


def test_a_task_start_reads_only_the_file_of_its_own_dag(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def load(path: Path) -> Institution:
        read.append(path.name)
        return load_institution(path)

    monkeypatch.setattr(building, "load_institution", load)
    built = [dag.dag_id for dag in build_dags(DAGS / "institutions", only="supdata_0881269b")]
    assert built == ["supdata_0881269b"]
    assert read == ["0881269B.yaml"]


def test_parsing_loads_no_heavy_library() -> None:
    heavy = ["great_expectations", "pandas", "numpy", "psycopg", "psycopg2", "paramiko", "aiohttp", "sqlalchemy.orm"]
    program = (
        "import sys, airflow.sdk, airflow.providers.standard.operators.hitl\n"
        "before = set(sys.modules)\n"
        "from pathlib import Path\n"
        "from supdata.orchestration.building import build_dags\n"
        f"assert len(list(build_dags(Path({str(DAGS / 'institutions')!r})))) == {len(EXPECTED_DAG_IDS)}\n"
        f"print([name for name in {heavy!r} if name in set(sys.modules) - before])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_school_whose_file_is_waited_for_gets_a_task_that_keeps_no_worker_busy(tmp_path: Path) -> None:
    text = (DAGS / "institutions" / "0751717J.yaml").read_text(encoding="utf-8")
    waiting = text.replace("  kind: sftp\n", "  kind: sftp\n  wait_hours: 4\n  marker: '{stem}.ok'\n")
    (tmp_path / "0751717J.yaml").write_text(waiting, encoding="utf-8")
    dag = build_dag("supdata_0751717j", tmp_path / "0751717J.yaml")
    assert {task.task_id: set(task.upstream_task_ids) for task in dag.tasks} == {
        **EXPECTED_UPSTREAM,
        "arrive": set(),
        "extract": {"arrive"},
    }
    arrive: Any = dag.get_task("arrive")
    assert (arrive.deferrable, arrive.timeout, arrive.file_pattern) == (True, 4 * 3600, "inscriptions_*.ok")
    assert "**Red**" in (arrive.doc_md or "")
