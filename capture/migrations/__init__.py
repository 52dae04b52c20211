"""The changes of the database's tables from version to version, as Alembic revisions. They are part of the package, so
that an installed service can migrate its database without the source tree."""
