"""How soon a person sees a thousand schools, beside Airflow's own list of the same DAGs on the same server.

`python -m benchmarks.pages [SCHOOLS]` starts Airflow's api-server on an embedded PostgreSQL, puts SCHOOLS schools with thirty
runs each into Airflow's database and the ledger, and opens both pages in turn in a real browser, each time in a new tab of a
browser that has seen them before. The clock stops when the first row is there to read. It leaves var/bench/pages.json, and ends
with an error when ours is slower.
"""

import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import psycopg
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from rich.console import Console

from benchmarks.many_schools import add_runs, copy_schools, keep_summaries
from benchmarks.paths import FIGURES, PROJECT
from supdata.ledger.schema import migrate
from supdata.sandbox.local.airflow import USER, LocalAirflow, configure, environment, start_component, start_migration
from supdata.sandbox.local.airflow_api import AirflowApi
from supdata.sandbox.local.ports import free_ports
from supdata.sandbox.local.postgres import embedded_postgres
from supdata.sandbox.local.processes import Children, children

SCHOOLS, RUNS = 1_000, 30
#: Each page so many times, in turn, after one visit that counts for neither.
VISITS = 9
MODEL = "supdata_0751717j"
START_SECONDS = 240.0
PATIENCE_MS = 60_000
FIRST = "École d'essai n° 0000"


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds until a page can be read: all visits, their medians, ours in relation to Airflow's list, and what it missed."""

    schools: int
    runs: int
    airflow: list[float]
    supdata: list[float]
    search: list[float]
    airflow_median: float
    supdata_median: float
    search_median: float
    ratio: float
    missed: list[str]


def main(schools: int) -> int:
    """Measure, show and keep the figures; 1 when the page of all schools is slower than Airflow's list."""
    with serving(schools) as airflow, browsing() as browser:
        figures = measure(browser, airflow, schools)
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / "pages.json").write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2))
    Console().print(
        f"{schools} schools x {RUNS} runs, median of {VISITS} visits until the first row can be read: "
        f"Airflow's list {figures.airflow_median:.2f} s, all schools {figures.supdata_median:.2f} s "
        f"(ratio {figures.ratio:.2f}), a search among them {figures.search_median:.2f} s"
    )
    return int(bool(figures.missed))


def measure(browser: Browser, airflow: LocalAirflow, schools: int) -> Figures:
    """Visit both pages in turn."""
    context = browser.new_context(base_url=airflow.url, viewport={"width": 1360, "height": 820})
    context.set_default_timeout(PATIENCE_MS)
    _log_in(context, airflow)
    pages: dict[str, Callable[[Page], None]] = {"airflow": _airflow_s_list, "supdata": _all_schools}
    seconds: dict[str, list[float]] = {"airflow": [], "supdata": [], "search": []}
    for visit in range(VISITS + 1):
        for name, look in pages.items():
            page = context.new_page()
            started = time.perf_counter()
            look(page)
            seconds[name].append(time.perf_counter() - started)
            if name == "supdata":
                seconds["search"].append(_search(page, f"{visit:04}"))
            page.close()
    return _figures(schools, {name: found[1:] for name, found in seconds.items()})


def _figures(schools: int, seconds: dict[str, list[float]]) -> Figures:
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    return Figures(
        schools=schools,
        runs=RUNS,
        airflow=seconds["airflow"],
        supdata=seconds["supdata"],
        search=seconds["search"],
        airflow_median=medians["airflow"],
        supdata_median=medians["supdata"],
        search_median=medians["search"],
        ratio=(ratio := medians["supdata"] / medians["airflow"]),
        missed=["all schools are there later than Airflow's list"] if ratio > 1 else [],
    )


def _airflow_s_list(page: Page) -> None:
    page.goto("/dags?sort=dag_display_name", wait_until="commit")
    page.get_by_text("École d'essai").first.wait_for()


def _all_schools(page: Page) -> None:
    page.goto("/plugin/supdata", wait_until="commit")
    page.frame_locator("iframe[title=SupData]").get_by_text(FIRST).wait_for()


def _search(page: Page, number: str) -> float:
    frame = page.frame_locator("iframe[title=SupData]")
    started = time.perf_counter()
    frame.get_by_role("searchbox").fill(f"essai {number}")
    frame.get_by_text("1 of").wait_for()
    return time.perf_counter() - started


def _log_in(context: BrowserContext, airflow: LocalAirflow) -> None:
    page = context.new_page()
    page.goto("/auth/login?next=/supdata/")
    page.fill("input[name=username]", USER)
    page.fill("input[name=password]", airflow.password)
    page.click("button[type=submit]")
    page.wait_for_url("**/supdata/")
    page.close()


@contextmanager
def browsing() -> Iterator[Browser]:
    """Open Debian's Chromium, or the one Playwright has downloaded."""
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or playwright.chromium.executable_path
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its sandbox to root
        yield playwright.chromium.launch(executable_path=found, args=arguments)


@contextmanager
def serving(schools: int) -> Iterator[LocalAirflow]:
    """Start the api-server alone, with all schools in its database: nothing else takes its time."""
    with TemporaryDirectory() as folder:
        var = Path(folder)
        var.chmod(0o755)  # PostgreSQL runs as another user below it when we are root
        with embedded_postgres(var / "postgres", settings={"fsync": "off"}) as postgres, children(var / "logs") as group:
            database, ledger = postgres.create_database("airflow"), postgres.create_database("ledger")
            (port,) = free_ports(1)
            address = database.replace("postgresql://", "postgresql+psycopg2://", 1)
            airflow = LocalAirflow(var / "airflow", PROJECT / "dags", PROJECT / "plugins", address, port)
            configure(airflow)
            variables = environment(
                airflow,
                {
                    "SUPDATA_RUN_FOLDER": str(var / "runs"),
                    "SUPDATA_EXPECTATIONS": str(PROJECT / "expectations"),
                    "AIRFLOW_CONN_SUPDATA_LEDGER": ledger.replace("postgresql://", "postgres://", 1),
                },
            )
            migrate(ledger)
            group.finish(start_migration(group, variables, PROJECT))
            _fill(group, variables, database, ledger, schools)
            start_component(group, "api-server", variables, PROJECT)
            api = AirflowApi(airflow.url, USER, airflow.password)
            group.wait_until("Airflow's API", api.answers, START_SECONDS)
            yield airflow


def _fill(group: Children, variables: dict[str, str], database: str, ledger: str, schools: int) -> None:
    """Let the DAG processor make the model of all schools, and copy it once it has ended: it would take copies for gone."""
    processor = [sys.executable, "-m", "airflow", "dag-processor", "--num-runs", "1"]
    group.finish(group.start("dag-processor", processor, environment=variables, folder=PROJECT))
    with psycopg.connect(database) as airflow, psycopg.connect(ledger, autocommit=True) as kept:
        uais = copy_schools(airflow, MODEL, schools)
        add_runs(airflow, uais, RUNS)
        keep_summaries(kept, uais, RUNS)
        airflow.commit()
        kept.execute("VACUUM ANALYZE")
    with psycopg.connect(database, autocommit=True) as airflow:
        airflow.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SCHOOLS))
