"""The validate stage: what it leaves in the run folder, and that a setting ends by the day of the run and no clock."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from builders import UNIVERSITY, an_enrolment, an_institution
from supdata.orchestration.reporting import report_run
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import RunFolder
from supdata.orchestration.validation import EXPECTATIONS_VARIABLE, RULINGS, judge_enrolments
from supdata.records.ruling import Ruling, Standing

SUITES = Path(__file__).parents[3] / "expectations"
MUTE = {"severity": "mute", "author": "M. Durand", "reason": "essai", "ceiling": "2", "expires": "2027-01-31"}
LAST_DAY, DAY_AFTER = "2027-01-31T22:59:00+00:00", "2027-01-31T23:01:00+00:00"  # in Paris a minute to, and past, midnight


@pytest.fixture(autouse=True)
def _suites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EXPECTATIONS_VARIABLE, str(SUITES))


def a_run(root: Path, started: str, rows: Sequence[Any]) -> Run:
    run = Run(
        institution=an_institution(rules={"INE-KEY-BEA": MUTE}),
        folder=RunFolder(str(root), UNIVERSITY, "night"),
        run_id="night",
        started=datetime.fromisoformat(started).astimezone(UTC),
        mode="delta",
        dry_run=False,
        limit=None,
    )
    run.folder.write("normalise", "enrolments.jsonl", rows)
    return run


def wrong_keys(count: int) -> list[Any]:
    return [an_enrolment(row=row, ine=f"{1234567000 + row}A", sisId=f"S{row}") for row in range(2, 2 + count)]


def judged(root: Path, started: str, rows: int) -> tuple[dict[str, Any], Ruling]:
    run = a_run(root, started, wrong_keys(rows))
    judge_enrolments(run)
    (ruling,) = run.folder.read("validate", RULINGS, Ruling)
    return json.loads(run.folder.read_bytes("validate", "result.json")), ruling


@pytest.mark.parametrize(
    ("started", "rows", "standing", "said"),
    [
        (LAST_DAY, 2, Standing.IN_FORCE, "as the institution has set it"),
        (DAY_AFTER, 2, Standing.EXPIRED, "as in the catalogue: the setting expired on 2027-01-31"),
        (LAST_DAY, 3, Standing.EXCEEDED, "as in the catalogue: more rows than the setting's ceiling"),
    ],
)
def test_a_setting_holds_or_reopens_and_the_result_says_so(
    tmp_path: Path, started: str, rows: int, standing: Standing, said: str
) -> None:
    result, ruling = judged(tmp_path, started, rows)
    assert result["success"] is True
    assert ruling.standing is standing
    rejected = rows if ruling.reopened else 0
    assert (result["counts"]["rejected"], result["counts"]["valid"]) == (rejected, rows - rejected)
    assert result["counts"]["settings_reopened"] == (standing is not Standing.IN_FORCE)
    assert result["notes"] == [f"INE-KEY-BEA: {said}; {rows} of {rows} rows in breach"]


def test_the_report_tells_the_registrar_of_a_setting_that_reopened(tmp_path: Path) -> None:
    run = a_run(tmp_path, DAY_AFTER, wrong_keys(2))
    judge_enrolments(run)
    report_run(run)
    page = run.folder.read_bytes("report", "rapport.html").decode()
    assert "l’exception a pris fin le 31 janvier 2027 ; le contrôle s’applique de nouveau (2 lignes concernées)." in page
    assert "passage du 1er février 2027" in page


def test_the_report_has_the_texts_of_an_institution_s_own_rules_and_does_without_a_broken_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = json.loads((SUITES / "institutions" / "0881269B.json").read_text().replace("0881269B", UNIVERSITY))
    suites = tmp_path / "suites"
    (suites / "institutions").mkdir(parents=True)
    (suites / "enrolment.json").write_bytes((SUITES / "enrolment.json").read_bytes())
    file = suites / "institutions" / f"{UNIVERSITY}.json"
    file.write_text(json.dumps(own))
    monkeypatch.setenv(EXPECTATIONS_VARIABLE, str(suites))
    run = a_run(tmp_path / "runs", LAST_DAY, [an_enrolment()])
    assert judge_enrolments(run)["valid"] == 1
    report_run(run)
    assert "Code MEFSTAT incomplet" in run.folder.read_bytes("report", "rapport.html").decode()
    file.write_text("{")
    report_run(run)
    assert f"Règle {UNIVERSITY}-MEFSTAT" in run.folder.read_bytes("report", "rapport.html").decode()
