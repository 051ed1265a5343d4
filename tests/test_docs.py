"""The documentation is true: commands are described, examples run, tables are whole."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from spamlinks.cli import app
from spamlinks.pipeline import DOMAIN_COLUMNS
from spamlinks.policy import SITUATIONS, Reason, Verdict
from spamlinks.simulate import VENDORS

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))
import readme_figures  # noqa: E402 - benchmarks is a folder of scripts, not a package

README = (ROOT / "README.md").read_text("utf-8")
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md", "models/CHANGELOG.md")

# No network: a command of the documentation that opens a connection fails.
NO_NETWORK = """
import socket
def refuse(self, address, *rest):
    if self.family != getattr(socket, "AF_UNIX", None):
        raise RuntimeError("a connection was opened")
    return connect(self, address, *rest)
connect, socket.socket.connect = socket.socket.connect, refuse
"""


def _command_name(command: typer.models.CommandInfo) -> str:
    assert command.callback is not None
    return command.name or command.callback.__name__.replace("_", "-")


def _blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def _console() -> list[str]:
    lines = [line for block in _blocks("console") for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder with the examples in it and nothing else, and an environment without network."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(ROOT / "data" / "examples", folder / "data" / "examples")
    guard = tmp_path_factory.mktemp("guard")
    (guard / "sitecustomize.py").write_text(NO_NETWORK, "utf-8")
    return folder, {**os.environ, "PYTHONPATH": f"{guard}{os.pathsep}{ROOT}"}


def _run(arguments: list[str], reader: tuple[Path, dict[str, str]]) -> subprocess.CompletedProcess:
    folder, environment = reader
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=300,
    )


# Commands and options


@pytest.mark.parametrize("command", app.registered_commands, ids=_command_name)
def test_every_command_says_what_it_does_and_stands_in_the_readme(command):
    assert (command.callback.__doc__ or "").strip(), "no docstring, so --help says nothing"
    used = [line for line in _console() if line.startswith(f"spamlinks {_command_name(command)}")]
    assert used, "README shows no example"


@pytest.mark.parametrize("command", app.registered_commands, ids=_command_name)
def test_every_option_has_help(command):
    click = typer.main.get_command(app).commands[_command_name(command)]
    assert click.help
    # --help explains itself; an argument's help is shown as an option's is.
    silent = [p.name for p in click.params if p.name != "help" and not getattr(p, "help", None)]
    assert silent == []


def _options_of(name: str) -> set[str]:
    click = typer.main.get_command(app).commands[name]
    return {option for param in click.params for option in param.opts}


def test_options_in_the_readme_exist():
    """An option that was renamed must not live on in a table."""
    known = {o for c in app.registered_commands for o in _options_of(_command_name(c))}
    named = set(re.findall(r"`[^`\n]*?(--[a-z][a-z-]+)", README)) - {"--help"}
    assert named
    assert named <= known


@pytest.mark.parametrize("option", sorted(_options_of("audit")))
def test_every_option_of_audit_stands_in_the_readme(option):
    if option.startswith("--") and option not in ("--help", "--output"):
        assert f"`{option}" in README


@pytest.mark.parametrize(
    "word",
    [*DOMAIN_COLUMNS, *(v.value for v in Verdict), *(r.value for r in Reason), *SITUATIONS],
)
def test_words_a_user_meets_are_explained(word):
    table_rows = [line for line in README.splitlines() if line.startswith("|")]
    assert any(re.search(rf"(`|\b){re.escape(word)}(`|\b)", row) for row in table_rows)


@pytest.mark.parametrize(("name", "precision"), SITUATIONS.items())
def test_precisions_of_the_situations(name, precision):
    assert re.search(rf"^\| `{name}` \| {precision:.2f} \|", README, re.MULTILINE)


def test_vendors_of_simulate_stand_in_its_help():
    click = typer.main.get_command(app).commands["simulate"]
    vendor = next(param for param in click.params if param.name == "vendor")
    assert vendor.metavar == "|".join(VENDORS)


# Examples


def test_console_blocks_are_commands_of_ours():
    """What is not ours, such as pip, belongs into an sh block, which is not run."""
    for block in _blocks("console"):
        for line in block.splitlines():
            assert line.startswith("$ spamlinks "), line


def test_readme_commands_run_in_order(reader):
    commands = _console()
    assert len(commands) >= 10
    for command in commands:
        done = _run(["-m", *shlex.split(command)], reader)
        assert done.returncode == 0, f"$ {command}\n{done.stderr}"
        assert "Traceback" not in done.stderr, command
    first = {path.name for path in (reader[0] / "out" / "first").iterdir()}
    named = re.findall(r"^\| `([\w.]+\.\w+)` \|", README, re.MULTILINE)
    assert first == set(named), "the table of files and the files written differ"


@pytest.mark.parametrize("block", _blocks("python"), ids=lambda block: block.split("\n")[0][:30])
def test_readme_python_runs(block, reader):
    done = _run(["-W", "error", "-c", block], reader)
    assert done.returncode == 0, done.stderr


def test_the_network_guard_works(reader):
    """Else the runs above would prove nothing about the network."""
    code = "import socket; socket.create_connection(('127.0.0.1', 9), timeout=1)"
    done = _run(["-c", code], reader)
    assert "a connection was opened" in done.stderr


# Figures, links, what must not be published


def test_figures_are_those_of_the_model():
    metadata = json.loads(readme_figures.METADATA.read_text("utf-8"))
    assert readme_figures.filled(README, readme_figures.figures(metadata)) == README, (
        "run: python benchmarks/readme_figures.py"
    )


def test_figures_without_a_threshold_or_a_mark():
    cut = {"score": None, "recall": 0, "false_per_10000": 0, "honest_units": 5}
    metadata = {"name": "m", "prior": 0.1, "thresholds": {"urls": {"0.98": cut}}}
    assert "| 0.98 | no threshold: nothing is DISAVOW |" in readme_figures.figures(metadata)
    with pytest.raises(ValueError, match="figures:begin"):
        readme_figures.filled("no mark", "x")


@pytest.mark.parametrize("page", PAGES)
def test_links_inside_the_repository(page):
    text = (ROOT / page).read_text("utf-8")
    anchors = {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }
    for link in re.findall(r"\]\(([^)]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path
        assert target.exists(), f"{page}: {link}"
        if not path:
            assert anchor in anchors, f"{page}: {link}"


def _tracked() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so what is tracked is not known")
    done = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


# What a machine's own paths look like. Built from parts, since this file is searched as well.
MACHINE = re.compile("|".join(rf"(?<![\w.]){part}/" for part in ("/work", "/home", "/root")))
REGISTRY = re.compile(r"https?://\S*(?:pypi|python" r"hosted|index/simple)")
BESIDE = re.compile(r"\.\./" + "shared")
MAY_LOOK_BESIDE = ("Makefile",)  # its DATA names the optional folder, to be overridden


def test_nothing_of_this_machine_is_published():
    found = []
    for path in _tracked():
        if not path.is_file() or "samples" in path.parts:
            continue  # removed and not committed yet; exports with addresses of their own
        name = path.relative_to(ROOT).as_posix()
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1):
            beside = BESIDE.search(line) and name not in MAY_LOOK_BESIDE
            if MACHINE.search(line) or REGISTRY.search(line) or beside:
                found.append(f"{name}:{number}: {line.strip()[:80]}")
    assert found == []
