"""Every error the package raises on purpose, split by what the reader must do.

    SupdataError
    ├── FixConfig            the institution file, or a connection's settings, must be mended   never retried
    │   └── AccessRefused    a remote refused the credential (401, 403, wrong password)          never retried
    ├── FixSource            the institution's data or export is not usable: call the school     never retried
    │   └── EmptySource      the source is empty where there never is nothing to declare
    │       └── NothingNew   every file there has been read before
    ├── TryLater             the other side is away or overloaded: wait, it is retried           retried
    ├── RunStopped           an earlier stage of the run is red: mend that one                   never retried
    └── CallUs               a promise of this product does not hold: keep the run, report it    never retried
        ├── RuleBroken       a quality rule raised or was ignored
        ├── BalanceBroken    records are missing or counted twice
        └── RegistryDiffers  the registry shows what it has accepted otherwise, or not at all

A message says what was attempted, what was found and what to do. It never holds an INE, a birth date or a key.
"""


class SupdataError(Exception):
    """Root of the errors raised on purpose; `attempted. found. remedy.` make its message."""

    def __init__(self, attempted: str, found: str, remedy: str) -> None:
        super().__init__(attempted, found, remedy)  # all three as args, so that the error can be pickled
        self.attempted = attempted
        self.found = found
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.attempted}: {self.found}. {self.remedy}"


class FixConfig(SupdataError):
    """The institution file or a connection must be mended; trying again gives the same answer."""


class AccessRefused(FixConfig):
    """The other side refused the credential; every further call would be refused too."""


class FixSource(SupdataError):
    """The institution's export cannot be used as it is; the school must be called."""


class EmptySource(FixSource):
    """The source holds no row at all, which would read as every student having left."""


class NothingNew(EmptySource):
    """Every file of the institution has been read before; nobody has left by that."""


class TryLater(SupdataError):
    """The other side is away or overloaded; the same call may succeed later."""


class RunStopped(SupdataError):
    """A stage before this one did not end well: what it says is what counts."""


class CallUs(SupdataError):
    """A promise of this product does not hold; the run folder shows where."""


class RuleBroken(CallUs):
    """A quality rule raised, or was not evaluated: its silence must not be read as 'no bad row'."""


class BalanceBroken(CallUs):
    """The balance of a run does not close: records are missing or counted twice."""


class RegistryDiffers(CallUs):
    """The registry shows what it has accepted otherwise, or does not show again what was sent again."""
