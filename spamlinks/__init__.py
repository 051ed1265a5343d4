"""spamlinks: a link export in, a disavow.txt its owner would dare to upload out."""

from __future__ import annotations

__version__ = "0.1.0"
