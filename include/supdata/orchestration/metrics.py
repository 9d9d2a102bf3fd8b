"""What Airflow's own metrics channel (StatsD or OpenTelemetry) is told of each run: numbers by school, nothing of a student.

Airflow decides where they go (`[metrics]`), and nothing is sent where it is told nothing. All carry the tag `uai`: a channel
without tags (plain StatsD) would show one school's number in the place of another's.
"""

from collections.abc import Mapping

from airflow.sdk.observability import stats

from supdata.records.counts import Counts
from supdata.records.summary import RunSummary

RUNS = "supdata.runs"
SECONDS = "supdata.run_seconds"
TO_CORRECT = "supdata.to_correct"
LAST_SUCCESS = "supdata.last_success"
ROWS = "supdata.rows"
DELIVERIES = "supdata.deliveries"
NOTICES = "supdata.notices"

#: Every metric there is, with what it means; the same table stands beside the institution files.
METRICS: Mapping[str, str] = {
    RUNS: "counter: runs that ended, by `state` (success, failed) and `light`; dry runs are not counted",
    SECONDS: "gauge: how long the last try of the run took",
    TO_CORRECT: "gauge: rows that are not declared and that the school can put right",
    LAST_SUCCESS: "gauge: when the last green run ended, in seconds since 1970",
    DELIVERIES: "counter: reports delivered, by `channel` (mail, sftp) and `outcome` (sent, failed)",
    NOTICES: "counter: notices sent to ops, by `kind` (failed, late, degraded, silent, removed)",
    **{f"{ROWS}.{name}": f"gauge: rows of the run in the state `{name}`" for name in Counts.__struct_fields__},
}


def emit_run(summary: RunSummary) -> None:
    """Tell the numbers of one run, of the counts those alone that it got far enough to know. A dry run tells nothing."""
    if summary.dry_run:
        return
    school = {"uai": summary.uai}
    stats.incr(RUNS, tags={**school, "state": summary.state, "light": summary.light})
    stats.gauge(SECONDS, (summary.ended - summary.started).total_seconds(), tags=school)
    stats.gauge(TO_CORRECT, summary.to_correct, tags=school)
    if summary.state == "success":
        stats.gauge(LAST_SUCCESS, summary.ended.timestamp(), tags=school)
    for name in summary.known:
        if name in summary.counts:
            stats.gauge(f"{ROWS}.{name}", summary.counts[name], tags=school)


def count_delivery(uai: str, channel: str, outcome: str) -> None:
    """Count a report that was delivered, or that could not be."""
    stats.incr(DELIVERIES, tags={"uai": uai, "channel": channel, "outcome": outcome})


def count_notice(uai: str, kind: str) -> None:
    """Count a notice to ops."""
    stats.incr(NOTICES, tags={"uai": uai, "kind": kind})
