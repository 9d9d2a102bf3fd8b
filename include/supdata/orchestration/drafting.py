"""A plan's draft in the run folder: each part goes into its file as it is made."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from supdata.orchestration.run_folder import RunFolder
from supdata.plan.draft import Leaving
from supdata.records.judgement import Judgement
from supdata.records.lines import LinesWriter
from supdata.records.shipment import Planned, Receipt

UNCHANGED, WAITING, FINDINGS = "unchanged.jsonl", "waiting.jsonl", "findings.jsonl"
#: What leaves, while it is not known yet what of it is held; it is gone when the plan is made.
LEAVING = "leaving.jsonl"


class FolderDraft:
    """A `supdata.plan.draft.Draft`; `chunks` and `held` name the chunk files, in their order."""

    def __init__(self, folder: RunFolder) -> None:
        """Write into `folder`; files are open between entering and leaving."""
        self.chunks: list[str] = []
        self.held: list[str] = []
        self._folder = folder
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._unchanged = self._open.enter_context(self._folder.open_lines("plan", UNCHANGED))
        self._waiting, self._findings = (self._writer(self._open, name) for name in (WAITING, FINDINGS))
        self._spool = self._open.enter_context(ExitStack())
        self._leaving = self._writer(self._spool, LEAVING)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.__exit__(kind, error, trace)
        self._folder.remove("plan", LEAVING)

    def unchanged(self, lines: bytes) -> None:
        """Take lines of `Known`."""
        self._unchanged.write(lines)

    def waiting(self, receipt: Receipt) -> None:
        """Take what stands for a record that does not leave."""
        self._waiting.write(receipt)

    def leaving(self, one: Leaving) -> None:
        """Take a record that leaves."""
        self._leaving.write(one)

    def all_leaving(self) -> Iterator[Leaving]:
        """Yield what leaves, in its order; nothing more can be taken then."""
        self._spool.close()
        return self._folder.read("plan", LEAVING, Leaving)

    def finding(self, judgement: Judgement) -> None:
        """Take what is noteworthy in a row to send."""
        self._findings.write(judgement)

    def chunk(self, records: Sequence[Planned], *, held: bool) -> None:
        """Write the next chunk of what is sent, or of what is held."""
        names, prefix = (self.held, "held") if held else (self.chunks, "chunk")
        names.append(f"{prefix}-{len(names) + 1:04d}")
        self._folder.write("plan", f"{names[-1]}.jsonl", records)

    def _writer(self, open_files: ExitStack, name: str) -> LinesWriter:
        writer = LinesWriter(open_files.enter_context(self._folder.open_lines("plan", name)))
        open_files.callback(writer.flush)
        return writer
