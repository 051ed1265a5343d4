"""A list is never lost: killed at any moment, on a full disk, without permission."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from spamlinks.disavow import write_disavow
from spamlinks.errors import OutputError
from spamlinks.files import STALE_SECONDS

KILLS = 25
SECONDS = 15.0  # of wall time at most


def lines(name: str, many: int) -> bytes:
    return "".join(f"domain:{name}{n:06d}.example\n" for n in range(many)).encode()


WRITER = """
import sys
from pathlib import Path
from spamlinks.disavow import write_disavow
from spamlinks.files import write_atomic
target, one, two, how = sys.argv[1:]
files = [Path(one).read_bytes(), Path(two).read_bytes()]
write_disavow(Path(target), files[0])
print("ready", flush=True)
while True:
    for data in files:
        if how == "whole":
            write_atomic(Path(target), data)
        else:
            write_disavow(Path(target), data, backup=True)
"""


@pytest.mark.parametrize(
    ("how", "many"),
    [
        ("whole", 80_000),  # 1.9 MB, nearly Google's limit: most of the time is spent writing
        ("backup", 200),  # checked, backed up, written
    ],
)
def test_killed_at_any_moment_one_whole_file_is_there(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, how: str, many: int
) -> None:
    folder = tmp_path_factory.mktemp("files")
    sources = [folder / "one.txt", folder / "two.txt"]
    whole = [lines("a", many), lines("b", many)]
    for path, data in zip(sources, whole, strict=True):
        path.write_bytes(data)
    target = tmp_path / "disavow.txt"
    target.write_bytes(whole[0])
    chance = random.Random(7)
    started = time.monotonic()
    kills, seen = 0, set()
    while kills < KILLS and time.monotonic() - started < SECONDS:
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(target), *map(str, sources), how],
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.readline()
        # Several looks a process, since starting one takes longest: stop, look, go on; then kill.
        for _ in range(8):
            time.sleep(chance.uniform(0.0, 0.05))
            process.send_signal(signal.SIGSTOP)
            found = target.read_bytes()
            assert found in whole, "neither the old file nor the new one"
            seen.add(whole.index(found))
            process.send_signal(signal.SIGCONT)
        time.sleep(chance.uniform(0.0, 0.05))
        process.kill()
        process.wait()
        process.stdout.close()
        kills += 1
        assert target.read_bytes() in whole, "neither the old file nor the new one"
        for path in tmp_path.glob("disavow.txt.bak-*"):
            assert path.read_bytes() in whole
    assert kills >= 5
    assert seen == {0, 1}, "the writer never got to write: the test shows nothing"


def test_what_a_killed_process_left_behind_is_cleared_away(tmp_path: Path) -> None:
    target = tmp_path / "disavow.txt"
    stale, fresh = tmp_path / ".disavow.txt.abc123_x", tmp_path / ".disavow.txt.def456_y"
    other = tmp_path / ".disavow.txt.notes"
    for path in (stale, fresh, other):
        path.write_bytes(b"domain:half")
    old = time.time() - STALE_SECONDS - 60
    os.utime(stale, (old, old))
    os.utime(other, (old, old))
    write_disavow(target, b"domain:a.com\n")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"disavow.txt", fresh.name, other.name}  # one may be in use, one is not ours


# The disk says no

FULL = """
import resource, signal, sys
from pathlib import Path
from spamlinks.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
sys.argv = ["spamlinks", *sys.argv[1:]]
main()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="no file size limits on this system")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "disavow.txt"
    before = b"".join(b"Domain:a%d.example\n" % n for n in range(5_000))
    target.write_bytes(before)
    done = subprocess.run(
        [sys.executable, "-c", FULL, "lint", str(target), "--fix", "--no-backup"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["disavow.txt"]


def _as_nobody(path: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Write as a user without rights, in a process of its own."""
    code = (
        "import sys; from pathlib import Path; from spamlinks.disavow import write_disavow\n"
        "from spamlinks.errors import OutputError\n"
        "write_disavow(Path('warm.txt'), b'domain:a.com\\n'); Path('warm.txt').unlink()\n"
        "import os; os.setgid(65534); os.setuid(65534)  # from here on no module can be read\n"
        "try: write_disavow(Path(sys.argv[1]), b'domain:new.com\\n', backup=True)\n"
        "except OutputError as error: print(error); sys.exit(1)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=folder, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="only the superuser can become somebody else; below the same as oneself",
)
def test_no_permission_leaves_the_old_file_as_somebody_else() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        path = folder / "disavow.txt"
        path.write_bytes(b"domain:old.com\n")
        path.chmod(0o644)
        done = _as_nobody(path, folder)
        assert done.returncode == 1, done.stderr
        assert "Permission denied" in done.stdout
        assert path.read_bytes() == b"domain:old.com\n"
        assert [p.name for p in folder.iterdir()] == ["disavow.txt"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere"
)
def test_no_permission_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "disavow.txt"
    path.write_bytes(b"domain:old.com\n")
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.raises(OutputError, match="Permission denied"):
            write_disavow(path, b"domain:new.com\n")
        assert path.read_bytes() == b"domain:old.com\n"
    finally:
        tmp_path.chmod(0o755)
