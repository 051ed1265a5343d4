"""Run the command line with ``python -m spamlinks``."""

from __future__ import annotations

from spamlinks.cli import main

if __name__ == "__main__":
    main()
