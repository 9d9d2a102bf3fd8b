"""The revision this code needs, and addresses that lead nowhere."""

import pytest
from alembic.script import ScriptDirectory

from supdata.errors import FixConfig, TryLater
from supdata.ledger.opening import REVISION, open_ledger_at
from supdata.ledger.schema import MIGRATIONS


def test_the_revision_needed_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == REVISION


def test_an_address_that_is_none_is_a_fault_of_configuration_and_is_not_repeated() -> None:
    with pytest.raises(FixConfig, match="cannot be read") as raised, open_ledger_at("host s3cret", "the ledger"):
        pytest.fail("there is no such address")
    assert "s3cret" not in str(raised.value)


def test_a_database_that_is_away_is_tried_later_without_telling_its_password(unix_socket_folder: str) -> None:
    address = f"postgresql://ops:s3cret@/ledger?host={unix_socket_folder}"
    with pytest.raises(TryLater, match="does not answer") as raised, open_ledger_at(address, "the ledger"):
        pytest.fail("nobody listens there")
    assert "s3cret" not in str(raised.value)


@pytest.fixture
def unix_socket_folder(tmp_path: object) -> str:
    """A folder in which no server has left its socket: nothing leaves the machine, nor even the file system."""
    return str(tmp_path)
