import stat
import traceback
from pathlib import Path

import pytest

from supdata.errors import CallUs, EmptySource
from supdata.orchestration.run_folder import RunFolder
from supdata.records.rows import RawRow


def a_folder(root: Path) -> RunFolder:
    return RunFolder(str(root), "0751717J", "manual__2026-11-23T01:00:00+00:00")


def test_what_a_stage_writes_the_next_one_reads(tmp_path: Path) -> None:
    rows = [RawRow(source="a.csv", row=2, values={"INE": "é"}), RawRow(source="a.csv", row=3, values={})]
    folder = a_folder(tmp_path)
    assert folder.write("extract", "rows.jsonl", rows) == 2
    assert list(folder.read("extract", "rows.jsonl", RawRow)) == rows


def test_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    written = a_folder(tmp_path).write_bytes("report", "a_corriger.csv", b"x")
    assert stat.S_IMODE(Path(written).stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(written).parents[1].stat().st_mode) == 0o700


def test_a_run_id_cannot_leave_the_root(tmp_path: Path) -> None:
    written = RunFolder(str(tmp_path), "0751717J", "../../etc/x y").write_bytes("plan", "f", b"")
    assert tmp_path in Path(written).resolve().parents


def test_a_missing_file_says_which_task_to_clear(tmp_path: Path) -> None:
    with pytest.raises(CallUs, match="Clear the task `normalise`"):
        list(a_folder(tmp_path).read("normalise", "enrolments.jsonl", RawRow))


def test_a_stage_that_fails_leaves_its_error_and_its_config(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    with pytest.raises(EmptySource), folder.stage("extract", {"uai": "0751717J"}):
        raise EmptySource("Reading the source", "it holds no row", "Call the school.")
    (result,) = folder.results("extract")
    assert (result.success, result.institution) == (False, {"uai": "0751717J"})
    assert result.error == "EmptySource: Reading the source: it holds no row. Call the school."


def test_a_foreign_error_tells_its_class_and_place_only_since_its_message_may_hold_a_value(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    with pytest.raises(CallUs) as caught, folder.stage("plan", {}):
        raise ValueError("secret 123456789FJ")
    (result,) = folder.results("plan")
    assert result.error == "ValueError"
    assert "an unforeseen ValueError at" in str(caught.value)
    assert "test_run_folder.py:" in str(caught.value)
    assert "123456789FJ" not in "".join(traceback.format_exception(caught.value))


def test_a_network_or_disk_fault_stays_what_it_is_since_it_may_pass(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    with pytest.raises(ConnectionResetError), folder.stage("extract", {}):
        raise ConnectionResetError
    assert folder.results("extract")[0].error == "ConnectionResetError"


def test_a_stage_that_did_not_run_has_no_result(tmp_path: Path) -> None:
    assert a_folder(tmp_path).results("push") == []


def test_each_chunk_of_a_mapped_stage_leaves_its_own_result(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    for chunk in ("chunk-0002", "chunk-0001"):
        with folder.stage("push", {}, chunk) as result:
            result.files.append(f"{chunk}.jsonl")
    assert [result.files for result in folder.results("push")] == [["chunk-0001.jsonl"], ["chunk-0002.jsonl"]]


def test_a_stage_that_runs_again_forgets_what_later_ones_made_of_its_first_try(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    for stage in ("validate", "plan", "push", "report"):
        folder.write_bytes(stage, "old", b"")
    with folder.stage("plan", {}):
        pass
    assert [folder.has(stage, "old") for stage in ("validate", "plan", "push", "report")] == [True, False, False, False]


def test_a_chunk_that_runs_again_leaves_the_other_chunks_alone(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    folder.write_bytes("push", "chunk-0001.jsonl", b"")
    with folder.stage("push", {}, "chunk-0002"):
        pass
    assert folder.has("push", "chunk-0001.jsonl")


@pytest.mark.parametrize("run_id", [".", "..", "..."])
def test_a_run_that_is_called_like_a_folder_above_gets_its_own(tmp_path: Path, run_id: str) -> None:
    """Whoever may trigger a run may name it, and Airflow takes these names."""
    written = RunFolder(str(tmp_path), "0751717J", run_id).write_bytes("plan", "f", b"")
    assert Path(written).resolve().parents[2] == tmp_path / "0751717J"
