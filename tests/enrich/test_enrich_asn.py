"""The table of networks: what it says, how it is made, and that a damaged one is refused."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import lzma
import tarfile
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.enrich.asn import find_networks, first_network, networks
from spamlinks.enrich.asn_build import build_table, main, read_package, write_networks
from spamlinks.enrich.asn_file import NetworkTable, pack_table, read_table
from spamlinks.errors import InputError

DATA = files("spamlinks").joinpath("data")


def table(*rows: tuple[str, str, int, str]) -> NetworkTable:
    import ipaddress

    read = [
        (int(ipaddress.ip_address(a)), int(ipaddress.ip_address(b)), number, name)
        for a, b, number, name in rows
    ]
    return build_table(
        [row for row, text in zip(read, rows, strict=True) if ":" not in text[0]],
        [row for row, text in zip(read, rows, strict=True) if ":" in text[0]],
        {"package": "made up"},
    )


SMALL = table(
    ("1.0.0.0", "1.0.0.255", 13335, "One, Inc."),
    ("1.0.1.0", "1.0.1.255", 13335, "One, Inc."),  # touches the one before: one range
    ("1.0.3.0", "1.0.3.9", 7, "Seven"),
    ("255.255.255.0", "255.255.255.255", 9, "Last"),
    ("2001:db8::", "2001:db8:0:ffff:ffff:ffff:ffff:ffff", 7, "Seven"),
)

# Networks that everybody knows, and that have been where they are for years.
WELL_KNOWN = (
    ("1.1.1.1", 13335, "cloudflare"),
    ("8.8.8.8", 15169, "google"),
    ("9.9.9.9", 19281, "quad9"),
    ("151.101.1.1", 54113, "fastly"),
    ("192.0.78.24", 2635, "automattic"),
    ("198.185.159.144", 53831, "squarespace"),
    ("213.186.33.5", 16276, "ovh"),
    ("81.169.145.1", 6724, "strato"),
    ("88.198.1.1", 24940, "hetzner"),
    ("2606:4700::1111", 13335, "cloudflare"),
    ("2a00:1450:4001:81b::200e", 15169, "google"),
    ("2a01:4f8::1", 24940, "hetzner"),
)


@pytest.mark.parametrize(("address", "number", "word"), WELL_KNOWN)
def test_well_known_networks(address: str, number: int, word: str) -> None:
    network = first_network([address])
    assert network is not None
    assert network.number == number
    assert word in network.name.lower()


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("0.0.0.0", None),  # noqa: S104 - before the first range
        ("0.255.255.255", None),
        ("1.0.0.0", 13335),
        ("1.0.1.255", 13335),
        ("1.0.2.0", None),  # a gap
        ("1.0.3.9", 7),
        ("1.0.3.10", None),
        ("255.255.255.255", 9),  # the end of the address space
        ("::ffff:1.0.3.0", 7),
        ("2001:db8::1", 7),
        ("2001:db8:1::", None),
        ("::", None),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None),
        ("fe80::1%eth0", None),
        ("example.com", None),
        ("", None),
    ],
)
def test_edges_of_ranges(address: str, number: int | None) -> None:
    (found,) = find_networks([address], SMALL)
    assert (found.number if found else None) == number


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    addresses = ["1.0.3.1", "x", "2001:db8::2", "1.0.0.9", "9.9.9.9"]
    assert find_networks(addresses, SMALL) == [
        find_networks([address], SMALL)[0] for address in addresses
    ]
    assert find_networks([], SMALL) == []


def test_the_first_ipv4_address_decides() -> None:
    assert first_network(["2001:db8::1", "1.0.0.1"], SMALL).number == 13335  # type: ignore[union-attr]
    assert first_network(["2001:db8::1"], SMALL).number == 7  # type: ignore[union-attr]
    assert first_network([], SMALL) is None
    assert first_network(["10.0.0.1"], SMALL) is None


def test_ranges_that_touch_are_one_and_gaps_are_nobodys() -> None:
    assert SMALL.starts4.tolist() == [0, 0x1000000, 0x1000200, 0x1000300, 0x100030A, 0xFFFFFF00]
    assert [SMALL.numbers[i - 1] if i else 0 for i in SMALL.owners4] == [0, 13335, 0, 7, 0, 9]


def test_of_two_ranges_that_overlap_the_first_keeps_what_both_have() -> None:
    made = table(("1.0.0.0", "1.0.0.9", 1, "a"), ("1.0.0.5", "1.0.0.19", 2, "b"))
    found = find_networks(["1.0.0.5", "1.0.0.10"], made)
    assert [network.number for network in found if network] == [1, 2]


def test_nobody_is_no_network() -> None:
    made = table(("1.0.0.0", "1.0.0.9", 0, "Not announced"))  # AS 0
    assert find_networks(["1.0.0.1"], made) == [None]


def test_names_are_cut_to_one_clean_line() -> None:
    made = table(("1.0.0.0", "1.0.0.9", 1, ' "A\tB\u202e\n C"' + "x" * 200))
    assert made.names[0].startswith('"A B C"x')
    assert made.names[0].isprintable()
    assert len(made.names[0]) <= 80


@given(
    st.lists(
        st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 5000), st.integers(0, 2**32 - 1)),
        max_size=12,
    ),
    st.lists(st.integers(0, 2**32 - 1), max_size=8),
)
def test_a_table_answers_what_its_rows_say(
    rows: list[tuple[int, int, int]], asked: list[int]
) -> None:
    import ipaddress

    whole = [(a, min(a + n, 2**32 - 1), number, "name") for a, n, number in rows]
    made = read_table(pack_table(build_table(whole, [], {})), "t")
    # At each address: the range that begins first, as the rule for overlaps says.
    for value in [*asked, *(a for a, _, _, _ in whole), *(b for _, b, _, _ in whole)]:
        having = [row for row in sorted(whole) if row[0] <= value <= row[1]]
        expected = {row[2] or None for row in having} or {None}
        (found,) = find_networks([str(ipaddress.ip_address(value))], made)
        assert (found.number if found else None) in expected
        if len(having) == 1:
            assert (found.number if found else None) == (having[0][2] or None)


def test_the_file_comes_back_as_it_was() -> None:
    data = pack_table(SMALL)
    back = read_table(data, "t")
    for field in dataclasses.fields(NetworkTable):
        left, right = getattr(SMALL, field.name), getattr(back, field.name)
        assert np.array_equal(left, right) if isinstance(left, np.ndarray) else left == right
    assert pack_table(back) == data


def resigned(**changes: object) -> bytes:
    """A file whose content is wrong and whose checksum is right."""
    return pack_table(dataclasses.replace(SMALL, **changes))  # type: ignore[arg-type]


GOOD = pack_table(SMALL)
HEADER_END = GOOD.index(b"\n", 25)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "no table of networks"),
        (b"spamlinks networks 2\n" + GOOD[21:], "no table of networks of this version"),
        (GOOD[:21], "second line"),
        (GOOD[:21] + b"[" * 15000 + b"\n", "second line"),  # deep JSON
        (GOOD[:21] + b"{}\n", "second line"),
        (GOOD[:-1], "shorter or longer"),
        (GOOD + b"x", "shorter or longer"),
        (GOOD[: HEADER_END + 30] + b"\x00" + GOOD[HEADER_END + 31 :], "unpacked"),
        (GOOD.replace(b'"sha256": "', b'"sha256": "0', 1), "checksum"),
        (GOOD.replace(b'"ipv4_ranges": 6', b'"ipv4_ranges": 5'), "fit together"),
        (GOOD.replace(b'"networks": 3', b'"networks": -3'), "fit together"),
        (resigned(names=("a", "b")), "not as many"),
        (resigned(names=("a", "b", "c\x07")), "no line of text"),
        (resigned(names=("a", "b", "c" * 81)), "no line of text"),
        (resigned(numbers=np.array([9, 7, 8], np.uint32)), "out of order"),
        (resigned(starts4=SMALL.starts4[::-1].copy()), "out of order"),
        (resigned(starts4=SMALL.starts4 + np.uint32(1)), "out of order"),  # does not begin at 0
        (resigned(owners4=SMALL.owners4 + np.uint32(1)), "not there"),
        (
            resigned(starts6=np.zeros(0, np.uint64), owners6=np.zeros(0, np.uint32)),
            "out of order",
        ),
    ],
)
def test_a_damaged_file_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read_table(data, "networks.bin")


def test_a_bomb_is_refused() -> None:
    header = json.loads(GOOD[21:HEADER_END])
    bomb = lzma.compress(b"\x00" * 10_000_000)
    packed, _ = header["sections"]["numbers"]
    header["sections"]["numbers"] = [len(bomb), 12]
    rest = GOOD[HEADER_END + 1 + packed :]
    data = GOOD[:21] + json.dumps(header).encode() + b"\n" + bomb + rest
    with pytest.raises(InputError, match="not as long as it says"):
        read_table(data, "t")
    header["sections"]["numbers"] = [len(bomb), 10**12]
    data = GOOD[:21] + json.dumps(header).encode() + b"\n" + bomb + rest
    with pytest.raises(InputError, match="too long"):
        read_table(data, "t")


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_refused_or_changes_nothing_but_the_note(place: int, by: int) -> None:
    data = bytearray(GOOD)
    data[place] ^= by
    try:
        made = read_table(bytes(data), "t")
    except InputError:
        return
    assert np.array_equal(made.starts4, SMALL.starts4)
    assert np.array_equal(made.owners4, SMALL.owners4)
    assert made.names == SMALL.names


def test_the_bundled_file_is_what_its_note_says() -> None:
    raw = DATA.joinpath("networks.bin").read_bytes()
    note = json.loads(DATA.joinpath("SOURCES.json").read_text("utf-8"))["networks.bin"]
    assert hashlib.sha256(raw).hexdigest() == note["sha256"]
    assert len(networks().numbers) == note["entries"]
    assert len(raw) < 2_000_000
    # CC BY 4.0 asks for the names of its makers, in the file and in the note.
    source = networks().source
    assert source["licence"] == note["lists"][0]["licence"] == "CC-BY-4.0"
    for maker in ("routeviews.org", "nro.net", "db-ip.com"):
        assert maker in source["attribution"]
        assert maker in note["lists"][0]["name"]
    assert f"{source['package']} {source['version']}" in note["lists"][0]["name"]


def package(**members: str) -> bytes:
    about = json.dumps({"name": "@ip-location-db/asn", "version": "1.0"})
    texts = {
        "package.json": about,
        "asn-ipv4-num.csv": '16777216,16777471,13335,"One, Inc."\n',
        "asn-ipv6-num.csv": "42540488161975842760550356425300246528,"
        "42540488241204005274814694018844196863,6939,Six\n",
    } | {name.replace("__", "-").replace("_", "."): text for name, text in members.items()}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in texts.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def test_a_package_becomes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "asn.tgz", tmp_path / "networks.bin"
    source.write_bytes(package())
    write_networks(source, target)
    made = read_table(target.read_bytes(), "t")
    assert made.source["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert [n and n.name for n in find_networks(["1.0.0.1", "2001::1"], made)] == [
        "One, Inc.",
        "Six",
    ]
    first = target.read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["asn_build", str(source), str(target)])
        assert main() == 0
    assert target.read_bytes() == first  # the same package gives the same bytes
    assert "2 networks" in capsys.readouterr().out


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no archive",
        package(package_json="{"),
        package(package_json="[]"),
        package(**{"asn__ipv4__num_csv": "1,2,3\n"}),
        package(**{"asn__ipv4__num_csv": "1.0.0.0,1.0.0.255,13335,One\n"}),
        package(**{"asn__ipv4__num_csv": "-1,2,3,One\n"}),
    ],
)
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"asn\.tgz"):
        read_package(data, "asn.tgz")


def test_a_missing_package_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["asn_build", str(tmp_path / "none.tgz"), str(tmp_path / "x")])
    assert main() == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "x").exists()
