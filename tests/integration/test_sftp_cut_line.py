"""A transfer whose line is cut again and again: every row comes once, in order."""

import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import paramiko
import pytest

from integration.cutting import cut_line
from integration.sftp_serving import sftp_server
from supdata.config.sftp_source import SftpSource
from supdata.errors import TryLater
from supdata.extract.sftp import read_sftp
from supdata.records.rows import ReadFile

pytestmark = [
    pytest.mark.integration,
    # paramiko asks for the file ahead in a thread of its own, which ends by an exception when the line is cut
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]

CUTS = 50
ROWS = 500_000
SOURCE = SftpSource(kind="sftp", connection="sftp_0751717j", path="/export/*.csv")


@contextmanager
def sessions(port: int) -> Iterator[Callable[[], paramiko.SFTPClient]]:
    """Yield what opens a session, each over a connection of its own."""
    with ExitStack() as opened:

        def connect() -> paramiko.SFTPClient:
            try:
                transport = paramiko.Transport(("127.0.0.1", port))
                opened.callback(transport.close)
                transport.connect(username="school", password="made")
                client = paramiko.SFTPClient.from_transport(transport)
            except (OSError, EOFError, paramiko.SSHException) as error:
                raise TryLater("Opening", "the line was cut", "Again.") from error
            assert client is not None
            return client

        yield connect


def test_nothing_is_lost_or_doubled_when_the_line_is_cut_fifty_times(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "a.csv").write_text("INE\n" + "".join(f"{n:011d}\n" for n in range(ROWS)), encoding="ascii")
    drawn = random.Random(20_261_124)
    budgets = [drawn.randrange(100, 160_000) for _ in range(CUTS)]
    told: list[ReadFile] = []
    with sftp_server(tmp_path) as port, cut_line(port, budgets) as cut, sessions(cut) as connect:
        rows = read_sftp(_persistent(connect), SOURCE, ["INE"], on_read=told.append, sleep=lambda _: None)
        assert [row.values["INE"] for row in rows] == [f"{n:011d}" for n in range(ROWS)]  # type: ignore[union-attr]
    assert budgets == []
    assert [one.size for one in told] == [4 + 12 * ROWS]


def _persistent(connect: Callable[[], paramiko.SFTPClient]) -> Callable[[], paramiko.SFTPClient]:
    """Try the first session again: a line that is cut before the listing is a task's to try again, not a transfer's."""

    def open_one() -> paramiko.SFTPClient:
        for _ in itertools.repeat(None, 20):
            with suppress(TryLater):
                return connect()
        raise AssertionError("no session could be opened")

    return open_one


def test_a_line_that_stays_down_ends_as_a_reason_to_try_later(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "a.csv").write_text("INE\n" + "1\n" * ROWS, encoding="ascii")
    waits: list[float] = []
    budgets = [40_000, *[1] * 20]
    with (
        sftp_server(tmp_path) as port,
        cut_line(port, budgets) as cut,
        sessions(cut) as connect,
        pytest.raises(TryLater, match="broke 5 times in a row"),
    ):
        list(read_sftp(connect, SOURCE, ["INE"], sleep=waits.append))
    assert waits[-4:] == [0.0, 1.0, 3.0, 7.0]
