"""Runs Alembic's revisions on the database connection that ``db.Database.migrate`` gives, in its transaction."""

from alembic import context

from capture.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
