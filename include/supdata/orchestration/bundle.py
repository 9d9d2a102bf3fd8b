"""The DAG folder as Airflow's DAG processor looks at it, with an eye on `institutions/`.

Airflow reads a DAG file again when an interval has passed, or at once when that file itself has changed. A school is a YAML
beside the DAG file, which therefore waits for the interval; and with a thousand schools the interval must be long, since all of
them are read each time. Airflow asks a bundle every few seconds for what is new: this one sees that a school's file has come,
gone or changed, and asks for the DAG file to be read, as Airflow's own "parse" button does.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from airflow.dag_processing.bundles.local import LocalDagBundle

#: The DAG file that makes the schools' DAGs, and the folder that it reads; both stand at the top of the DAG folder.
LOADER, FOLDER = "supdata_institutions.py", "institutions"
#: Seconds between two looks. A look takes some milliseconds for a thousand files, and three lines in Airflow's log.
LOOK_EVERY = 10

#: A file's name, when it was changed, and its size.
Mark = tuple[str, int, int]


class SchoolsBundle(LocalDagBundle):
    """Airflow's bundle for a folder on the disk, in all but what the module says."""

    def __init__(self, *, refresh_interval: int = LOOK_EVERY, **options: Any) -> None:
        """Look at a folder; `options` are those of Airflow's bundle."""
        super().__init__(refresh_interval=refresh_interval, **options)
        self._known: frozenset[Mark] | None = None
        self._awaited: frozenset[int] = frozenset()

    def refresh(self) -> None:
        """Ask for a parse when a file has come, gone or changed since the last look.

        One that is under way may have read the file before it changed, and while it lasts Airflow throws a request for the same
        file away. So what runs now is awaited, and the request comes then.
        """
        found = frozenset(marks(self.path / FOLDER))
        changed = self._known is not None and found != self._known
        running = _children() if changed or self._awaited else frozenset()
        if (changed and not running) or self._awaited - running:
            self._ask()
        self._known = found
        self._awaited = running if changed else self._awaited & running

    def _ask(self) -> None:
        from airflow.models.dagbag import DagPriorityParsingRequest
        from airflow.utils.session import create_session
        from sqlalchemy.exc import IntegrityError

        with suppress(IntegrityError), create_session() as session:  # somebody has asked already
            session.add(DagPriorityParsingRequest(bundle_name=self.name, relative_fileloc=LOADER))


def marks(folder: Path) -> Iterator[Mark]:
    """Yield what shows that a file in `folder` is another than before; an editor's hidden files are none of ours."""
    for at, _, names in os.walk(folder):
        for path in (os.path.join(at, name) for name in names if not name.startswith(".")):  # noqa: PTH118 - a thousand, often
            with suppress(FileNotFoundError):  # gone since it was listed
                found = os.stat(path)  # noqa: PTH116 - as above
                yield path, found.st_mtime_ns, found.st_size


def _children() -> frozenset[int]:
    """Return the processes that this one has started: in Airflow's DAG processor, those that read DAG files."""
    import psutil

    return frozenset(child.pid for child in psutil.Process().children())
