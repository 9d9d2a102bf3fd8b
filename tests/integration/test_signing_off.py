"""A registrar's sign-off on a real ledger and a real run folder, by command and by function."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from builders import UNIVERSITY, a_run_summary
from supdata.cli.main import app
from supdata.errors import FixConfig, RunStopped
from supdata.ledger.history import History
from supdata.ledger.schema import migrate
from supdata.orchestration.run_folder import ROOT_VARIABLE
from supdata.orchestration.signing_off import sign_off, signed

pytestmark = pytest.mark.integration
BATCH, OTHER = "a" * 64, "c" * 64


@pytest.fixture
def ledger(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[History]:
    migrate(database_url)
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_LEDGER", database_url)
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "runs"))
    with psycopg.connect(database_url, autocommit=True) as connection:
        history = History(connection)
        history.keep(a_run_summary(batch=BATCH))
        yield history


def test_a_sign_off_is_kept_with_who_and_when_in_the_ledger_and_in_the_run_folder(ledger: History, tmp_path: Path) -> None:
    word = sign_off(UNIVERSITY, "night-1", BATCH[:8], "marie.durand")
    assert (word.author, word.batch) == ("marie.durand", BATCH)
    assert signed(UNIVERSITY, "night-1")[1:] == (word, [])
    file = tmp_path / "runs" / UNIVERSITY / "night-1" / "sign_off" / f"{BATCH}.json"
    assert json.loads(file.read_bytes())["author"] == "marie.durand"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sign_off(UNIVERSITY, "night-1", BATCH, "paul") == word, "the first word stands"


def test_a_batch_that_changes_voids_what_was_confirmed_of_it(ledger: History) -> None:
    word = sign_off(UNIVERSITY, "night-1", BATCH, "marie.durand")
    ledger.keep(a_run_summary(batch=OTHER))
    assert signed(UNIVERSITY, "night-1")[1:] == (None, [word])
    with pytest.raises(RunStopped, match="not the one that was read"):
        sign_off(UNIVERSITY, "night-1", BATCH, "marie.durand")
    again = sign_off(UNIVERSITY, "night-1", OTHER, "marie.durand")
    assert signed(UNIVERSITY, "night-1")[1:] == (again, [word])


@pytest.mark.parametrize("what", [{"state": "failed", "failed_stage": "push"}, {"dry_run": True}])
def test_red_runs_and_trials_cannot_be_confirmed(ledger: History, what: dict[str, Any]) -> None:
    ledger.keep(a_run_summary(batch=BATCH, **what))
    with pytest.raises(RunStopped):
        sign_off(UNIVERSITY, "night-1", BATCH, "marie.durand")


def test_nobody_confirms_nothing_or_half_a_hash(ledger: History) -> None:
    with pytest.raises(FixConfig, match="nobody"):
        sign_off(UNIVERSITY, "night-1", BATCH, "  ")
    with pytest.raises(FixConfig, match="no such run"):
        sign_off(UNIVERSITY, "night-2", BATCH, "marie.durand")
    with pytest.raises(RunStopped):
        sign_off(UNIVERSITY, "night-1", "a", "marie.durand")


def test_the_command_shows_confirms_and_tells_what_is_void(ledger: History) -> None:
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["signoff", UNIVERSITY, "--run", "night-1", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    assert "not confirmed" in run()
    assert "confirmed by marie.durand" in run("--batch", BATCH[:12], "--by", "marie.durand")
    ledger.keep(a_run_summary(batch=OTHER))
    assert "void: marie.durand confirmed the batch aaaaaaaaaaaaaaaa" in run()
    told = json.loads(run("--json"))
    assert (told["batch"], told["signed"], [one["author"] for one in told["void"]]) == (OTHER, None, ["marie.durand"])
