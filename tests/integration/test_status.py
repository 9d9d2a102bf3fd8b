"""`supdata status` on a real ledger: what a terminal shows, and what a monitor goes by."""

import json
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg
import pytest
from typer.testing import CliRunner

from supdata.cli.main import app
from supdata.ledger.history import History
from supdata.ledger.schema import migrate
from supdata.records.counts import Counts
from supdata.records.summary import LightWord, RunSummary, State

pytestmark = pytest.mark.integration

NOW = datetime.now(UTC)
COUNTS = Counts(read=1200, created=3, unchanged=1197)


def a_run(
    uai: str, hours: int = 2, state: State = "success", light: LightWord = "green", *, dry_run: bool = False
) -> RunSummary:
    due = NOW - timedelta(hours=hours)
    return RunSummary(
        uai=uai,
        dag_id=f"supdata_{uai.lower()}",
        run_id=f"scheduled__{due:%Y%m%d%H}",
        due=due,
        started=due,
        ended=due,
        state=state,
        light=light,
        dry_run=dry_run,
        partial=False,
        failed_stage="" if state == "success" else "push",
        error="" if state == "success" else "AccessRefused",
        counts=msgspec.structs.asdict(COUNTS),
        known=("read", "created", "unchanged"),
        rules={},
        to_correct=0,
        batch="",
    )


def status(url: str, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["status", "--database", url, *options], env={"COLUMNS": "200"})
    return done.exit_code, done.output


@pytest.fixture
def ledger_url(database_url: str) -> str:
    migrate(database_url)
    return database_url


def keep(url: str, *runs: RunSummary) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for run in runs:
            History(connection).keep(run)


def test_all_is_well_when_every_last_run_is_green_and_young(ledger_url: str) -> None:
    keep(ledger_url, a_run("0751717J", 26, "failed", "red"), a_run("0751717J"), a_run("0442953W"))
    keep(ledger_url, a_run("0442953W", 1, "failed", "red", dry_run=True))
    code, shown = status(ledger_url)
    assert code == 0
    assert "2 schools, 0 need attention" in shown
    line = next(line for line in shown.splitlines() if "0751717J" in line)
    assert line.split()[3:] == ["success", "1", "200", "?", "3", "?", "1", "197", "?", "?", "?", "?"], (
        "what is not known is no zero"
    )


def test_a_red_run_and_a_silent_school_need_attention(ledger_url: str) -> None:
    keep(ledger_url, a_run("0751717J", 2, "failed", "red"), a_run("0442953W", 60), a_run("0881269B"))
    code, shown = status(ledger_url)
    assert code == 1
    assert "3 schools, 2 need attention" in shown
    assert "failed push AccessRefused" in shown
    assert "(old)" in next(line for line in shown.splitlines() if "0442953W" in line)


def test_a_monitor_reads_the_same_as_json_and_a_school_without_any_run_is_overdue(ledger_url: str) -> None:
    keep(ledger_url, a_run("0751717J"), a_run("0442953W"))
    code, shown = status(ledger_url, "--json", "--school", "0751717J", "--school", "0332870R")
    told = json.loads(shown)
    assert code == 1
    assert [one["uai"] for one in told["schools"]] == ["0751717J"]
    assert told["schools"][0]["counts"]["created"] == 3
    assert (told["overdue"], told["attention"]) == (["0332870R"], ["0332870R"])


def test_an_empty_ledger_says_so(ledger_url: str) -> None:
    code, shown = status(ledger_url)
    assert code == 0
    assert "No run has been noted yet." in shown
