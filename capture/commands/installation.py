"""Gives all commands of ``capture`` the settings, the database and the clock."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from capture.base.db import Database
from capture.settings import Settings


def settings(site_folder: Path | None = None) -> Settings:
    """Returns the service's settings from the environment and the instance folder, which may be in or beside the site
    folder.

    Raises SecretError if a secret is missing, SettingError or DeliveryError if a setting cannot be read.
    """
    return Settings.from_environ(os.environ, site_folder)


def open_database(given: Settings | None = None) -> Database:
    """Returns the database of the settings (``given``, or those of the environment), which is closed when the command
    ends. Raises SecretError if a secret is missing.

    The command makes no SQLite checkpoints: the service, which may be running, makes them.
    """
    database = Database((given or settings()).database_url, checkpoints=False)
    click.get_current_context().call_on_close(database.engine.dispose)
    return database


def existing_database(given: Settings | None = None) -> Database:
    """Returns the database for a command that needs one with data. Raises DatabaseError, with a hint, if the database
    does not exist or needs a migration."""
    database = open_database(given)
    database.require()
    return database


def now() -> datetime:
    """Returns the current moment in UTC."""
    return datetime.now(UTC)
