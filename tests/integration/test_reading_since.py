"""A school's API asked only for what has changed: green runs move the mark on, and everything is read again now and then."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integration.rest_serving import Api, serving
from supdata.config.loading import parse_institution
from supdata.errors import EmptySource
from supdata.ledger.schema import migrate
from supdata.orchestration.extraction import extract_rows
from supdata.orchestration.reading_since import keep_read
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import RunFolder, StageResult

pytestmark = pytest.mark.integration

SUITES = Path(__file__).parents[2] / "expectations"
FIRST_NIGHT = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
CONFIG = """\
uai: 0751717J
name: Université d'essai
contact: scolarite@universite-essai.example
year: {start: 2026-09-01, end: 2027-08-31}
source:
  kind: rest
  connection: sis_0751717j
  path: /page
  rows_field: rows
  auth: {method: basic}
  paging: {size_parameter: size, pages_field: pages, total_field: total}
  incremental: {parameter: depuis, overlap_minutes: 60, full_every_days: 7}
columns:
  ine: INE
  dateNaissance: INE
  dateDebutInscription: {constant: 2026-09-01}
  dateFinInscription: {constant: 2027-08-31}
  statut: {constant: inscrit}
  regime: {constant: RF1}
  codeCommune: {constant: "44000"}
registry: {connection: supdata_0751717j}
"""


def at(night: int) -> datetime:
    return FIRST_NIGHT + timedelta(days=night)


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


@pytest.fixture
def api(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """An API with three enrolments of long ago, and the ledger."""
    migrate(database_url)
    monkeypatch.setenv("SUPDATA_EXPECTATIONS", str(SUITES))
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_LEDGER", database_url.replace("postgresql://", "postgres://"))
    api = Api([{"INE": f"{number:011d}", "touched": number} for number in range(3)])
    with serving(api) as address:
        fields = {"conn_type": "http", "host": address, "login": "user", "password": "pass"}
        monkeypatch.setenv("AIRFLOW_CONN_SIS_0751717J", json.dumps(fields))
        yield api


@pytest.fixture
def night(tmp_path: Path, api: Api) -> Callable[..., Run]:
    def make(number: int, config: str = CONFIG, **given: Any) -> Run:
        institution = parse_institution(config.encode())
        folder = RunFolder(str(tmp_path / "runs"), institution.uai, f"night-{number}")
        run = {"mode": "delta", "dry_run": False, "limit": None, **given}
        return Run(institution=institution, folder=folder, run_id=f"night-{number}", started=at(number), **run)

    return make


def extracted(run: Run, *, green: bool = True) -> StageResult:
    extract_rows(run)
    (result,) = run.folder.results("extract")
    if green:
        keep_read(run)
    return result


def test_after_a_green_run_only_what_has_changed_is_asked_for_with_an_overlap(api: Api, night: Callable[..., Run]) -> None:
    first = extracted(night(0))
    assert (first.counts["read"], first.partial, first.since) == (3, False, "")
    assert "depuis" not in api.queries[-1]
    api.rows[1]["touched"] = seconds(at(0)) + 60
    second = extracted(night(1))
    assert api.queries[-1]["depuis"] == str(seconds(at(0)) - 3600)
    assert (second.counts["read"], second.partial, second.since) == (1, True, "2026-10-01T01:00:00+00:00")
    assert "nobody counts as gone" in second.notes[0]


def test_a_night_on_which_nothing_has_changed_is_no_empty_source(api: Api, night: Callable[..., Run]) -> None:
    extracted(night(0))
    assert extracted(night(1)).counts["read"] == 0
    api.rows.clear()
    with pytest.raises(EmptySource):
        extract_rows(night(2, mode="full"))


def test_a_run_that_is_red_or_dry_or_limited_does_not_move_the_mark(api: Api, night: Callable[..., Run]) -> None:
    extracted(night(0), green=False)
    extracted(night(1, dry_run=True))
    extracted(night(2, limit=1))
    assert not extracted(night(3)).partial
    extracted(night(4), green=False)
    extracted(night(5))
    assert api.queries[-1]["depuis"] == str(seconds(at(3)) - 3600)


def test_everything_is_read_again_after_so_many_days_and_when_a_person_asks(api: Api, night: Callable[..., Run]) -> None:
    assert [number for number in range(15) if not extracted(night(number)).partial] == [0, 7, 14]
    assert not extracted(night(15, mode="full")).partial
    assert extracted(night(21)).partial
    assert not extracted(night(22)).partial


@pytest.mark.parametrize(
    ("old", "new"),
    [("regime: {constant: RF1}", "regime: {constant: RF2}"), ("registry:", "rules: {DATES-SPAN: reject}\nregistry:")],
)
def test_other_facts_or_rules_take_a_full_read(old: str, new: str, api: Api, night: Callable[..., Run]) -> None:
    extracted(night(0))
    assert not extracted(night(1, CONFIG.replace(old, new))).partial


def test_a_run_of_another_day_that_is_cleared_does_not_take_the_mark_back(api: Api, night: Callable[..., Run]) -> None:
    for number in (0, 1, 0, 2):
        extracted(night(number))
    assert api.queries[-1]["depuis"] == str(seconds(at(1)) - 3600)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("seconds", "1790816400"),
        ("milliseconds", "1790816400000"),
        ("date", "2026-10-01"),
        ("datetime", "2026-10-01T01:00:00Z"),
    ],
)
def test_each_api_is_told_the_moment_as_it_writes_it(written: str, text: str, api: Api, night: Callable[..., Run]) -> None:
    api.rows.clear()
    config = CONFIG.replace("overlap", f"written: {written}, overlap").replace("parameter: depuis", "parameter: since")
    config = config.replace("registry:", "allow_empty: true\nregistry:")
    for number in (0, 1):
        extracted(night(number, config))
    assert api.queries[-1]["since"] == text
