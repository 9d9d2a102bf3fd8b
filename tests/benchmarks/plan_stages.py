"""One step of a night in a process of its own: `python -m benchmarks.plan_stages FOLDER DATABASE RECORDS STEP`.

`source` leaves what the stages before the plan would, for records that nobody has seen. `plan` plans them, `push` sends the
last chunk, `answers` lets all others be accepted as their pushes would have left it, and `reconcile` counts the run. Each
prints a line of JSON: what it took, and the most memory that the process ever held.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import psycopg

from benchmarks.lots_of_rows import institution
from benchmarks.push_ours import peak_mib
from benchmarks.push_planning import NOW, a_run, connect_to, timed
from benchmarks.push_records import UAI
from supdata.ledger.entries import Settlement
from supdata.ledger.store import Ledger
from supdata.orchestration.planning import plan_run
from supdata.orchestration.pushing import push_chunk_of
from supdata.orchestration.reconciling import reconcile_run
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import RunFolder
from supdata.records.shipment import Planned, Receipt
from supdata.records.states import Outcome

#: Numbers that are nobody's in the ledger.
FIRST = 10**8


class Took(msgspec.Struct, frozen=True, kw_only=True):
    """What a step took: seconds, CPU seconds of its process, and MiB at most."""

    seconds: float
    cpu: float
    peak_mib: float


def chunks(run: Run) -> list[str]:
    """Return the names of the planned chunks."""
    return sorted(path.stem for path in (run.folder.path / "plan").glob("chunk-*.jsonl"))


def accepted(one: Planned) -> Receipt:
    """Return the receipt of a record that the registry has taken."""
    return Receipt(
        source=one.source, row=one.row, key=one.key, action=one.action, outcome=Outcome.ACCEPTED, id_inscription="17"
    )


def answer(run: Run, database: str) -> None:
    """Let every chunk but the last be accepted."""
    with psycopg.connect(database) as connection:
        ledger = Ledger(connection)
        for chunk in chunks(run)[:-1]:
            planned = list(run.folder.read("plan", f"{chunk}.jsonl", Planned))
            ids = ledger.record(run.ledger_id, chunk, settled=[], intended=planned, at=NOW)
            settled = [Settlement(intent=ids[one.key], outcome=Outcome.ACCEPTED, id_inscription="17") for one in planned]
            ledger.record(run.ledger_id, chunk, settled=settled, intended=[], at=NOW)
            with run.stage("push", chunk) as result:
                run.folder.write("push", f"{chunk}.jsonl", map(accepted, planned))
                result.files.append(f"{chunk}.jsonl")


def main(root: str, database: str, records: int, step: str) -> Took:
    """Do one step."""
    connect_to(database)
    numbers = range(FIRST, FIRST + records)
    run = Run(institution(), RunFolder(root, UAI, "night-1"), "night-1", NOW, mode="delta", dry_run=False, limit=None)
    steps: dict[str, Callable[[], object]] = {
        "source": lambda: a_run(Path(root), "night-1", numbers),
        "plan": lambda: plan_run(run),
        "answers": lambda: answer(run, database),
        "push": lambda: push_chunk_of(run, "push", chunks(run)[-1]),
        "reconcile": lambda: reconcile_run(run),
    }
    with timed() as spent:
        steps[step]()
    return Took(seconds=spent[0], cpu=spent[1], peak_mib=peak_mib())


if __name__ == "__main__":
    took = main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
    sys.stdout.buffer.write(msgspec.json.encode(took) + b"\n")
