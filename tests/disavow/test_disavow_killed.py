"""Writing that is interrupted: killed, no space, no permission. The old file or the new, whole."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from spamlinks.errors import OutputError
from spamlinks.files import STALE_SECONDS, write_atomic

KILLS = 40
MOST_SECONDS = 10.0  # of all kills of one test together
OLD = b"# mine\ndomain:old.example\n"

BIG = {  # two valid files of nearly 2 MB, by what stands in each line
    name: "".join(f"domain:{name}{n:06}.example\n" for n in range(75_000)).encode()
    for name in ("monday", "tuesday")
}
# The check before writing touches no file; without it most of the time goes into writing. For the
# same reason the plain writer imports little, and both build their lines in one step.
WRITER = """
import sys
from pathlib import Path
from spamlinks.files import write_atomic
path, how = Path(sys.argv[1]), sys.argv[2]
if how == "backup":
    import spamlinks.disavow.write as writing
    writing._check = lambda path, raw: None
files = [
    "".join([f"domain:{name}{n:06}.example\\n" for n in range(75_000)]).encode()
    for name in ("monday", "tuesday")
]
sys.stdout.write("ready\\n")
sys.stdout.flush()
while True:
    for data in files:
        if how == "backup":
            writing.write_disavow(path, data, backup=True)
        else:
            write_atomic(path, data)
"""
posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")


def killed(path: Path, how: str, chance: random.Random) -> None:
    """Start a process that writes without end, and kill it at a random moment."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), how], stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, 0.15))
        assert writer.poll() is None, "the writer ended by itself"
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.communicate()


@posix
@pytest.mark.parametrize("how", ["plain", "backup"])
def test_a_kill_leaves_the_old_file_or_the_new_one_whole(tmp_path: Path, how: str) -> None:
    path = tmp_path / "disavow.txt"
    path.write_bytes(OLD)
    chance, end, seen = random.Random(7), time.monotonic() + MOST_SECONDS, set()
    known = {OLD, *BIG.values()}
    for _ in range(KILLS):
        killed(path, how, chance)
        now = path.read_bytes()
        assert now in known, f"{len(now):,} bytes of neither file"
        seen.add(now)
        if how == "backup":
            # What the user had is found there or in the backup, and every backup is whole.
            kept = {p: p.read_bytes() for p in tmp_path.glob("disavow.txt.bak-*")}
            assert OLD in {now, *kept.values()}
            for backup, data in kept.items():
                assert backup.name.endswith(hashlib.sha256(data).hexdigest()[:12])
        if time.monotonic() > end and len(seen - {OLD}) == 2:
            break
    assert len(seen - {OLD}) == 2, "killed too early to have seen both files"


def aged(path: Path, seconds: float) -> Path:
    path.write_bytes(b"half")
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def test_what_a_kill_left_behind_goes_an_hour_later(tmp_path: Path) -> None:
    old = aged(tmp_path / ".disavow.txt.ab12_9zz.part", STALE_SECONDS + 60)
    spared = [  # somebody still writes; another file's; not a name that we make; a folder's
        aged(tmp_path / ".disavow.txt.ab12_9zy.part", STALE_SECONDS - 60),
        aged(tmp_path / ".other.txt.ab12_9zz.part", 10 * STALE_SECONDS),
        aged(tmp_path / ".disavow.txt.notes.part", 10 * STALE_SECONDS),
        aged(tmp_path / "disavow.txt.ab12_9zz.part", 10 * STALE_SECONDS),
        aged(tmp_path / ".disavow.txt.ab12_9zz.part.txt", 10 * STALE_SECONDS),
    ]
    (tmp_path / ".disavow.txt.ab12_9zx.part").mkdir()
    write_atomic(tmp_path / "disavow.txt", OLD)
    assert not old.exists()
    assert [p.name for p in spared if not p.exists()] == []
    assert (tmp_path / ".disavow.txt.ab12_9zx.part").is_dir()


@posix
def test_a_kill_leaves_such_a_name(tmp_path: Path) -> None:
    """What the writer leaves behind is what the next run looks for."""
    chance = random.Random(11)
    for _ in range(KILLS):
        killed(tmp_path / "disavow.txt", "plain", chance)
        left = [p for p in tmp_path.iterdir() if p.name != "disavow.txt"]
        if left:
            break
    assert left, "no kill met a file half written"
    for path in left:
        os.utime(path, (1, 1))
    write_atomic(tmp_path / "disavow.txt", OLD)
    assert [p.name for p in tmp_path.iterdir()] == ["disavow.txt"]


