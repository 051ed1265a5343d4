"""The keep list: sites and pages that the user never wants disavowed (``--keep FILE``)."""

from __future__ import annotations

from dataclasses import dataclass

from spamlinks.disavow import Kind, Problem, read_line, safe_comment
from spamlinks.errors import InputError
from spamlinks.urls import authority, parse_host

__all__ = ["KeepList"]

# Errors in a disavow file, the plain way to write a keep list.
_MEANT = frozenset({Problem.BARE_HOST, Problem.URL_WITHOUT_SCHEME})


@dataclass(frozen=True, slots=True)
class KeepList:
    """Kept sites and pages.

    ``domains`` are ASCII hosts, each with everything below it; ``urls`` are canonical URLs.
    """

    domains: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, data: bytes | str, source: str = "keep list") -> KeepList:
        """Read a keep list: one domain or URL a line, ``#`` comments, ``domain:`` allowed.

        A URL that is only a host, and a ``www.`` host, mean the site.

        Raises
        ------
        InputError : not UTF-8, or a line that is neither; the message has its number.

        >>> sorted(KeepList.parse("partner.example  # since 2019\\ndomain:blog.example").domains)
        ['blog.example', 'partner.example']
        """
        if isinstance(data, bytes):
            data = _decode(data, source)
        domains: set[str] = set()
        urls: set[str] = set()
        for number, text in enumerate(data.removeprefix("\ufeff").splitlines(), 1):
            line = read_line(text, number)
            if line.fix and _MEANT.intersection(line.problems):
                line = read_line(line.fix[-1], number)
            if line.kind is Kind.DOMAIN:
                domains.add(line.value.removeprefix("www."))
            elif line.kind is Kind.URL and Problem.URL_IS_HOST in line.problems:
                domains.add(parse_host(authority(line.value)).host.removeprefix("www."))
            elif line.kind is Kind.URL:
                urls.add(line.value)
            elif line.kind is Kind.INVALID:
                shown = safe_comment(text, 80)[2:]
                raise InputError(
                    source,
                    f"line {number} ({shown}) is neither a domain nor a URL",
                    "Write one domain such as partner.example, or one http(s) URL, a line.",
                )
        return cls(frozenset(domains), frozenset(urls))

    def hosts_inside(self) -> frozenset[str]:
        """Return every host on which something is kept, a page included."""
        return self.domains | {parse_host(authority(url)).host for url in self.urls}


def _decode(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data[: error.start].count(b"\n") + 1
        hint = "Save the file as UTF-8 text."
        raise InputError(source, f"not UTF-8 on line {number}", hint) from None
