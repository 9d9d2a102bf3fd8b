"""The State's own published answers as a school's export, through every stage: what do the rules say of them?

Read from the official contracts where they lie beside the project; nothing of them is kept. `pytest -s` prints the figures.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
import requests

from staging_answers import enrolments_in, write_export
from supdata.config.models import Institution
from supdata.ledger.schema import migrate
from supdata.orchestration.extraction import extract_rows
from supdata.orchestration.normalisation import normalise_rows
from supdata.orchestration.planning import plan_run
from supdata.orchestration.pushing import push_chunk_of
from supdata.orchestration.reconciling import reconcile_run
from supdata.orchestration.reporting import report_run
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import ROOT_VARIABLE, RunFolder
from supdata.orchestration.validation import judge_enrolments
from supdata.records.counts import Counts
from supdata.records.judgement import Judgement
from supdata.sandbox.local.postgres import PostgresServer
from supdata.sandbox.registry.serving import registry_in_thread
from supdata.sandbox.schools.sftp_server import SftpServer, serve_sftp

PROJECT = Path(__file__).parents[2]
STAGING = PROJECT.parent / "shared" / "data" / "staging"
ADMIN = {"X-Admin-Token": "admin"}
#: The four codes with a right key among the fourteen that the answers hold.
UAI, *ALSO = ("0330023W", "0313124C", "0750106H", "0332870R")

pytestmark = [
    pytest.mark.integration,
    pytest.mark.shared,
    pytest.mark.skipif(not STAGING.exists(), reason="the official contracts are not beside the project"),
]


@pytest.fixture(scope="module")
def institution() -> Institution:
    facts = {
        "uai": UAI,
        "also": ALSO,
        "name": "Réponses publiées du bac à sable de l'État",
        "contact": "scolarite@etat.example",
        "year": {"start": "2025-09-01", "end": "2026-08-31"},
        "source": {
            "kind": "sftp",
            "connection": "sftp_staging",
            "path": "/answers_*.csv",
            "format": {"type": "csv", "encoding": "utf-8", "delimiter": ";"},
        },
        "columns": {
            "ine": "ine",
            "dateNaissance": "dateNaissance",
            "dateDebutInscription": "dateDebutInscription",
            "dateFinInscription": "dateFinInscription",
            "statut": "statut",
            "regime": {"column": "regime", "map": {"formation initiale": "RF1", "formation continue": "RF5"}},
            "codeCommune": "codeCommune",
            "uai": "uai",
        },
        "registry": {"connection": "supdata_staging"},
    }
    return Institution.model_validate(facts)


@contextmanager
def served(folder: Path) -> Iterator[SftpServer]:
    """Serve `folder` by SFTP from a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    serving = serve_sftp(folder, login="school", password="made", host_key_file=folder.parent / "host_key")
    try:
        yield asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(20)
    finally:
        asyncio.run_coroutine_threadsafe(serving.__aexit__(None, None, None), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


def a_registry(address: str) -> str:
    """Let the sandbox at `address` know the school and every student of the answers, and return the school's key."""
    students = {(one["ine"], one["dateNaissance"]) for one in enrolments_in(STAGING) if one["ine"]}
    directory = [{"ine": ine, "dateNaissance": birth} for ine, birth in sorted(students)]
    requests.post(f"{address}/sandbox/directory", json={"students": directory}, headers=ADMIN, timeout=20).raise_for_status()
    school = {"uai": UAI, "kind": "enseignement_superieur", "also": ALSO}
    answer = requests.post(f"{address}/sandbox/keys", json=school, headers=ADMIN, timeout=20)
    answer.raise_for_status()
    return str(answer.json()["key"])


@pytest.fixture(scope="module")
def run(
    institution: Institution, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Run, Counts, int]]:
    """The finished run, its counts, and how many rows the registry holds after it."""
    root = tmp_path_factory.mktemp("staging")
    (root / "files").mkdir()
    write_export(STAGING, root / "files" / "answers_1.csv")
    ledger = postgres.create_database("staging_ledger")
    migrate(ledger)
    with (
        served(root / "files") as sftp,
        registry_in_thread(postgres.create_database("staging_registry"), "admin") as registry,
        pytest.MonkeyPatch.context() as patch,
    ):
        connections: dict[str, dict[str, object]] = {
            "sftp_staging": {
                "conn_type": "sftp",
                "host": "127.0.0.1",
                "port": sftp.port,
                "login": "school",
                "password": "made",
                "extra": {"host_key": sftp.host_key, "look_for_keys": False},
            },
            "supdata_staging": {"conn_type": "supdata", "host": registry, "password": a_registry(registry)},
            "supdata_ledger": {"conn_type": "postgres", **conninfo(ledger)},
            "supdata_ledger_key": {"conn_type": "generic", "password": "a made secret of some length"},
        }
        for name, fields in connections.items():
            patch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(fields))
        patch.setenv("SUPDATA_EXPECTATIONS", str(PROJECT / "expectations"))
        patch.setenv(ROOT_VARIABLE, str(root / "runs"))
        finished = a_run(institution, root / "runs")
        counts = all_stages(finished)
        stats = requests.get(f"{registry}/sandbox/stats", headers=ADMIN, timeout=20).json()
        yield finished, counts, stats["rows"]


def conninfo(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    return {
        "host": parts.hostname,
        "port": parts.port,
        "login": parts.username,
        "password": parts.password,
        "schema": parts.path[1:],
    }


def a_run(institution: Institution, root: Path) -> Run:
    return Run(
        institution=institution,
        folder=RunFolder(str(root), institution.uai, "staging"),
        run_id="staging",
        started=datetime(2026, 1, 15, 2, tzinfo=UTC),
        mode="delta",
        dry_run=False,
        limit=None,
    )


def all_stages(run: Run) -> Counts:
    """Do what the DAG does, one stage after the other."""
    extract_rows(run)
    normalise_rows(run)
    judge_enrolments(run)
    for chunk in plan_run(run).chunks:
        push_chunk_of(run, "push", chunk)
    counts = reconcile_run(run)
    report_run(run)
    return counts


def test_every_published_enrolment_ends_in_one_state(run: tuple[Run, Counts, int]) -> None:
    finished, counts, rows = run
    judgements = list(finished.folder.read("validate", "judgements.jsonl", Judgement))
    rules = Counter(reason.rule for one in judgements for reason in one.reasons)
    sys.stdout.write(f"\n{counts}\n{rules}\n")
    assert counts.read == len(list(enrolments_in(STAGING))) > 0
    assert rows == counts.accepted == counts.created


def test_the_states_own_impossible_dates_and_invented_codes_are_named(run: tuple[Run, Counts, int]) -> None:
    finished, _, _ = run
    judgements = list(finished.folder.read("validate", "judgements.jsonl", Judgement))
    rules = {reason.rule for one in judgements for reason in one.reasons}
    assert {"END-REAL", "UAI-KEY", "INE-KEY-BEA"} <= rules