FULL = """
import resource, signal, sys
from pathlib import Path
from spamlinks.disavow import write_disavow
from spamlinks.errors import SpamlinksError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
data = "".join(f"domain:new{n:06}.example\\n" for n in range(75_000))
try:
    write_disavow(Path(sys.argv[1]), data, backup=True)
except SpamlinksError as error:
    sys.stdout.write(str(error))
"""


@posix
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "disavow.txt"
    path.write_bytes(OLD)
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{path}: cannot be written (File too large). ")
    assert "\n" not in done.stdout
    assert path.read_bytes() == OLD
    kept = f"disavow.txt.bak-{hashlib.sha256(OLD).hexdigest()[:12]}"  # written before: harmless
    assert sorted(p.name for p in tmp_path.iterdir()) == ["disavow.txt", kept]


CLOSED = """
import os, sys
from pathlib import Path
from spamlinks.disavow import write_disavow
from spamlinks.errors import SpamlinksError
path, data = Path(sys.argv[1]), "domain:new.example\\n"
write_disavow(path.with_name("warm.txt"), data)  # everything is loaded while it may be read
path.with_name("warm.txt").unlink()
path.parent.chmod(0o555)
if os.getuid() == 0:
    os.setuid(65534)
try:
    write_disavow(path, data)
except SpamlinksError as error:
    sys.stdout.write(str(error))
"""


@posix
def test_a_folder_that_may_not_be_written_to() -> None:
    # Not in ``tmp_path``, whose parents are closed to the other user that root becomes here.
    folder = Path(tempfile.mkdtemp())
    path = folder / "disavow.txt"
    path.write_bytes(OLD)
    try:
        done = subprocess.run(
            [sys.executable, "-c", CLOSED, str(path)], capture_output=True, text=True, check=False
        )
        folder.chmod(0o755)
        if "os.setuid" in done.stderr:
            pytest.skip("root here cannot become another user")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"{path}: cannot be written (Permission denied). ")
        assert "\n" not in done.stdout
        assert path.read_bytes() == OLD
        assert [p.name for p in folder.iterdir()] == ["disavow.txt"]
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


CLOSED_TO_LOOK = """
import os, sys
from pathlib import Path
from spamlinks.disavow import write_disavow
from spamlinks.errors import SpamlinksError
path, data = Path(sys.argv[1]), "domain:new.example\\n"
warm = path.parent.with_name(path.parent.name + ".txt")
write_disavow(warm, data)  # everything is loaded while it may be read
warm.unlink()
path.parent.chmod(0o000)
if os.getuid() == 0:
    os.setuid(65534)
try:
    write_disavow(path, data, backup=True)
except SpamlinksError as error:
    sys.stdout.write(str(error))
"""


@posix
def test_a_folder_that_may_not_be_looked_into() -> None:
    """Even whether the file exists cannot be asked: still one line of ours."""
    outer = Path(tempfile.mkdtemp())
    outer.chmod(0o755)
    folder = outer / "closed"
    folder.mkdir()
    path = folder / "disavow.txt"
    path.write_bytes(OLD)
    try:
        done = subprocess.run(
            [sys.executable, "-c", CLOSED_TO_LOOK, str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        folder.chmod(0o755)
        if "os.setuid" in done.stderr:
            pytest.skip("root here cannot become another user")
        assert done.returncode == 0, done.stderr
        assert "(Permission denied). " in done.stdout
        assert "\n" not in done.stdout
        assert path.read_bytes() == OLD
        assert [p.name for p in folder.iterdir()] == ["disavow.txt"]
    finally:
        folder.chmod(0o755)
        shutil.rmtree(outer)


@posix
def test_a_link_to_nowhere_is_written_where_it_points(tmp_path: Path) -> None:
    link = tmp_path / "disavow.txt"
    link.symlink_to(tmp_path / "real.txt")
    write_atomic(link, OLD)
    assert link.is_symlink()
    assert (tmp_path / "real.txt").read_bytes() == OLD
    link.unlink()
    link.symlink_to(tmp_path / "nowhere" / "real.txt")
    with pytest.raises(OutputError, match=r"cannot be written \(No such file"):
        write_atomic(link, OLD)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["disavow.txt", "real.txt"]
