"""Why a page was not got: the exceptions, and what each of them means.

Of each trouble three things matter: the state it ends in, whether another try can help, and what
it says of our own network. A refused connection or a name that does not exist was said by somebody
out there; silence could as well be our own cable.
"""

from __future__ import annotations

from dataclasses import dataclass

from OpenSSL import SSL
from scrapy import exceptions as scrapy_errors
from service_identity import VerificationError
from twisted.internet import error as twisted_errors
from twisted.web import _newclient

from spamlinks.enrich.answers import State

__all__ = [
    "BudgetSpent",
    "NameMissing",
    "NameUnanswered",
    "Refused",
    "RobotsForbid",
    "RobotsUnknown",
    "TooManyHeaders",
    "Trouble",
    "Unreadable",
    "trouble_of",
]


class Refused(Exception):  # noqa: N818 - never reaches a user
    """We do not ask for this: its address, port or form."""


class NameMissing(Exception):  # noqa: N818 - never reaches a user
    """The name system says that there is no such name, or no address."""


class NameUnanswered(Exception):  # noqa: N818 - never reaches a user
    """No name server gave a usable answer."""


class RobotsForbid(Exception):  # noqa: N818 - never reaches a user
    """robots.txt forbids the page."""


class RobotsUnknown(Exception):  # noqa: N818 - never reaches a user
    """robots.txt exists perhaps, but could not be had: RFC 9309 says not to ask then.

    ``code`` is the HTTP code it came with.
    """

    def __init__(self, reason: str, code: int, retry_after: str | None = None) -> None:
        super().__init__(reason)
        self.code = code
        self.retry_after = retry_after


class Unreadable(Exception):  # noqa: N818 - never reaches a user
    """A body that cannot be unpacked."""


class TooManyHeaders(Exception):  # noqa: N818 - never reaches a user
    """More header bytes than any server needs."""


class BudgetSpent(Exception):  # noqa: N818 - never reaches a user
    """The number of requests that was allowed is used up; nothing was asked."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an exception means.

    Attributes
    ----------
    state, reason : of the answer it leads to.
    again : another try can help.
    network : True where somebody answered, so that our network works; False where nobody did;
        None where nothing was asked.
    silent : counts towards leaving the host alone: no connection, no answer in time.
    connecting : no request was heard: another scheme or name may be tried for a start page.
    no_name : there is no such name.
    """

    state: State
    reason: str
    again: bool = False
    network: bool | None = True
    silent: bool = False
    connecting: bool = False
    no_name: bool = False


def trouble_of(error: BaseException, timeout: float) -> Trouble:
    """Say what went wrong; ``timeout`` (seconds) is named in the reason.

    Never raises; what is not known counts as a broken connection.
    """
    chain = _chain(error)
    for one in chain:
        match one:
            case Refused():
                return Trouble(State.FAILED, f"not asked: {one}", network=None)
            case NameMissing():
                return Trouble(State.ABSENT, str(one), connecting=True, no_name=True)
            case NameUnanswered():
                return Trouble(State.FAILED, str(one), network=False, connecting=True)
            case RobotsForbid():
                return Trouble(State.ROBOTS, "robots.txt forbids it", network=None)
            case TooManyHeaders():
                return Trouble(State.FAILED, "headers without end")
            case Unreadable():
                return Trouble(State.FAILED, str(one))
    if any(isinstance(one, (SSL.Error, VerificationError)) for one in chain):
        return Trouble(State.FAILED, _certificate(chain), connecting=True)
    if any(isinstance(one, _TOO_SLOW) for one in chain):
        reason = f"no answer within {timeout:g} s"
        return Trouble(
            State.FAILED, reason, again=True, network=False, silent=True, connecting=True
        )
    for one in chain:
        if isinstance(one, _REFUSING):
            return Trouble(
                State.FAILED, "connection refused", again=True, silent=True, connecting=True
            )
        if isinstance(one, twisted_errors.ConnectError):
            reason = "no way to its address"
            return Trouble(
                State.FAILED, reason, again=True, network=False, silent=True, connecting=True
            )
    if any(isinstance(one, scrapy_errors.CannotResolveHostError) for one in chain):
        return Trouble(State.FAILED, "name servers do not answer", network=False, connecting=True)
    if any(isinstance(one, _newclient.ParseError) for one in chain):
        return Trouble(State.FAILED, "answer is no HTTP", connecting=True)
    return Trouble(State.FAILED, "connection broken", again=True, silent=True)


_TOO_SLOW = (
    scrapy_errors.DownloadTimeoutError,
    twisted_errors.TimeoutError,
    twisted_errors.TCPTimedOutError,
)
_REFUSING = (
    scrapy_errors.DownloadConnectionRefusedError,
    twisted_errors.ConnectionRefusedError,
)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an exception and what it was raised from, Twisted's lists of reasons included."""
    found: list[BaseException] = []
    waiting: list[BaseException] = [error]
    while waiting and len(found) < 20:
        one = waiting.pop(0)
        found.append(one)
        inner = [getattr(reason, "value", None) for reason in getattr(one, "reasons", None) or ()]
        inner += [one.__cause__, one.__context__]
        waiting += [e for e in inner if isinstance(e, BaseException) and e not in found]
    return found


def _certificate(chain: list[BaseException]) -> str:
    for one in chain:
        if isinstance(one, VerificationError):
            return "certificate is not for this name"
        if isinstance(one, SSL.Error):
            said = str(one).lower()
            if "certificate verify failed" in said:
                return "certificate cannot be trusted"
    return "no secure connection"
