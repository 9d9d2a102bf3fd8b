"""Where the demo finds the project, and where under `var/` it keeps what it makes."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from supdata.errors import FixConfig

PROJECT = Path(__file__).resolve().parents[4]


@dataclass(frozen=True)
class Layout:
    """The project's own folders, and those below `var` that start afresh each time."""

    #: All that is made; nothing outside of it is ever written or deleted.
    var: Path
    project: Path = PROJECT

    @property
    def postgres(self) -> Path:
        """The data of the one PostgreSQL server."""
        return self.var / "postgres"

    @property
    def airflow(self) -> Path:
        """Airflow's home."""
        return self.var / "airflow"

    @property
    def runs(self) -> Path:
        """The run folders."""
        return self.var / "runs"

    @property
    def schools(self) -> Path:
        """What the schools' servers need: the export, the host key."""
        return self.var / "schools"

    @property
    def logs(self) -> Path:
        """One log per process."""
        return self.var / "logs"

    @property
    def summary(self) -> Path:
        """What was shown, as JSON."""
        return self.var / "demo" / "summary.json"

    def shown(self, path: Path) -> str:
        """Return `path` as it is shortest to read: from the project, where it is below it."""
        return str(path.relative_to(self.project) if path.is_relative_to(self.project) else path)


@contextmanager
def fresh(layout: Layout) -> Iterator[None]:
    """Hold `var/` for one demo at a time, and empty the folders it fills.

    Raises FixConfig when the project's folders are not there, or when another demo is running in this copy.
    """
    if not (layout.project / "dags").is_dir():
        raise FixConfig("Looking for the project", f"there is no folder dags/ in {layout.project}", "Run it from a checkout.")
    layout.var.mkdir(parents=True, exist_ok=True)
    with (layout.var / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FixConfig("Starting the demo", "another one is running in this copy", "Wait for it, or stop it.") from error
        for folder in (layout.postgres, layout.airflow, layout.runs, layout.schools, layout.logs, layout.summary.parent):
            _empty(folder)
        yield


def _empty(folder: Path) -> None:
    """Make `folder` anew; a link is taken away as a link, so that nothing it points to is touched."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    os.chmod(folder, 0o755)  # PostgreSQL runs as another user below it when we are root  # noqa: PTH101, S103
