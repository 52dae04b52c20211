"""The database's history, as Alembic revisions. They ship with the package, so that an installed service can
bring its database up to date without a source tree."""
