"""What can be wrong with a line or a whole disavow file: stable codes, severity, sentences.

Codes are for programs and stay; sentences are for people and may change.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["PROBLEM_TEXT", "Problem", "severity"]


class Problem(StrEnum):
    """One finding in a disavow file. ``severity`` and ``PROBLEM_TEXT`` say the rest."""

    # errors: the line is no entry, or one that nobody should have
    BAD_HOST = "BAD_HOST"
    BARE_HOST = "BARE_HOST"
    BROKEN_SCHEME = "BROKEN_SCHEME"
    CONTROL_CHARACTER = "CONTROL_CHARACTER"
    DOMAIN_HAS_PATH = "DOMAIN_HAS_PATH"
    DOMAIN_HAS_PORT = "DOMAIN_HAS_PORT"
    DOMAIN_HAS_SCHEME = "DOMAIN_HAS_SCHEME"
    EMPTY_ENTRY = "EMPTY_ENTRY"
    IDN_AMBIGUOUS = "IDN_AMBIGUOUS"
    KEEP_LIST = "KEEP_LIST"
    LEADING_DOT = "LEADING_DOT"
    MOJIBAKE = "MOJIBAKE"
    NOT_A_DISAVOW_FILE = "NOT_A_DISAVOW_FILE"
    NOT_UTF8 = "NOT_UTF8"
    NOT_WEB = "NOT_WEB"
    OWN_SITE = "OWN_SITE"
    PLATFORM = "PLATFORM"
    PUBLIC_SUFFIX = "PUBLIC_SUFFIX"
    SEVERAL_ENTRIES = "SEVERAL_ENTRIES"
    TOO_LARGE = "TOO_LARGE"
    TOO_MANY_LINES = "TOO_MANY_LINES"
    UNKNOWN_PREFIX = "UNKNOWN_PREFIX"
    UNREADABLE = "UNREADABLE"
    URL_TOO_LONG = "URL_TOO_LONG"
    URL_WITHOUT_SCHEME = "URL_WITHOUT_SCHEME"
    USERINFO = "USERINFO"
    WHOLE_TLD = "WHOLE_TLD"
    WILDCARD = "WILDCARD"
    # warnings: read as meant, but not what a careful file holds
    IDN_NOT_PUNYCODE = "IDN_NOT_PUNYCODE"
    INDENTED_COMMENT = "INDENTED_COMMENT"
    INLINE_COMMENT = "INLINE_COMMENT"
    INSTITUTION = "INSTITUTION"
    INVISIBLE_CHARACTER = "INVISIBLE_CHARACTER"
    KEPT_IN_COMMENT = "KEPT_IN_COMMENT"
    LONE_CARRIAGE_RETURN = "LONE_CARRIAGE_RETURN"
    NEARLY_TOO_LARGE = "NEARLY_TOO_LARGE"
    NOT_TXT = "NOT_TXT"
    NO_ENTRIES = "NO_ENTRIES"
    PLACEHOLDER = "PLACEHOLDER"
    QUOTED = "QUOTED"
    SHARED_SITE = "SHARED_SITE"
    SPACE_AFTER_COLON = "SPACE_AFTER_COLON"
    TRAILING_DOT = "TRAILING_DOT"
    UNKNOWN_TLD = "UNKNOWN_TLD"
    URL_IS_FOLDER = "URL_IS_FOLDER"
    URL_IS_HOST = "URL_IS_HOST"
    URL_IS_ONE_PAGE = "URL_IS_ONE_PAGE"
    URL_NOT_ENCODED = "URL_NOT_ENCODED"
    UTF16 = "UTF16"
    WWW_ONLY = "WWW_ONLY"
    # information
    BOM = "BOM"
    COMMENTED_OUT = "COMMENTED_OUT"
    DUPLICATE = "DUPLICATE"
    IP_ADDRESS = "IP_ADDRESS"
    MIXED_LINE_ENDS = "MIXED_LINE_ENDS"
    NO_FINAL_NEWLINE = "NO_FINAL_NEWLINE"
    PUBLISHED = "PUBLISHED"
    REDUNDANT = "REDUNDANT"
    SAME_PAGE = "SAME_PAGE"
    SURROUNDING_SPACE = "SURROUNDING_SPACE"
    UPPER_CASE = "UPPER_CASE"


PROBLEM_TEXT: dict[Problem, str] = {
    Problem.BAD_HOST: "This is no host name that can exist.",
    Problem.BARE_HOST: "A host needs 'domain:' before it to be an entry.",
    Problem.BROKEN_SCHEME: "The start of the URL is broken; it must be http:// or https://.",
    Problem.CONTROL_CHARACTER: "The line holds control characters.",
    Problem.DOMAIN_HAS_PATH: "A 'domain:' entry has no path; it means the whole site.",
    Problem.DOMAIN_HAS_PORT: "A 'domain:' entry cannot have a port.",
    Problem.DOMAIN_HAS_SCHEME: "A 'domain:' entry has no http://; write the host alone.",
    Problem.EMPTY_ENTRY: "Nothing follows 'domain:'.",
    Problem.IDN_AMBIGUOUS: "This name has two punycode forms; write the one you mean.",
    Problem.KEEP_LIST: "Your keep list names this site, or a part of it.",
    Problem.LEADING_DOT: "The host begins with a dot; 'domain:' covers subdomains by itself.",
    Problem.MOJIBAKE: "The name was saved in the wrong encoding (UTF-8 read as Latin-1).",
    Problem.NOT_A_DISAVOW_FILE: "The file is something else than a disavow file.",
    Problem.NOT_UTF8: "The bytes are no UTF-8; which letters were meant is not guessed.",
    Problem.NOT_WEB: "Only http and https URLs can be disavowed.",
    Problem.OWN_SITE: "This is your own site, or one that holds it.",
    Problem.PLATFORM: "Very many honest people share this site; disavow single URLs of it.",
    Problem.PUBLIC_SUFFIX: "This is a suffix under which many unrelated sites live.",
    Problem.SEVERAL_ENTRIES: "One line holds one entry; this one holds several.",
    Problem.TOO_LARGE: "The file is larger than 2 MB; Google refuses it.",
    Problem.TOO_MANY_LINES: "The file has more than 100,000 lines; Google refuses it.",
    Problem.UNKNOWN_PREFIX: "Only 'domain:' may stand before a name.",
    Problem.UNREADABLE: "This is neither a comment nor an entry.",
    Problem.URL_TOO_LONG: "The URL has more than 2,048 characters.",
    Problem.URL_WITHOUT_SCHEME: "A URL entry needs http:// or https:// before it.",
    Problem.USERINFO: "The line holds a user name or a mail address.",
    Problem.WHOLE_TLD: "This names a whole top-level domain and knows no exceptions.",
    Problem.WILDCARD: "Wildcards mean nothing here; 'domain:' covers subdomains by itself.",
    Problem.IDN_NOT_PUNYCODE: "An international name is written in punycode (xn--).",
    Problem.INDENTED_COMMENT: "A comment begins with # as the first character of the line.",
    Problem.INLINE_COMMENT: "A comment needs a line of its own.",
    Problem.INSTITUTION: "A whole school, university or public body; perhaps one page of it was "
    "hacked, which a URL would name.",
    Problem.INVISIBLE_CHARACTER: "The line holds characters that nobody can see.",
    Problem.KEPT_IN_COMMENT: "A comment of this file says that this site is not disavowed.",
    Problem.LONE_CARRIAGE_RETURN: "Some lines end with a carriage return alone.",
    Problem.NEARLY_TOO_LARGE: "The file is close to the limit of 2 MB.",
    Problem.NOT_TXT: "The name of the file must end in .txt.",
    Problem.NO_ENTRIES: "The file has no entry; uploading it clears the list.",
    Problem.PLACEHOLDER: "This looks like a name left over from a template.",
    Problem.QUOTED: "The line stands in quotation marks.",
    Problem.SHARED_SITE: "Many people share this site; the entry hits the honest ones too.",
    Problem.SPACE_AFTER_COLON: "There is a space around the colon of 'domain:'.",
    Problem.TRAILING_DOT: "The host ends with a dot.",
    Problem.UNKNOWN_TLD: "The last part of the name is no known top-level domain.",
    Problem.URL_IS_FOLDER: "This covers one page, not the folder below it.",
    Problem.URL_IS_HOST: "This covers the start page alone, not the site.",
    Problem.URL_NOT_ENCODED: "The URL has characters that must be percent-encoded.",
    Problem.UTF16: "The file is UTF-16; it will be written as UTF-8.",
    Problem.WWW_ONLY: "This covers the www host alone, not the rest of the domain.",
    Problem.BOM: "The file begins with a byte order mark.",
    Problem.COMMENTED_OUT: "This entry is commented out and does nothing.",
    Problem.DUPLICATE: "The same entry stands above.",
    Problem.IP_ADDRESS: "The entry is an IP address.",
    Problem.MIXED_LINE_ENDS: "The file mixes kinds of line ends.",
    Problem.NO_FINAL_NEWLINE: "The last line has no line end.",
    Problem.PUBLISHED: "The folder looks like a part of a website; a disavow list is uploaded to "
    "Google, and hosting it does nothing but show it to everybody.",
    Problem.REDUNDANT: "Another line covers this one.",
    Problem.SAME_PAGE: "Another line names the same page with another scheme or final slash.",
    Problem.SURROUNDING_SPACE: "There are blanks before or after the entry.",
    Problem.UPPER_CASE: "Hosts and 'domain:' are written in lower case.",
    Problem.URL_IS_ONE_PAGE: "This covers exactly this URL; https, www and ?queries are others.",
}

_NAMES = list(Problem)
_WARNINGS_FROM = _NAMES.index(Problem.IDN_NOT_PUNYCODE)
_INFOS_FROM = _NAMES.index(Problem.BOM)
_SEVERITY = {
    **dict.fromkeys(_NAMES[:_WARNINGS_FROM], "error"),
    **dict.fromkeys(_NAMES[_WARNINGS_FROM:_INFOS_FROM], "warning"),
    **dict.fromkeys(_NAMES[_INFOS_FROM:], "info"),
}


def severity(problem: Problem) -> str:
    """Return "error", "warning" or "info".

    >>> severity(Problem.WILDCARD), severity(Problem.QUOTED), severity(Problem.BOM)
    ('error', 'warning', 'info')
    """
    return _SEVERITY[problem]
