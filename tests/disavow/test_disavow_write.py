"""Files on disk: whole or not at all, never empty, the old one kept when merging in place."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from spamlinks.disavow import Candidate, DisavowFile, Entry, write_disavow
from spamlinks.disavow.write import backup_path
from spamlinks.drafts import former_file, refuse_loss
from spamlinks.errors import OutputError
from spamlinks.files import write_atomic

OLD = b"# mine\r\ndomain:old.example"


def test_write_then_read_is_the_same(tmp_path):
    path = tmp_path / "disavow.txt"
    assert write_disavow(path, "# ü\ndomain:a.example\n") is None
    assert path.read_bytes() == "# ü\ndomain:a.example\n".encode()
    assert [p.name for p in tmp_path.iterdir()] == ["disavow.txt"]  # no temporary file stays


def test_merging_in_place_keeps_the_old_file(tmp_path):
    path = tmp_path / "disavow.txt"
    path.write_bytes(OLD)
    merged = DisavowFile.parse(OLD).merge([Candidate(Entry.domain("new.example"))])
    kept = write_disavow(path, merged.render(), backup=True)
    assert kept == tmp_path / f"disavow.txt.bak-{hashlib.sha256(OLD).hexdigest()[:12]}"
    assert kept.read_bytes() == OLD
    assert path.read_bytes() == merged.render()


def test_writing_the_same_bytes_touches_nothing(tmp_path):
    path = tmp_path / "disavow.txt"
    path.write_bytes(OLD)
    os.utime(path, ns=(1, 1))
    assert write_disavow(path, OLD, backup=True) is None
    assert path.stat().st_mtime_ns == 1
    assert [p.name for p in tmp_path.iterdir()] == ["disavow.txt"]


REFUSED = [
    (b"", "no entry to write.*would clear the list"),
    (b"# only comments\n", "no entry to write"),
    (b"domain:https://a.example\n", "no entry to write"),  # an error line is no entry
    (b'[{"domain": "a.example"}]', "no disavow file"),
    ("# ü\ndomain:a.example\n".encode("latin-1"), "not UTF-8 on line 1"),
    (b"#\n" * 100_000 + b"domain:a.example\n", "100,001 lines"),
    (b"domain:a.example\n#" + b"x" * 2_097_152, "bytes, and Google takes"),
]


@pytest.mark.parametrize(("data", "match"), REFUSED, ids=lambda x: str(x)[:30])
def test_a_file_that_would_do_harm_is_not_written(tmp_path, data, match):
    path = tmp_path / "disavow.txt"
    path.write_bytes(OLD)
    with pytest.raises(OutputError, match=match):
        write_disavow(path, data)
    assert path.read_bytes() == OLD


def test_the_name_must_end_in_txt(tmp_path):
    with pytest.raises(OutputError, match=r"must end in \.txt"):
        write_disavow(tmp_path / "disavow.csv", OLD)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_our_error(tmp_path):
    with pytest.raises(OutputError, match=r"cannot be written \(No such file"):
        write_disavow(tmp_path / "nowhere" / "disavow.txt", OLD)


def test_a_folder_of_that_name_is_our_error(tmp_path):
    (tmp_path / "disavow.txt").mkdir()
    with pytest.raises(OutputError, match="cannot be read"):
        write_disavow(tmp_path / "disavow.txt", OLD)
    with pytest.raises(OutputError, match="is a folder"):
        write_atomic(tmp_path / "disavow.txt", OLD)


def test_a_name_that_the_system_refuses_is_our_error(tmp_path):
    path = tmp_path / ("a" * 300 + ".txt")
    with pytest.raises(
        OutputError, match=r"cannot be (read|written) \(File name too long"
    ) as caught:
        write_disavow(path, OLD)
    assert "\n" not in str(caught.value)
    assert former_file(path) is None
    refuse_loss(path, OLD)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of POSIX")
def test_a_pipe_is_not_waited_for(tmp_path):
    path = tmp_path / "disavow.txt"
    os.mkfifo(path)
    assert former_file(path) is None
    refuse_loss(path, OLD)
    with pytest.raises(OutputError, match="is no plain file"):
        write_disavow(path, OLD)
    assert path.is_fifo()
    assert [p.name for p in tmp_path.iterdir()] == ["disavow.txt"]


def test_a_failed_rename_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch):
    path = tmp_path / "disavow.txt"
    path.write_bytes(OLD)

    def fail(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match="No space left on device"):
        write_atomic(path, b"domain:new.example\n")
    assert path.read_bytes() == OLD
    assert [p.name for p in tmp_path.iterdir()] == ["disavow.txt"]


def test_a_link_keeps_pointing_and_permissions_stay(tmp_path):
    real = tmp_path / "real.txt"
    real.write_bytes(OLD)
    real.chmod(0o640)
    link = tmp_path / "disavow.txt"
    link.symlink_to(real)
    write_atomic(link, b"domain:new.example\n")
    assert link.is_symlink()
    assert real.read_bytes() == b"domain:new.example\n"
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_backup_is_never_written_through_a_link(tmp_path):
    """Its name can be foreseen, so a stranger may have put a link there."""
    path, victim = tmp_path / "disavow.txt", tmp_path / "victim"
    old = b"domain:old.example\n"
    path.write_bytes(old)
    victim.write_bytes(b"secret")
    link = backup_path(path, old)
    link.symlink_to(victim)
    assert write_disavow(path, b"domain:new.example\n", backup=True) == link
    assert victim.read_bytes() == b"secret"
    assert not link.is_symlink()
    assert link.read_bytes() == old


def test_a_long_name_in_letters_of_many_bytes_can_be_written(tmp_path):
    path = tmp_path / ("\u5fc5" * 80 + ".txt")
    write_disavow(path, b"domain:a.example\n")
    assert path.read_bytes() == b"domain:a.example\n"
