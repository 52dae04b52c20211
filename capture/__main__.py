"""Runs the ``capture`` command for ``python -m capture``."""

from capture.commands import main

if __name__ == "__main__":
    main()
