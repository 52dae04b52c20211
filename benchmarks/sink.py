"""Builds a site without writing members' pages: ``python -m benchmarks.sink SITE OUT`` prints how many pages it made.

Everything else is done as always: the roster is loaded, the site checked, the pages made, the record of the build kept.
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
        """Counts the files of a member's site and writes none; returns True, as for a new site."""
        self.counts.written += len(files)
        self.counts.bytes_written += sum(len(content) for _, content in files)
        return True

    def has_site(self, folder: str) -> bool:
        """Returns False: no member's site ever exists."""
        return False


def main(site: str, out: str) -> None:
    """Builds the site without writing members' pages, and prints pages, bytes and seconds."""
    output.Output = Sink  # type: ignore[misc]
    summary = build(BuildOptions(folder=Path(site), out=Path(out), token_keys=(TOKEN_KEY,)))
    os.write(1, f"{summary.pages} {summary.bytes_written} {summary.seconds}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
