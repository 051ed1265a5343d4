"""Collapsing and taking out again, whatever the entries: nothing new is lost or hit unasked."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.disavow import Candidate, DisavowFile, Entry, Kind, collapsing, merge_candidates
from spamlinks.errors import OutputError

calm = settings(deadline=None)  # the machine may be busy; the first call loads a list

hosts = st.builds(
    "{}{}".format,
    st.sampled_from(["", "a.", "b.", "c.d."]),
    st.sampled_from(
        ["one.com", "two.co.uk", "me.blogspot.com", "github.com", "mit.edu", "kept.com"]
    ),
)
urls = st.builds("https://{}/{}".format, hosts, st.integers(0, 9))
whole = hosts.filter(lambda host: not host.endswith("github.com"))
entries = st.sets(st.one_of(urls.map(Entry.url), whole.map(Entry.domain)), max_size=25)
KEPT = "https://kept.com/good"


@calm
@given(entries, st.integers(2, 30))
def test_what_collapsed_covers_what_it_stands_for_and_spares_the_rest(
    wanted: set[Entry], room: int
) -> None:
    live = DisavowFile.parse("# mine\ndomain:old.com\n")
    with patch.object(collapsing, "MAX_LINES", room):
        try:
            merged = merge_candidates(live, map(Candidate, wanted), keep=[KEPT])
        except OutputError:
            return
    file = merged.file
    assert file.render().startswith(live.render())
    assert len(file.lines) <= room or not merged.added
    assert all(file.covers(entry.value) is not None for entry in wanted)
    for found in merged.collapsed:
        assert len(found.replaced) > 1
        assert all(found.entry.host == e.host or e.host.endswith(f".{found.entry.host}")
                   for e in found.replaced)  # fmt: skip
        assert set(found.replaced) <= wanted
        assert found.entry in merged.added
    asked = {entry for entry in wanted if entry.kind is Kind.DOMAIN}
    new = {entry for entry in merged.added if entry.kind is Kind.DOMAIN} - asked
    assert new <= {found.entry for found in merged.collapsed}
    for host in ("github.com", "mit.edu", "kept.com", "blogspot.com", "co.uk"):
        assert not any(host == e.value or host.endswith(f".{e.value}") for e in new)


@calm
@given(st.lists(whole, min_size=1, max_size=8, unique=True), st.data())
def test_what_is_taken_out_can_be_added_again(names: list[str], data: st.DataObject) -> None:
    text = "".join(f"domain:{name}\n" for name in names)
    file = DisavowFile.parse(text)
    name = data.draw(st.sampled_from(names))
    above = any(name.endswith(f".{other}") for other in names)
    if above:
        return  # no exceptions exist: see the test of that
    rest = file.remove(name)
    assert file.entry_set - rest.entry_set == {Entry.domain(name)}
    assert [x.text for x in rest.lines] == [x.text for x in file.lines if x.value != name]
    again = rest.merge([Candidate(Entry.domain(name))])
    assert again.entry_set == file.entry_set
