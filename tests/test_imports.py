"""The shape of the package: who may import whom, and what nobody may use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import spamlinks

PACKAGE = Path(spamlinks.__file__).parent
ROOT = PACKAGE.parent

GROUND = {"errors", "schema", "suffixes", "urls", "files"}
# Part -> other parts it may import. A part that is not named here fails the test: decide first.
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "schema": set(),
    "suffixes": {"errors"},
    "urls": {"errors", "suffixes"},
    "files": {"errors"},
    "language": {"errors"},  # the words of explanations, for whoever says something
    "guards": GROUND,
    "exports": GROUND,
    "disavow": GROUND | {"guards"},  # a linter warns of popular names
    "tables": GROUND,
    "workbook": GROUND | {"tables"},
    "facts": GROUND | {"enrich", "fetched"},  # the keys and words of what is looked up
    "report": GROUND,
    "policy": GROUND | {"guards", "disavow"},  # a keep list is written like a disavow file
    "signals": GROUND | {"guards"},
    "simulate": GROUND | {"exports", "enrich"},  # the example store is one as enrich leaves it
    "enrich": GROUND | {"signals"},  # the words of spam trades
    "model": GROUND | {"guards", "signals", "disavow", "policy", "simulate", "exports", "language"},
    "engines": GROUND | {"exports", "signals", "model"},
}
ALLOWED["fetched"] = GROUND | {"enrich"}  # what a store says, beside the links
ALLOWED["saved_tables"] = GROUND | {"exports"}
ALLOWED["run_folder"] = GROUND | {"exports"}
ALLOWED["decided"] = GROUND | {"disavow", "exports", "policy", "saved_tables", "tables"}
ALLOWED["decided"] |= {"run_folder"}  # --decisions FOLDER
EVERYTHING = {
    "language",
    "exports",
    "signals",
    "model",
    "policy",
    "disavow",
    "report",
    "simulate",
    "enrich",
}
ALLOWED["campaigns"] = GROUND | {"report", "signals"}  # report.text: what is shown is clean
ALLOWED["telling"] = GROUND | {"language", "model", "signals"}
ALLOWED["reasons"] = GROUND | {"language", "model", "policy", "signals", "telling"}
ALLOWED["preparing"] = GROUND | EVERYTHING | {"decided", "facts", "presence", "properties"}
ALLOWED["preparing"] |= {"fetched"}
ALLOWED["pipeline"] = GROUND | EVERYTHING | {"guards", "engines", "tables", "facts", "reasons"}
ALLOWED["decisions"] = GROUND | {"decided", "exports", "disavow", "policy"}
ALLOWED["labels"] = ALLOWED["decisions"] | {"decisions"}
ALLOWED["effect"] = GROUND | {"guards", "disavow", "looks_good", "policy", "signals"}
ALLOWED["looks_good"] = GROUND | {"guards", "policy"}
ALLOWED["properties"] = GROUND
ALLOWED["presence"] = GROUND | {"exports"}
ALLOWED["hidden_links"] = GROUND
ALLOWED["run_facts"] = GROUND | {"exports", "fetched", "model", "policy", "presence"}
ALLOWED["pipeline"] |= {"campaigns", "decided", "preparing", "properties", "presence", "run_facts"}
ALLOWED["pipeline"] |= {"fetched", "hidden_links"}
JOBS = {
    "outputs",
    "disavowing",
    "scores",
    "training",
    "evaluation",
    "rechecking",
    "explanations",
    "enriching",
}  # what the commands do; none needs another
for job in (*JOBS, "drafts", "verdict_table"):
    ALLOWED[job] = ALLOWED["pipeline"] | {"pipeline", "labels", "effect"}
ALLOWED["before_after"] = GROUND | {"exports", "model", "policy"}
ALLOWED["training"] |= {"before_after", "decisions"}
ALLOWED["verdict_table"] |= {"decided", "run_folder", "saved_tables"}
ALLOWED["verdict_files"] = ALLOWED["pipeline"] | {"pipeline", "workbook"}
ALLOWED["verdict_files"] |= {"run_folder"}
ALLOWED["drafts"] |= {"verdict_table"}
ALLOWED["drafts"] |= {"decided"}
ALLOWED["since"] = ALLOWED["verdict_table"] | {"run_folder", "verdict_table"}
ALLOWED["explanations"] |= {"decided", "run_folder"}
ALLOWED["outputs"] |= {"decided", "drafts", "run_folder", "since", "verdict_files"}
ALLOWED["disavowing"] |= {"drafts", "verdict_table"}
ALLOWED["old_lines"] = ALLOWED["pipeline"] | {"pipeline", "effect", "looks_good"}
ALLOWED["rechecking"] |= {"old_lines"}
ALLOWED["api"] = ALLOWED["pipeline"] | {"pipeline", "drafts", "since"} | JOBS
ALLOWED["__init__"] = {"api"}  # the names are loaded on first use
ALLOWED["cli"] = ALLOWED["api"] | {"api", "run_folder"}
ALLOWED["__main__"] = {"cli"}

# Calls and imports, with the parts that need them.
FORBIDDEN_IMPORTS = {
    "click": set(),  # Typer vendors its own
    "pickle": set(),
    "joblib.externals": set(),
    "requests": set(),
    "subprocess": {"enrich"},  # the crawler is a process of its own
    "marshal": set(),
    "shelve": set(),
    "socket": {"enrich"},
    "urllib.request": {"enrich"},
    "http.client": {"enrich"},
    "httpx": {"enrich"},
    "httpcore": {"enrich"},
    "scrapy": {"enrich"},
    "twisted": {"enrich"},
    "dns": {"enrich"},
    "whoisit": {"enrich"},
    "typer": {"cli"},
    "rich": {"cli"},
}
FORBIDDEN_CALLS = {"print", "eval", "exec", "compile", "__import__", "input", "breakpoint"}
FORBIDDEN_METHODS = {("os", "system"), ("os", "popen"), ("joblib", "load"), ("joblib", "dump")}

FILES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the full name of everything imported, and the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or ""), node.lineno
            for alias in node.names:
                yield f"{node.module or ''}.{alias.name}", node.lineno


def breaches_of_the_map(source: str, here: str) -> list[str]:
    found = []
    for name, line in imports(ast.parse(source)):
        if name.startswith("."):
            found.append(f"line {line}: relative import")
        if not name.startswith("spamlinks."):
            continue
        there = name.split(".")[1]
        if there in ALLOWED and there != here and there not in ALLOWED[here]:
            found.append(f"line {line}: {here} imports {there}")
    return found


def forbidden_uses(source: str, here: str) -> list[str]:
    tree = ast.parse(source)
    found = [
        f"line {line}: imports {name}"
        for name, line in imports(tree)
        for banned, allowed in FORBIDDEN_IMPORTS.items()
        if (name == banned or name.startswith(f"{banned}.")) and here not in allowed
    ]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in FORBIDDEN_CALLS:
            found.append(f"line {node.lineno}: calls {called.id}")
        if (
            isinstance(called, ast.Attribute)
            and isinstance(called.value, ast.Name)
            and (called.value.id, called.attr) in FORBIDDEN_METHODS
        ):
            found.append(f"line {node.lineno}: calls {called.value.id}.{called.attr}")
        if any(word.arg == "shell" for word in node.keywords):
            found.append(f"line {node.lineno}: asks for a shell")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_follow_the_map(path: Path) -> None:
    here = part_of(path)
    assert here in ALLOWED, f"say in {Path(__file__).name} what {here} may import"
    assert breaches_of_the_map(path.read_text("utf-8"), here) == []


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_forbidden_is_used(path: Path) -> None:
    assert forbidden_uses(path.read_text("utf-8"), part_of(path)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_module_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), "a module begins with its subject"
    if len(tree.body) > 1:
        assert "from __future__ import annotations" in path.read_text("utf-8")


def test_the_map_has_no_loop() -> None:
    order = list(TopologicalSorter(ALLOWED).static_order())  # raises CycleError
    assert set(order) == set(ALLOWED)
    assert order.index("urls") < order.index("signals") < order.index("model") < order.index("cli")


@pytest.mark.parametrize(
    ("source", "here", "bad"),
    [
        ("from spamlinks.model.bundle import load", "signals", True),
        ("from spamlinks import model", "signals", True),
        ("import spamlinks.model", "signals", True),
        ("from .words import TRADES", "signals", True),
        ("from spamlinks.urls import parse_host", "signals", False),
        ("from spamlinks.signals.words import TRADES", "signals", False),
        ("def f():\n    from spamlinks.cli import app", "report", True),  # late imports count
        ("from spamlinks.pipeline import audit", "cli", False),
        ("from spamlinks import audit", "cli", False),
    ],
)
def test_the_map_test_can_fail(source: str, here: str, bad: bool) -> None:
    assert bool(breaches_of_the_map(source, here)) is bad


@pytest.mark.parametrize(
    ("source", "here", "bad"),
    [
        ("print('x')", "model", True),
        ("eval('1')", "model", True),
        ("import pickle", "model", True),
        ("from requests import get", "enrich", True),
        ("import socket", "exports", True),
        ("import socket", "enrich", False),
        ("import click", "cli", True),
        ("import subprocess", "model", True),
        ("import os\nos.system('x')", "cli", True),
        ("import joblib\njoblib.load('x')", "model", True),
        ("run('x', shell=True)", "cli", True),
        ("import typer", "report", True),
        ("import typer", "cli", False),
        ("fingerprint('x')", "model", False),
        ("import re\nre.compile('x')", "model", False),  # a method of that name is harmless
    ],
)
def test_the_ban_test_can_fail(source: str, here: str, bad: bool) -> None:
    assert bool(forbidden_uses(source, here)) is bad


def test_public_names_exist() -> None:
    for path in FILES:
        names = [p.removesuffix(".py") for p in path.relative_to(PACKAGE).parts]
        if names[-1] in ("__init__", "__main__"):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        defined = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        for node in tree.body:
            if isinstance(node, ast.Assign):
                defined |= {t.id for t in node.targets if isinstance(t, ast.Name)}
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                defined.add(node.target.id)
            elif isinstance(node, ast.ImportFrom):
                defined |= {a.asname or a.name for a in node.names}
        text = path.read_text("utf-8")
        listed = re.search(r"^__all__ = (\[[^\]]*\])", text, re.MULTILINE)
        if listed:
            missing = set(ast.literal_eval(listed[1])) - defined
            assert not missing, f"{'.'.join(names)} lists {sorted(missing)}"
