"""Runs the steps on the connection that service.log.migrate hands over, inside its transaction."""

from alembic import context

from service.log.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
