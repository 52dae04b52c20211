"""``python -m capture`` does what the ``capture`` command does."""

from capture.commands import main

if __name__ == "__main__":
    main()
