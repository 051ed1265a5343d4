"""The command line: a thin shell over the library, and the only part that prints."""

from __future__ import annotations

from spamlinks.cli.app import app, main
from spamlinks.cli.failures import report_errors

__all__ = ["app", "main", "report_errors"]
