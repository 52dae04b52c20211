"""Makes the golden trees anew: ``python -m tests.golden``. Read the difference before you commit it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from sitegen.build.builder import build
from sitegen.build.state_folder import StateFolder
from tests.conftest import SITES, build_options

_PICTURES = {".avif", ".webp", ".jpg"}


def built(name: str, out: Path) -> None:
    """Builds one of the sites under tests/sites."""
    build(build_options(SITES / name / "input", out))


def compared(tree: dict[str, bytes]) -> dict[str, bytes]:
    """A tree without what changes from one release of ours or of a codec to the next: build ids (which
    hold our version), the tokens that sign them, and the bytes of pictures with the digests in their names."""
    return {
        _PHOTO.sub(b"~", path.encode()).decode(): b""
        if Path(path).suffix in _PICTURES
        else _VARYING.sub(b"~", _PHOTO.sub(b"~", content))
        for path, content in tree.items()
    }


_PHOTO = re.compile(rb"(?<=assets/photos/)[0-9a-f]{20}(?=-)")
_VARYING = re.compile(rb"(?<=build )[0-9a-f]{12}|(?<=~)[0-9a-f]{12}(?=~)|(?<=~[0-9a-f]{16})\.[\w-]{43}")


def main() -> None:
    """Builds each site into its golden folder."""
    for folder in sorted(SITES.iterdir()):
        golden = folder / "golden"
        shutil.rmtree(golden, ignore_errors=True)
        built(folder.name, golden)
        shutil.rmtree(StateFolder.of(golden).path)


if __name__ == "__main__":
    main()
