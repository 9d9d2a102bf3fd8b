"""Runs the ledger's migrations on the connection that `supdata.ledger.schema` hands over."""

from alembic import context

from supdata.ledger.schema import SCHEMA

context.configure(connection=context.config.attributes["connection"], version_table_schema=SCHEMA)
with context.begin_transaction():
    context.run_migrations()
