"""The notebooks run from top to bottom, as a reader would run them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from spamlinks.policy import Verdict

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TIMEOUT_SECONDS = 300
WRITES = {"03-how-good-is-it.ipynb": "evaluation.html"}
"""The page that a notebook makes in the end; report.html where none is named."""
MEASURING = ("02-train-on-your-labels.ipynb", "03-how-good-is-it.ipynb")


def _run(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Run in the interpreter of the tests, not in whatever kernel the machine has registered."""
    manager = AsyncKernelManager(kernel_name="python3")
    spec = manager.kernel_spec
    assert spec is not None
    spec.argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=TIMEOUT_SECONDS,
        resources={"metadata": {"path": str(folder)}},
    )
    client.owns_km = True  # so that it shuts the kernel down and closes its sockets
    client.execute(env={**os.environ, "PYDEVD_DISABLE_FILE_VALIDATION": "1"})


def _shown(notebook: nbformat.NotebookNode) -> str:
    """Every text that the cells put out."""
    out = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            out.append(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
    return "\n".join(out)


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_runs(path, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # its own temporary folders are ours to clear
    notebook = nbformat.read(path, as_version=4)
    _run(notebook, path.parent)
    shown = _shown(notebook)
    assert all(verdict.value in shown for verdict in Verdict)
    assert WRITES.get(path.name, "report.html") in shown
    streams = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    assert not [o.text for o in streams if o.get("name") == "stderr"], "a reader would see this"


@pytest.mark.parametrize("name", MEASURING)
def test_figures_of_made_up_rows_are_disowned_before_the_first(name):
    first = nbformat.read(ROOT / "notebooks" / name, as_version=4).cells[0]
    assert first.cell_type == "markdown"
    assert "**The rows below are made up. No figure on this page" in first.source


def test_a_failing_cell_fails(tmp_path):
    """Else the test above could not fail."""
    from nbclient.exceptions import CellExecutionError

    broken = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        _run(broken, tmp_path)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_is_stored_without_outputs(path):
    """Outputs would go stale, and may hold paths of the machine that made them."""
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
