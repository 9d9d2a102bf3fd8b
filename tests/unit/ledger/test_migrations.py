"""The ledger's migrations as a chain, before any database sees them."""

from alembic.config import Config
from alembic.script import ScriptDirectory

from supdata.ledger import migrations
from supdata.ledger.opening import REVISION


def test_the_migrations_are_one_chain_whose_end_is_what_this_version_needs() -> None:
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0])
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [REVISION]
    numbers = [one.revision for one in script.walk_revisions()]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == len(numbers)
