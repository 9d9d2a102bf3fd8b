from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from supdata.orchestration.run_folder import RunFolder
from supdata_plugin.run_files import folder_of, forms_of, has_report, report_of, report_policy
from unit.plugin.making import a_school


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUPDATA_RUN_FOLDER", str(tmp_path))
    return tmp_path


def test_a_run_shows_what_its_report_stage_has_left(root: Path) -> None:
    folder = RunFolder(str(root), "0751717J", "r1")
    assert not has_report(folder_of(a_school(), "r1"))
    folder.write_bytes("report", "rapport.html", b"<p>")
    assert report_of(folder_of(a_school(), "r1")) == b"<p>"
    assert forms_of(folder_of(a_school(), "r1")) == []


@pytest.mark.parametrize("uai", ["..", "", "0751717J/../0442953W", "broken file"])
def test_what_is_no_uai_names_no_folder(uai: str) -> None:
    assert folder_of(a_school(uai), "r1") is None


@pytest.mark.parametrize("run_id", ["..", ".", "...", "../0442953W/r1", "/etc/passwd", "%2e%2e"])
def test_no_run_id_leaves_the_school_s_folder(root: Path, run_id: str) -> None:
    folder = folder_of(a_school(), run_id)
    assert folder is not None
    place = Path(str(folder.path).removeprefix("file://")).resolve()
    assert place.parent == (root / "0751717J").resolve()


def test_a_report_may_use_the_style_sheet_of_its_head_and_run_nothing() -> None:
    hashed = b64encode(sha256(b"p{color:red}").digest()).decode()
    policy = report_policy(b"<html><head><style>p{color:red}</style></head><body><style>p{color:blue}</style></body>")
    assert f"style-src 'sha256-{hashed}'" in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")
    assert policy.endswith("sandbox")


def test_a_style_sheet_that_comes_with_the_data_is_not_allowed() -> None:
    assert "style-src" not in report_policy(b"<html><head></head><body><style>p{color:blue}</style></body>")
