"""The run folder: what each stage leaves for the next, and what it says of itself, on any store Airflow can reach."""

import json
import os
import re
import traceback
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlsplit

import msgspec
from airflow.sdk import ObjectStoragePath

from supdata.errors import CallUs, SupdataError
from supdata.orchestration.connections import find_connection
from supdata.orchestration.store import is_local, is_there, names_in, reading, remove, writing
from supdata.records.lines import read_lines, write_lines
from supdata.records.reading import Reading
from supdata.records.rows import ReadFile

Record = TypeVar("Record")

#: Where run folders are made: a path, or a URL of a store (s3://…, gs://…, abfs://…) that Airflow has a connection for.
ROOT_VARIABLE = "SUPDATA_RUN_FOLDER"
RESULT = "result.json"
STAGES = ("extract", "normalise", "validate", "plan", "push", "approve", "push_held", "reconcile", "report", "deliver")


class StageResult(msgspec.Struct, kw_only=True):
    """What one stage says of itself; it stands beside the stage's files as `result.json`.

    `counts` are the stage's own and serve the reader: the balance is never made from them. `notes` are
    sentences on what was done in another way than usual. `files` names what was written. Of an extraction, `read_files` are
    the school's files that were read to their end, `readings` tell how they turned out to be written, and `partial` says that
    who is not in them has not left; `since` is the moment from which on changes were asked for, "" when everything was.
    """

    stage: str
    success: bool = False
    error: str = ""
    counts: dict[str, int] = {}
    notes: list[str] = []
    files: list[str] = []
    read_files: list[ReadFile] = []
    readings: list[Reading] = []
    partial: bool = False
    since: str = ""
    institution: dict[str, Any] = {}


class RunFolder:
    """One run's folder, `<root>/<uai>/<run>/<stage>/<file>`; on a local disk readable by its owner only."""

    def __init__(self, root: str, uai: str, run_id: str) -> None:
        """Name the folder of `run_id`; nothing is made yet.

        Raises FixConfig when the connection that `root` names is missing: the store's library would look for other credentials.
        """
        if named := urlsplit(root).username:
            find_connection(named)
        self.path = ObjectStoragePath(root) / uai / folder_name(run_id)

    def write(self, stage: str, name: str, records: Iterable[object]) -> int:
        """Write `records` as JSON Lines and return how many."""
        with self._writer(stage, name) as stream:
            return write_lines(stream, records)

    def write_bytes(self, stage: str, name: str, content: bytes) -> str:
        """Write one whole file and return its address."""
        with self._writer(stage, name) as stream:
            stream.write(content)
        return str(self.path / stage / name)

    @contextmanager
    def open_lines(self, stage: str, name: str) -> Iterator[Any]:
        """Open a file that is written line by line."""
        with self._writer(stage, name) as stream:
            yield stream

    def read(self, stage: str, name: str, record: type[Record]) -> Iterator[Record]:
        """Yield the records of a file, one at a time.

        Raises CallUs when the file is missing: a stage only reads what the one before it has left.
        """
        with self.opened(stage, name) as stream:
            yield from read_lines(stream, record)

    @contextmanager
    def opened(self, stage: str, name: str) -> Iterator[BinaryIO]:
        """Open a file whose lines are read; raises CallUs when it is missing."""
        with ExitStack() as stack:
            try:
                stream = stack.enter_context(reading(self.path / stage / name))
            except FileNotFoundError:
                raise CallUs(
                    f"Reading {stage}/{name} of this run",
                    "the file is not in the run folder",
                    f"Clear the task `{stage}` so that it is written again; if it was deleted, trigger a new run.",
                ) from None
            yield stream

    def has(self, stage: str, name: str) -> bool:
        """Whether the file is there: a stage that failed early has left none."""
        return is_there(self.path / stage / name)

    def remove(self, stage: str, name: str) -> None:
        """Delete a file that its stage alone needed."""
        remove(self.path / stage / name)

    def read_bytes(self, stage: str, name: str) -> bytes:
        """Return the content of one whole file."""
        with self.opened(stage, name) as stream:
            return stream.read()

    def results(self, stage: str) -> list[StageResult]:
        """Return what `stage` said of itself, one result per chunk where it is mapped; none when it has not run."""
        folder = self.path / stage
        found = [name for name in names_in(folder) if name.endswith(RESULT)]
        return [msgspec.json.decode(self.read_bytes(stage, name), type=StageResult) for name in found]

    def first_failure(self) -> StageResult | None:
        """Return the first stage that failed; each chunk of a push leaves a result of its own."""
        return next((result for stage in STAGES for result in self.results(stage) if not result.success), None)

    @contextmanager
    def stage(self, stage: str, institution: dict[str, Any], part: str = "") -> Iterator[StageResult]:
        """Run one stage, or one mapped `part` of it: its result file is written at the end, whether it succeeds or not."""
        name = f"{part}.{RESULT}" if part else RESULT
        if not part:
            self._forget_from(stage)
        else:
            remove(self.path / stage / name)  # a killed try must not look like the one before it
        result = StageResult(stage=stage, institution=institution)
        try:
            yield result
            result.success = True
        except SupdataError as error:
            result.error = f"{type(error).__name__}: {error}"
            raise
        except OSError as error:
            result.error = type(error).__name__
            raise  # may pass by itself, and speaks of files and hosts only
        except Exception as error:  # noqa: BLE001 - a foreign message may quote a student, and Airflow logs messages
            result.error = type(error).__name__
            raise _without_message(stage, error) from None
        except BaseException as ending:  # Airflow ends a task: told to, or because it has taken too long
            result.error = type(ending).__name__
            raise
        finally:
            content = msgspec.json.format(msgspec.json.encode(result), indent=2)
            self.write_bytes(stage, name, content)

    def _forget_from(self, stage: str) -> None:
        """Delete what this stage and later ones left at an earlier try: it was made from another input."""
        for later in STAGES[STAGES.index(stage) :]:
            remove(self.path / later)

    @contextmanager
    def _writer(self, stage: str, name: str) -> Iterator[Any]:
        with writing(self.path / stage / name) as stream:
            if is_local(self.path):
                os.chmod(self.path.path, 0o700)  # noqa: PTH101 - the paths are fsspec's, not pathlib's
            yield stream


def folder_name(run_id: str) -> str:
    """Return what the folder of a run is called; whoever triggers a run may name it, and `..` is a name to Airflow."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", run_id)
    return name if name.strip(".") else "_" * len(name)


def _without_message(stage: str, error: Exception) -> CallUs:
    """Return what may be logged of an error nobody foresaw: its class and where it came from, innermost last."""
    frames = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    return CallUs(
        f"Running the stage `{stage}`",
        f"an unforeseen {type(error).__name__} at {' > '.join(frames)}",
        "Keep the run folder and report it; the message itself is left out, it might quote a student's data.",
    )


def run_folder_root() -> str:
    """Return the configured root of run folders.

    Raises CallUs when none is configured, since a default on one worker's disk would be lost to the others.
    """
    root = os.environ.get(ROOT_VARIABLE, "")
    if not root:
        raise CallUs(
            "Looking up where run folders are kept",
            f"the environment variable {ROOT_VARIABLE} is not set",
            "Set it to a path or store address that every Airflow component and worker reaches.",
        )
    return root


def as_json(record: object) -> bytes:
    """Encode a record or a plain value as indented JSON."""
    return json.dumps(msgspec.to_builtins(record), ensure_ascii=False, indent=2, sort_keys=True).encode()
