"""Check the wheel in a folder: it runs without this checkout and without the tools for development.

    python tests/check_wheel.py DIR

Makes a fresh environment with the wheel and only the distributions that the wheel's own metadata
asks for, taken from the running environment by links instead of downloads. A dependency that is
used and not declared, and a data file that was not packed, therefore fail here. Exit 1 with one
line when anything does.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "data" / "examples"
MODEL = ROOT / "models" / "standard-v4"
DEVELOPMENT = ("pytest", "hypothesis", "mypy", "ruff", "nbclient", "ipykernel")
TIMEOUT_SECONDS = 300


class WheelError(Exception):
    """What is wrong with the wheel, in one line."""


def find_wheel(folder: Path) -> Path:
    """Return the only wheel of a folder."""
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise WheelError(f"{folder}: {len(wheels)} wheels; one is needed")
    return wheels[0]


def check_contents(wheel: Path) -> list[Requirement]:
    """Compare the packed files with the checkout; return what the wheel requires."""
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
        about = next(n for n in packed if n.endswith(".dist-info/METADATA"))
        headers = HeaderParser().parsestr(archive.read(about).decode())
        wanted = {
            path.relative_to(ROOT).as_posix(): path
            for path in (ROOT / "spamlinks").rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        } | {
            f"spamlinks/models/{MODEL.name}/{path.name}": path
            for path in MODEL.iterdir()
            if not path.name.startswith(".")
        }
        for name, path in sorted(wanted.items()):
            if name not in packed:
                raise WheelError(f"{wheel.name}: {name} was not packed")
            if archive.read(name) != path.read_bytes():
                raise WheelError(f"{wheel.name}: {name} is not the file of this checkout")
    strange = sorted(n for n in packed if not n.startswith("spamlinks/") and ".dist-info/" not in n)
    if strange:
        raise WheelError(f"{wheel.name}: {strange[0]} would be installed beside the package")
    return [Requirement(text) for text in headers.get_all("Requires-Dist") or []]


def needed(requirements: list[Requirement]) -> dict[str, metadata.Distribution]:
    """Every distribution that the requirements lead to, by normalised name."""
    found: dict[str, metadata.Distribution] = {}
    todo = [(requirement, "") for requirement in requirements]
    done: set[tuple[str, str]] = set()
    while todo:
        requirement, extra = todo.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        try:
            found[name] = metadata.distribution(requirement.name)
        except metadata.PackageNotFoundError:
            raise WheelError(f"{requirement} is required and not installed here") from None
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in done:
                done.add((name, wanted))
                todo += [(Requirement(text), wanted) for text in found[name].requires or []]
    return found


def link(distributions: dict[str, metadata.Distribution], site_packages: Path) -> None:
    """Link the top-level files and folders of the distributions into another environment."""
    for distribution in distributions.values():
        tops = {PurePosixPath(file).parts[0] for file in distribution.files or []}
        for top in tops - {"..", "__pycache__"}:
            source = Path(str(distribution.locate_file(top)))
            target = site_packages / top
            if source.exists() and not target.exists():
                target.symlink_to(source, target_is_directory=source.is_dir())


def run(command: list[str | Path], folder: Path) -> str:
    """Run a command elsewhere, without this environment's settings; return what it printed."""
    settings = {n: v for n, v in os.environ.items() if not n.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=settings,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=TIMEOUT_SECONDS,
    )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        shown = " ".join(Path(str(part)).name for part in command[:3])
        raise WheelError(f"'{shown}' ended with {done.returncode}: {last}")
    return done.stdout


def check_commands(scripts: Path, folder: Path) -> None:
    """Use the installed program as a user does."""
    python, spamlinks = scripts / "python", scripts / "spamlinks"
    where = run([python, "-c", "import spamlinks; print(spamlinks.__file__)"], folder).strip()
    if not Path(where).is_relative_to(scripts.parent):
        raise WheelError(f"{where} was imported, not the wheel")
    for tool in DEVELOPMENT:
        code = f"import importlib.util, sys; sys.exit(bool(importlib.util.find_spec({tool!r})))"
        run([python, "-c", code], folder)
    if "audit" not in run([spamlinks, "--help"], folder):
        raise WheelError("'spamlinks --help' does not name audit")
    if str(scripts.parent) not in run([spamlinks, "model"], folder):
        raise WheelError("'spamlinks model' shows a model from outside of the wheel")
    run([spamlinks, "formats"], folder)
    run([spamlinks, "signals"], folder)
    exports = sorted(EXAMPLES.glob("*backlinks.csv"))
    output = folder / "outcome"
    run([spamlinks, "audit", *exports, "--site", "shop.example", "-o", output], folder)
    with (output / "domains.csv").open(encoding="utf-8", newline="") as file:
        verdicts = {row["verdict"] for row in csv.DictReader(file)}
    if "DISAVOW" not in verdicts or "KEEP" not in verdicts:
        raise WheelError(f"the audit of the examples knows only {sorted(verdicts)}")
    if "<html" not in (output / "report.html").read_text("utf-8"):
        raise WheelError("report.html is no page")
    for name in ("audit", "read_backlinks", "BacklinkSignals", "SpamLinkClassifier"):
        run([python, "-W", "error", "-c", f"from spamlinks import {name}"], folder)


def main() -> int:
    """Check the wheel of the folder that is named; 0 when all is well."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder with one wheel")
    folder = parser.parse_args().folder
    try:
        wheel = find_wheel(folder).resolve()
        distributions = needed(check_contents(wheel))
        with tempfile.TemporaryDirectory(prefix="check_wheel_") as temporary:
            home = Path(temporary)
            scripts = home / "environment" / "bin"
            run([sys.executable, "-m", "venv", home / "environment"], home)
            install = [scripts / "python", "-m", "pip", "install", "--quiet", "--no-index"]
            run([*install, "--disable-pip-version-check", "--no-deps", wheel], home)
            code = "import sysconfig; print(sysconfig.get_path('purelib'))"
            link(distributions, Path(run([scripts / "python", "-c", code], home).strip()))
            (home / "elsewhere").mkdir()
            check_commands(scripts, home / "elsewhere")
    except WheelError as error:
        sys.stderr.write(f"check_wheel: {error}\n")
        return 1
    sys.stdout.write(f"{wheel.name}: runs with {len(distributions)} distributions beside it\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
