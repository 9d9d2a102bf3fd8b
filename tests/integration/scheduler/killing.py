"""A night in which a worker's task is killed, and then the scheduler with every task below it; nothing is told in time."""

import re
from dataclasses import dataclass

import psutil

from integration.scheduler.operating import RUN_SECONDS, Operator, Run
from integration.scheduler.people import PEOPLE
from supdata.push.bookkeeping import WINDOW
from supdata.sandbox.local.airflow import start_component
from supdata.sandbox.local.processes import Child

#: A new scheduler asks after the tasks of a dead one that often; one counts as dead after half a minute without a sign.
OPERATING = {
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{login}:{role}" for login, role in PEOPLE.items()),
}
#: How Airflow names the process in which a task runs: by the task instance; its parent, which supervises it, otherwise.
TASK = re.compile(r"airflow worker -- [0-9a-f]{8}-[0-9a-f-]{27}")


@dataclass(frozen=True)
class KilledNight:
    """How it ended; `most_in_flight` is how many records the killed pushes may have had under way."""

    run: Run
    killed: int
    most_in_flight: int


def kill_and_recover(operator: Operator, uai: str, *, calls: int, concurrency: int) -> KilledNight:
    """Run a school whose pushes are killed after so many calls to the registry; a person clears what Airflow holds back.

    `concurrency` is the school's. The registry holds what comes after those calls until everything is dead.
    """
    registry, children = operator.stack.registry, operator.stack.children
    registry.fail(hold_after=calls)
    started = operator.start(uai)
    children.wait_until("calls under way", lambda: registry.held() > 0, RUN_SECONDS)
    (scheduler,) = [child for child in children.running if child.name == "scheduler"]
    _tasks(scheduler)[0].kill()
    run = operator.wait_for_push(started, "up_for_retry")
    killed = 1 + _kill_all(operator, scheduler)
    registry.fail()
    start_component(children, "scheduler", operator.stack.variables, operator.scene.layout.project)
    operator.clear(started, [("push", index) for index, state in enumerate(run.states("push")) if state == "up_for_retry"])
    (run,) = operator.wait_for(started)
    return KilledNight(run, killed, killed * WINDOW * concurrency)


def _kill_all(operator: Operator, scheduler: Child) -> int:
    """Kill the scheduler, its workers and their tasks; return how many tasks there were."""
    tasks = _tasks(scheduler)
    below = psutil.Process(scheduler.process.pid).children(recursive=True)
    operator.stack.children.running.remove(scheduler)
    scheduler.process.kill()
    for process in below:
        process.kill()
    scheduler.process.wait()
    psutil.wait_procs(below)
    return len(tasks)


def _tasks(scheduler: Child) -> list[psutil.Process]:
    below = psutil.Process(scheduler.process.pid).children(recursive=True)
    return [one for one in below if TASK.match(_title(one))]


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):  # it has just ended
        return ""
