"""A build whose pages go nowhere: ``python -m benchmarks.sink SITE OUT`` prints the pages made.

Everything else is done as always: the roster is loaded, the site checked, pages composed, the record kept.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.workshop import TOKEN_KEY
from sitegen.build import output
from sitegen.build.builder import build
from sitegen.build.options import BuildOptions
from sitegen.build.output import File, Output


class Sink(Output):
    """An output folder that counts the files of members' sites and drops them."""

    def write_site(self, folder: str, files: Sequence[File]) -> bool:
        """Counts."""
        self.counts.written += len(files)
        self.counts.bytes_written += sum(len(content) for _, content in files)
        return True

    def has_site(self, folder: str) -> bool:
        """No site is ever there."""
        return False


def main(site: str, out: str) -> None:
    """Builds into the sink."""
    output.Output = Sink  # type: ignore[misc]
    summary = build(BuildOptions(folder=Path(site), out=Path(out), token_keys=(TOKEN_KEY,)))
    os.write(1, f"{summary.pages} {summary.bytes_written} {summary.seconds}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
