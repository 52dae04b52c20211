"""What the commands take from this installation's instance folder and environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sitegen import instance

if TYPE_CHECKING:
    from sitegen.token import TokenSigner


def token_keys(folder: Path) -> tuple[str, ...]:
    """The keys that sign a site's tokens, newest first. Raises SecretError when there is none."""
    return tuple(instance.token_keys(instance.read(os.environ, folder)))


def signer(folder: Path) -> TokenSigner:
    """Signs a site's tokens. Raises SecretError."""
    from sitegen.token import TokenSigner

    return TokenSigner(token_keys(folder))


def instance_folder(folder: Path) -> Path:
    """Where this installation keeps what is its own, though it may not exist yet."""
    return instance.find(os.environ, folder) or Path("instance")
