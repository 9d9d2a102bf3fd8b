"""The scenarios: what breaks, and how many rows it may double where nobody can know that it need not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Literal

from chaos.night import Operator
from chaos.world import World
from supdata.push.bookkeeping import WINDOW

CONCURRENCY = 8
SLOTS = 2
#: Where each fault is answered by a pause, so that a night of them need not last an hour.
WAITING_SLOTS = 8
#: What one process that dies leaves in doubt at most: its intents without a receipt.
IN_FLIGHT = WINDOW * CONCURRENCY
#: A few seconds after it has gone, a record is in the sandbox or it never will be.
READ = {"connection": "supdata_read", "kind": "supdata", "rate": 500, "settle_seconds": 5, "sample": 0.01}


@dataclass(frozen=True)
class Size:
    """How large a run is: records, kills, how long servers stay away, and a rate limit that a busy machine meets as well."""

    records: int
    kills: int
    away_seconds: float
    rate_per_second: int

    @property
    def chunk(self) -> int:
        """Records per push: so many that several are under way, and enough to be hit in the middle."""
        return max(50, self.records // 40)


#: The third argument tells how tries have ended so far, the fourth that the night is over.
Breaks = Callable[[World, Size, Mapping[str, int], Event], None]


@dataclass(frozen=True)
class Scenario:
    """One line of the table.

    Attributes:
        name: What breaks, in words.
        faults: The registry's, from the beginning of the first night to its end.
        breaks: What is done to the world after as many calls as a third of the records, with the next ones held meanwhile.
        dying: How many processes can be hit in the middle by it (kills are counted on their own).
        killed: Whether pushes are killed.
        disk_full: Whether the first tries of every task meet a full disk.
        triggers: How many runs of the school start at once.
        slots: How many pushes go on at a time; more where they do little but wait.
        policy: The school's `ambiguous`.
        timeout_seconds: The school's time limit for an answer.
        read_back: Whether the school has a read connection, so that what is in doubt can be known.
        not_for_peers: Why the peers cannot meet it; "" where they can.
    """

    name: str
    faults: Mapping[str, Any] = field(default_factory=dict)
    breaks: Breaks | None = None
    dying: int = 0
    killed: bool = False
    disk_full: bool = False
    triggers: int = 1
    slots: int = SLOTS
    policy: Literal["repost", "hold"] = "repost"
    timeout_seconds: float = 60.0
    read_back: bool = False
    not_for_peers: str = ""

    def settings(self, size: Size) -> dict[str, Any]:
        """Return the school's `registry` section."""
        return {
            "concurrency": CONCURRENCY,
            "chunk_size": size.chunk,
            "timeout_seconds": self.timeout_seconds,
            "ambiguous": self.policy,
            "read": READ if self.read_back else None,
        }

    def registry_faults(self, size: Size) -> dict[str, Any]:
        """Return the registry's fault plan."""
        faults = {"seed": 5, **self.faults}
        return {**faults, "rate_per_second": size.rate_per_second} if "rate_per_second" in faults else faults

    def operator(self, size: Size, operator: Operator) -> Operator:
        """Tell the operator what happens to the tasks."""
        operator.slots = self.slots
        if self.policy == "hold":
            operator.clears = 1  # what is in doubt stays so until a person has looked
        if self.disk_full:
            operator.full_disk_tries, operator.file_limit = 2, 4096
        return operator


def registry_down(world: World, size: Size, endings: Mapping[str, int], over: Event) -> None:
    """Stop the registry in order, and start it again after a while."""
    world.registry.restart(size.away_seconds, kill=False)


def registry_killed(world: World, size: Size, endings: Mapping[str, int], over: Event) -> None:
    """Kill the registry, and start it again at once."""
    world.registry.restart(0.0, kill=True)


def ledger_restarted(world: World, size: Size, endings: Mapping[str, int], over: Event) -> None:
    """Restart the ledger's PostgreSQL."""
    world.ledger_server.restart(1.0)


def until_they_meet(world: World, size: Size, endings: Mapping[str, int], over: Event) -> None:
    """Leave the first run's calls under way until the second one has met them."""
    while not endings and not over.wait(0.05):
        continue


NO_TIME_LIMIT = "lightbeam sets none for an answer (its `timeout` is for connecting), and drt's 30 seconds cannot be changed"
NO_POLICY = "they know no state between sent and not sent, so that none can be held"
NO_READING = "they look nothing up before they send it again"
NO_DATABASE = "as they are set up here they keep their state in files"
NO_SCHEDULER = "they are commands; a scheduler that runs them knows nothing of what they sent"

SCENARIOS = (
    Scenario("nothing breaks"),
    Scenario("10 % 429", {"too_many": 0.1, "retry_after_seconds": 0}),
    Scenario("rate limit with Retry-After", {"rate_per_second": 1_000}),
    Scenario("10 % 503", {"unavailable": 0.1, "retry_after_seconds": 0}, slots=WAITING_SLOTS),
    Scenario("5 % reset before the write", {"reset_before": 0.05}),
    Scenario("5 % reset after the write", {"reset_after": 0.05}),
    Scenario("5 % reset after, policy hold", {"reset_after": 0.05}, policy="hold", not_for_peers=NO_POLICY),
    Scenario("5 % reset after, read back", {"reset_after": 0.05}, read_back=True, not_for_peers=NO_READING),
    Scenario(
        "2 % answered past the timeout",
        {"stall_after": 0.02, "stall_ms": 12_000},
        timeout_seconds=8,
        slots=WAITING_SLOTS,
        not_for_peers=NO_TIME_LIMIT,
    ),
    Scenario("5 % HTML 502", {"bad_gateway": 0.05}),
    Scenario("registry down", breaks=registry_down, dying=SLOTS),
    Scenario("registry killed and restarted", breaks=registry_killed, dying=SLOTS),
    Scenario("ledger's PostgreSQL restarted", breaks=ledger_restarted, dying=SLOTS, not_for_peers=NO_DATABASE),
    Scenario("kill -9 of pushes", killed=True),
    Scenario("kill -9 of pushes, policy hold", killed=True, policy="hold", not_for_peers=NO_POLICY),
    Scenario("kill -9 of pushes, read back", killed=True, read_back=True, not_for_peers=NO_READING),
    Scenario("disk full in the run folder", disk_full=True),
    Scenario("two triggers of one school", breaks=until_they_meet, triggers=2),
)
