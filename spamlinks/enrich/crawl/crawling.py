"""What happens to each look-up: asked, redirected, tried again, read, answered."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from scrapy.http import Response
from w3lib.url import safe_url_string

from spamlinks.enrich.addresses import why_url_refused
from spamlinks.enrich.answers import Answer, PageFacts, State
from spamlinks.enrich.crawl.frontier import Frontier, Job, host_of, origin_of, site_of
from spamlinks.enrich.crawl.heads import bare_facts, headers_of, refresh_of
from spamlinks.enrich.crawl.outcomes import AGAIN, REDIRECTS, is_code, is_of_site, state_of
from spamlinks.enrich.crawl.patience import Closed, Patience
from spamlinks.enrich.crawl.reading import MOST_WAITING, PageReaders, ReaderError
from spamlinks.enrich.crawl.resolving import CheckedResolver
from spamlinks.enrich.crawl.saving import SECONDS, Saver
from spamlinks.enrich.crawl.supply import Supply
from spamlinks.enrich.crawl.troubles import BudgetSpent, RobotsUnknown, Trouble, trouble_of
from spamlinks.enrich.crawl.turns import Turns
from spamlinks.enrich.limits import LONGEST_WAIT, retry_after
from spamlinks.enrich.settings import FetchSettings
from spamlinks.enrich.store import Store

__all__ = ["Crawl"]


class Crawl:
    """The work of one run. All of it happens in the reactor's thread."""

    def __init__(self, store: Store, settings: FetchSettings, resolver: CheckedResolver) -> None:
        self.settings = settings
        self.resolver = resolver
        self.turns = Turns(settings.delay)
        self.saver = Saver(store)
        self.requests = 0
        self.in_flight = 0
        self.reason = ""
        self.failure: Exception | None = None
        self.changed = asyncio.Event()
        self._supply = Supply(store)
        self._frontier = Frontier(self.turns)
        self._patience = Patience()
        self._resolving: set[asyncio.Task[None]] = set()
        self._readers = PageReaders()
        self._reading: set[asyncio.Future[PageFacts]] = set()

    # ---- what is asked next

    async def next(self) -> Job | None:
        """Wait for the next job whose turn it is; None at the end of the work, or of the run."""
        while not self.reason:
            self.changed.clear()
            try:
                job = self._look()
            except Exception as error:
                self.fail(error)
                break
            if job is not None:
                self.in_flight += 1
                return job
            wait = self._frontier.wait() if self._has_room() else None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), 1.0 if wait is None else min(wait, 1.0))
        return None

    def _look(self) -> Job | None:
        """Look for a job that may be asked now; note the end of the work."""
        if self._supply.wants_more():
            for job in self._supply.more():
                self._enter(job)
        while self._has_room():
            job_or_none = self._frontier.next()
            if job_or_none is None:
                break
            if self._may_start(job_or_none):
                return job_or_none
            self._frontier.done(job_or_none)
            self._enter(job_or_none)
        if self._supply.is_empty():
            self.stop("done")
        return None

    def _has_room(self) -> bool:
        return self.in_flight < self.settings.concurrency and len(self._reading) < MOST_WAITING

    def warm_up(self) -> None:
        """Start the readers, while robots.txt is being asked for."""
        self._readers.warm_up()

    def is_reading(self) -> bool:
        """Whether pages are being read."""
        return bool(self._reading)

    def is_quiet(self) -> bool:
        """Whether no request is under way and no page is being read."""
        return not self.in_flight and not self._reading

    def may_ask(self) -> bool:
        """Count a request; False where there may be no more."""
        most = self.settings.max_requests
        if most is not None and self.requests >= most:
            self.stop("max requests")
            return False
        self.requests += 1
        return True

    def stop(self, reason: str) -> None:
        """Hand out nothing more; the first reason stays."""
        self.reason = self.reason or reason
        self.changed.set()

    def close(self) -> None:
        """Let the readers go."""
        self._readers.close()

    def fail(self, error: Exception) -> None:
        """Stop because of an error that ends the run."""
        self.failure = self.failure or error
        self.stop("error")

    def progress(self) -> dict[str, object]:
        """Return how far it is: look-ups done, by state, requests sent, requests under way."""
        states = {state.value: many for state, many in self.saver.states.items() if many}
        return {
            "done": self.saver.done,
            "states": states,
            "requests": self.requests,
            "in_flight": self.in_flight,
        }

    def save(self) -> None:
        """Write what is a second old; call it now and then."""
        try:
            self.saver.flush(older_than=SECONDS)
        except Exception as error:
            self.fail(error)

    def _may_start(self, job: Job) -> bool:
        return (
            self._patience.closed(origin_of(job.url), job.address, job.site) is None
            and why_url_refused(job.url, allow_private=self.settings.allow_private) is None
        )

    def _enter(self, job: Job) -> None:
        """Let a job wait for its turn at its ``url``, once the address of that is known."""
        private = self.settings.allow_private
        reason = why_url_refused(job.url, allow_private=private)
        if reason is not None:
            self._answer(job, State.FAILED, f"not asked: {reason}", network=None)
            return
        closed = self._patience.closed(origin_of(job.url), job.address, job.site)
        if closed is not None:
            closed = job.so_far or closed  # what it heard itself counts more
            self._answer(
                job, closed.state, closed.reason, network=None, code=closed.code,
                retry_at=closed.retry_at,
            )  # fmt: skip
            return
        task = asyncio.ensure_future(self._find_address(job))
        self._resolving.add(task)
        task.add_done_callback(self._resolving.discard)

    async def _find_address(self, job: Job) -> None:
        try:
            job.address = (await self.resolver.place(host_of(job.url))).address
        except Exception as error:
            trouble = trouble_of(error, self.settings.timeout)
            self._guard(lambda: self._troubled(job, trouble))
        else:
            self._frontier.put(job)
        self.changed.set()

    # ---- what came back

    def ended(self, job: Job) -> None:
        """Note that the request of a job ended; before anything else is done with it."""
        self.in_flight -= 1
        self._frontier.done(job)
        self.changed.set()

    def responded(self, job: Job, response: Response) -> None:
        """Go on with a job whose request got an HTTP answer."""
        self._guard(lambda: self._responded(job, response))

    def failed(self, job: Job, error: BaseException) -> None:
        """Go on with a job whose request got none."""
        if isinstance(error, BudgetSpent):
            return  # never asked, so it stays on the work list
        self._guard(lambda: self._failed(job, error))

    def _guard(self, step: Callable[[], None]) -> None:
        """Take a step; what goes wrong in it (a full disk, a network that is gone) ends the run."""
        try:
            step()
        except Exception as error:
            self.fail(error)

    def _responded(self, job: Job, response: Response) -> None:
        code, now = response.status, datetime.now(UTC)
        known = code if is_code(code) else None
        self.saver.prove()
        self._patience.answered(origin_of(job.url), job.address)
        header = response.headers.get("Retry-After")
        wait = retry_after(header.decode("latin-1") if header else None, now)
        if code in REDIRECTS and "Location" in response.headers:
            location = safe_url_string((response.headers["Location"] or b"").strip())
            self._redirected(job, urljoin(response.url, location), code)
        elif code in AGAIN:
            self._put_off(job, code, wait, bare_facts(job, response))
        else:
            if code not in (403, 503):
                self._patience.welcomed(job.site)
            state, reason = state_of(code)
            if state is State.FETCHED:
                self._fetched(job, response)
            else:
                retry_at = now + timedelta(seconds=wait) if wait else None
                self._answer(
                    job, state, reason, code=known, retry_at=retry_at,
                    facts=bare_facts(job, response),
                )  # fmt: skip

    def _failed(self, job: Job, error: BaseException) -> None:
        if isinstance(error, RobotsUnknown):
            self.saver.prove()
            self._patience.answered(origin_of(job.url), job.address)
            wait = retry_after(error.retry_after, datetime.now(UTC))
            self._put_off(job, error.code, wait, None, reason=str(error))
            return
        trouble = trouble_of(error, self.settings.timeout)
        if trouble.silent:
            self._patience.silent(origin_of(job.url), job.address, trouble.reason)
            self.resolver.move_on(host_of(job.url))
        elif trouble.network:
            self._patience.answered(origin_of(job.url), job.address)
        self._troubled(job, trouble)

    def _troubled(self, job: Job, trouble: Trouble) -> None:
        """Try elsewhere or again, or give up."""
        if trouble.network:
            self.saver.prove()
        if job.others and trouble.connecting and not job.hops:
            # What was said of a guess counts less than what was said of a name that exists.
            if job.trouble is None or job.trouble.no_name:
                job.trouble = trouble
            host = host_of(job.url)
            others = [url for url in job.others if not trouble.no_name or host_of(url) != host]
            if not trouble.no_name and trouble.network is False:
                others = [url for url in others if host_of(url) == host]
            if others:
                job.url, job.others = others[0], others[1:]
                self._enter(job)
                return
        if trouble.again and job.tries < self.settings.retries:
            job.so_far = Closed(trouble.state, trouble.reason)
            self._again(job, self._backoff(job))
            return
        if trouble.no_name and job.trouble is not None:
            trouble = job.trouble
        facts = PageFacts(job.url, tuple(job.hops)) if job.hops else None
        self._answer(job, trouble.state, trouble.reason, network=trouble.network, facts=facts)

    def _redirected(self, job: Job, url: str, code: int | None) -> None:
        """Follow to where an answer (or a page, ``code`` None) sends us."""
        url = url.partition("#")[0]
        if is_of_site(url, job.lookup.site) and not is_of_site(job.lookup.key, job.lookup.site):
            # Not fetched: it is the site of whoever asks, and says nothing of the page.
            job.hops.append(job.url)
            self._read(job, b"", url, code, {}, truncated=False)
            return
        job.hops.append(job.url)
        job.hop_code = code
        reason = ""
        if url in job.hops:
            reason = "redirects in a circle"
        elif len(job.hops) > self.settings.max_redirects:
            reason = f"more than {self.settings.max_redirects} redirects"
        else:
            refused = why_url_refused(url, allow_private=self.settings.allow_private)
            if refused is not None:
                reason = f"redirects to what is not asked: {refused}"
        if reason:
            facts = PageFacts(url[:2000], tuple(job.hops), http_code=code)
            self._answer(job, State.FAILED, reason, code=code, facts=facts)
            return
        job.url, job.address, job.others = url, "", []
        self._enter(job)

    def _put_off(
        self,
        job: Job,
        code: int,
        wait: float | None,
        facts: PageFacts | None,
        reason: str = "",
    ) -> None:
        """Try again after a 429 or a 5xx, if not too late for this run; else answer."""
        now = datetime.now(UTC)
        long = wait is not None and wait > LONGEST_WAIT
        if job.tries < self.settings.retries and not long:
            pause = max(wait or 0.0, self._backoff(job))
            if code == 429 or wait is not None:
                self.turns.pause(job.site, pause)
            state, said = state_of(code)
            job.so_far = Closed(state, reason or said, code)
            self._again(job, pause)
            return
        retry_at = now + timedelta(seconds=wait) if wait else None
        if code == 429 or (long and code == 503):
            self._patience.throttled(job.site, code, retry_at, long=long)
        state, said = state_of(code)
        self._answer(job, state, reason or said, code=code, retry_at=retry_at, facts=facts)

    def _again(self, job: Job, pause: float) -> None:
        job.tries += 1
        job.not_before = time.monotonic() + pause
        self._enter(job)

    def _backoff(self, job: Job) -> float:
        """Seconds before the next try: four times the delay, doubled with each."""
        return float(min(4 * self.settings.delay * 2**job.tries, LONGEST_WAIT))

    # ---- pages

    def _fetched(self, job: Job, response: Response) -> None:
        if not response.body and "dataloss" in response.flags:
            self._failed(job, ConnectionError("the body was cut off"))
            return
        facts = bare_facts(job, response)
        if response.meta.get("no_page"):
            self._answer(job, State.FETCHED, code=response.status, facts=facts)
            return
        if not job.refreshed and len(job.hops) < self.settings.max_redirects:
            onward = (refresh_of(response) or "").partition("#")[0]
            known = not onward or onward in (job.url, *job.hops)
            # One to the site is a link, which the reader finds.
            if not known and not is_of_site(onward, job.lookup.site):
                job.refreshed = True
                self._redirected(job, onward, None)
                return
        headers, truncated = headers_of(response), facts.truncated
        self._read(job, response.body, response.url, response.status, headers, truncated=truncated)

    def _read(
        self,
        job: Job,
        body: bytes,
        url: str,
        code: int | None,
        headers: dict[str, str],
        *,
        truncated: bool,
    ) -> None:
        """Have a page read, and answer with what it shows."""
        asked = {
            "url": job.lookup.key,
            "final_url": url,
            "site": job.lookup.site,
            "targets": job.lookup.targets,
            "headers": headers,
            "http_code": code,
            "redirects": tuple(job.hops),
            "truncated": truncated,
        }
        reading = asyncio.ensure_future(self._readers.read(body[: self.settings.max_bytes], asked))
        bare = PageFacts(url, tuple(job.hops), code, bytes_read=len(body), truncated=truncated)
        self._reading.add(reading)
        reading.add_done_callback(lambda _: self._guard(lambda: self._was_read(job, reading, bare)))

    def _was_read(self, job: Job, reading: asyncio.Future[PageFacts], bare: PageFacts) -> None:
        self._reading.discard(reading)
        if reading.cancelled():
            return
        error = reading.exception()
        if error is None:
            self._answer(job, State.FETCHED, code=bare.http_code, facts=reading.result())
            return
        how = str(error) if isinstance(error, ReaderError) else type(error).__name__
        reason = f"page could not be read ({how})"
        self._answer(job, State.FAILED, reason, code=bare.http_code, facts=bare)

    def _answer(
        self,
        job: Job,
        state: State,
        reason: str = "",
        *,
        network: bool | None = True,
        code: int | None = None,
        retry_at: datetime | None = None,
        facts: PageFacts | None = None,
    ) -> None:
        """End a job, and let the next one of its site in."""
        answer = Answer(
            lookup=job.lookup,
            state=state,
            at=datetime.now(UTC),
            code=code,
            reason=reason[:300],
            retry_at=retry_at,
            facts=facts,
        )
        following = self._supply.done(job)
        self.saver.add(answer, network=network, site=site_of(job.url))
        self.changed.set()
        if following is not None:
            # Not at once: a site that is closed answers all that was set aside, one after another.
            loop = asyncio.get_running_loop()
            loop.call_soon(self._guard, lambda: self._enter(following))
