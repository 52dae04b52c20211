"""The steps by which the database's tables came to their present form: one Alembic revision per file."""
