"""Asking many addresses: at once over hosts, one after the other on each host, at the pace that the host asks for.

A wait never holds a thread: a host that may not be asked yet lies in a heap until it may.  So a run over a thousand
hosts takes as long as its slowest host, and not as long as all of them in a row.
"""

from __future__ import annotations

import heapq
import queue
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

from extract.web.address import AddressGuard
from extract.web.answer import Ask, FetchError, FetchLimits, Outcome, Response
from extract.web.exchange import Redirect, RetryableError, exchange, new_session
from extract.web.host import Host, Step, origin_of
from extract.web.robots import Robots, read_robots
from extract.web.shown import what_is_wrong

Answer = Response | FetchError
More = Callable[[Ask, Answer], Iterable[Ask]]
_ENDED = None


@dataclass(frozen=True, slots=True)
class Manners:
    """How hosts are asked: who asks, how often, how much, and when a host is left alone.

    ``delay`` is the least pause in seconds between the end of a request to a host and the next one; a host may ask
    for more in its robots.txt, up to ``longest_delay``.  After ``breaker`` failures in a row a host is not asked
    again in this run.  ``requests`` and ``megabytes`` are the budget of the run, None for no bound.
    """

    agent: str
    limits: FetchLimits = field(default_factory=FetchLimits)
    guard: AddressGuard = field(default_factory=AddressGuard)
    delay: float = 1.0
    longest_delay: float = 30.0
    breaker: int = 5
    workers: int = 16
    requests: int | None = None
    megabytes: int | None = None


class Crawler:
    """One run's asking: what it learns of hosts (rules, pace, failures) and what it has spent, over all its calls."""

    def __init__(self, manners: Manners) -> None:
        """Start with nothing known and nothing spent."""
        self.manners = manners
        self.requests = 0
        self.bytes = 0
        self._hosts: dict[str, Host] = {}
        self._heap: list[tuple[float, int, Host]] = []
        self._sequence = 0
        self._wake = threading.Condition()

    def get(self, url: str) -> Response:
        """Ask one address; raises :class:`FetchError` when the document cannot be had."""
        ((_, answer),) = self.ask_all([Ask(url)])
        if isinstance(answer, FetchError):
            raise answer
        return answer

    def ask_all(self, asks: Iterable[Ask], more: More | None = None) -> Iterator[tuple[Ask, Answer]]:
        """Every ask with its answer or its failure, in the order in which they come in; one call at a time.

        ``more`` is told each of them before it is given, in the caller's thread, and says what is to be asked in
        addition.  A caller that stops early stops the asking.
        """
        steps = [Step(ask, ask.url) for ask in asks]
        answers: queue.SimpleQueue[tuple[Ask, Answer]] = queue.SimpleQueue()
        stopped = threading.Event()
        for step in steps:
            self._enqueue(step, answers)
        count = self.manners.workers if more else min(self.manners.workers, len({step.url for step in steps}))
        waiting = len(steps)
        workers = [threading.Thread(target=self._work, args=(answers, stopped), daemon=True) for _ in range(count)]
        for worker in workers:
            worker.start()
        try:
            while waiting:
                ask, answer = answers.get()
                waiting -= 1
                for further in more(ask, answer) if more else ():
                    self._enqueue(Step(further, further.url), answers)
                    waiting += 1
                yield ask, answer
        finally:
            with self._wake:
                stopped.set()
                self._wake.notify_all()
            for worker in workers:
                worker.join()
            self._forget_queues()

    def _forget_queues(self) -> None:
        self._heap.clear()
        for host in self._hosts.values():
            host.queue.clear()
            host.scheduled = False

    def _enqueue(self, step: Step, answers: queue.SimpleQueue[tuple[Ask, Answer]]) -> None:
        """Put a step into the queue of its host; one that may not be asked at all is answered at once."""
        origin = origin_of(step.url)
        name = urlsplit(step.url).hostname if origin else None
        if origin is None:
            error = FetchError(step.ask.url, "no http(s) address", outcome=Outcome.MALFORMED)
            answers.put((step.ask, step.with_cost(error)))
        elif step.ask.hosts is not None and name not in step.ask.hosts:
            reason = f"{name} is not on the list of this source's hosts"
            error = FetchError(step.ask.url, reason, outcome=Outcome.OFF_LIST)
            answers.put((step.ask, step.with_cost(error)))
        else:
            with self._wake:
                if origin not in self._hosts:
                    session = new_session(self.manners.agent, self.manners.guard)
                    self._hosts[origin] = Host(origin, session)
                host = self._hosts[origin]
                host.queue.append(step)
                self._schedule(host)

    def _schedule(self, host: Host) -> None:
        """Give the host a place in the heap; the caller holds the lock."""
        if host.queue and not host.scheduled:
            host.scheduled = True
            self._sequence += 1
            heapq.heappush(self._heap, (host.ready_at, self._sequence, host))
            self._wake.notify()

    def _work(self, answers: queue.SimpleQueue[tuple[Ask, Answer]], stopped: threading.Event) -> None:
        while (host := self._next_host(stopped)) is not _ENDED:
            step: Step | None = None
            try:
                if host.robots is None:
                    self._learn_rules(host)
                else:
                    step = host.queue.popleft()
                    self._take_step(host, step, answers)
            except Exception as error:
                reason = f"something unforeseen happened ({type(error).__name__}: {error})"
                if step is None:
                    host.robots = Robots(closed=reason)
                else:
                    answers.put((step.ask, FetchError(step.ask.url, reason)))
            with self._wake:
                host.scheduled = False
                self._schedule(host)

    def _next_host(self, stopped: threading.Event) -> Host | None:
        with self._wake:
            while not stopped.is_set():
                wait = self._heap[0][0] - time.monotonic() if self._heap else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._heap)[2]
                self._wake.wait(wait)
            return _ENDED

    def _learn_rules(self, host: Host) -> None:
        """Ask for robots.txt, by redirects on the same host too; a host that is ill is asked again later.

        What it answers goes before the answers of the step that comes next.
        """
        ask = Ask(f"{host.origin}/robots.txt")
        url = ask.url
        answer: Answer = FetchError(url, "too many redirects", outcome=Outcome.GONE)
        for _ in range(self.manners.limits.redirects):
            try:
                found = self._exchange(host, url, ask)
            except RetryableError as failure:
                host.heard(failure.error.answer)
                host.robots_attempts += 1
                self._count_failure(host)
                if host.robots_attempts < self.manners.limits.attempts and not self._is_down(host):
                    host.ready_at = time.monotonic() + self._wait(failure, host.robots_attempts)
                    return
                answer = failure.error
                break
            except FetchError as error:
                host.heard(error.answer)
                answer = error
                break
            if isinstance(found, Response):
                host.heard(found)
                answer = found
                break
            host.heard(found.answer)
            url = urljoin(url, found.location)
            if origin_of(url) != host.origin:
                break
        host.robots = read_robots(answer)
        self._rest(host)

    def _take_step(self, host: Host, step: Step, answers: queue.SimpleQueue[tuple[Ask, Answer]]) -> None:
        step = replace(step, trail=(*step.trail, *host.told()))
        if refusal := self._refusal(host, step):
            answers.put((step.ask, step.with_cost(refusal)))
            return
        started = time.monotonic()
        try:
            found = self._exchange(host, step.url, step.ask)
        except RetryableError as failure:
            step = _after_request(step, started)
            self._count_failure(host)
            wait = self._wait(failure, step.attempt)
            limits = self.manners.limits
            if step.attempt >= limits.attempts or wait > limits.longest_wait or self._is_down(host):
                answers.put((step.ask, step.with_cost(failure.error)))
            else:
                host.queue.appendleft(step.again(failure.error))
            self._rest(host, at_least=min(wait, limits.longest_wait))
            return
        except FetchError as error:
            if error.outcome in (Outcome.UNREACHABLE, Outcome.SERVER_ERROR):
                self._count_failure(host)
            answers.put((step.ask, _after_request(step, started).with_cost(error)))
            self._rest(host)
            return
        step = _after_request(step, started)
        host.failures_in_a_row = 0
        self._rest(host)
        if isinstance(found, Redirect):
            self._follow(step, found, answers)
        elif (wrong := what_is_wrong(found.data)) and not (step.ask.reads_scripts and wrong[0] is Outcome.NEEDS_SCRIPT):
            failed = FetchError(step.ask.url, wrong[1], found.status, wrong[0])
            failed.answer = found
            answers.put((step.ask, step.with_cost(failed)))
        else:
            answers.put((step.ask, step.with_cost(found)))

    def _follow(self, step: Step, redirect: Redirect, answers: queue.SimpleQueue[tuple[Ask, Answer]]) -> None:
        step = replace(step, trail=(*step.trail, redirect.answer))
        if step.hops >= self.manners.limits.redirects:
            reason = f"more than {self.manners.limits.redirects} redirects"
            answers.put((step.ask, step.with_cost(FetchError(step.ask.url, reason, outcome=Outcome.MALFORMED))))
            return
        try:
            url = urljoin(step.url, redirect.location)
        except ValueError:
            url = redirect.location
        self._enqueue(replace(step, url=url, hops=step.hops + 1, attempt=1), answers)

    def _refusal(self, host: Host, step: Step) -> FetchError | None:
        manners, url = self.manners, step.ask.url
        if self._is_down(host):
            reason = f"not asked: {host.origin} failed {host.failures_in_a_row} times in a row"
            return FetchError(url, reason, outcome=Outcome.HOST_DOWN)
        if host.robots is not None and not host.robots.allows(step.url, manners.agent):
            if host.robots.closed:
                reason = f"not asked, because robots.txt cannot be had: {host.robots.closed}"
                return FetchError(url, reason, outcome=Outcome.HOST_DOWN)
            return FetchError(url, "robots.txt forbids this address", outcome=Outcome.FORBIDDEN)
        spent = manners.requests is not None and self.requests >= manners.requests
        if spent or (manners.megabytes is not None and self.bytes >= manners.megabytes * 1_000_000):
            return FetchError(url, "not asked: the budget of this run is spent", outcome=Outcome.OVER_BUDGET)
        return None

    def _exchange(self, host: Host, url: str, ask: Ask) -> Response | Redirect:
        with self._wake:
            self.requests += 1
        try:
            found = exchange(url, ask, host.session, self.manners.limits)
        except (FetchError, RetryableError) as failure:
            self._spend(failure.error.answer if isinstance(failure, RetryableError) else failure.answer)
            raise
        self._spend(found.answer if isinstance(found, Redirect) else found)
        return found

    def _spend(self, answer: Response | None) -> None:
        with self._wake:
            self.bytes += len(answer.data) if answer else 0

    def _rest(self, host: Host, at_least: float = 0.0) -> None:
        asked = host.robots.delay(self.manners.agent) if host.robots else 0.0
        pause = max(self.manners.delay, min(asked, self.manners.longest_delay), at_least)
        host.ready_at = time.monotonic() + pause

    def _count_failure(self, host: Host) -> None:
        host.failures_in_a_row += 1

    def _is_down(self, host: Host) -> bool:
        return host.failures_in_a_row >= self.manners.breaker

    def _wait(self, failure: RetryableError, attempt: int) -> float:
        """Seconds until the next attempt: what the server asks for, else twice as long each time, with jitter."""
        if failure.wait is not None:
            return failure.wait
        return self.manners.limits.backoff * float(2 ** (attempt - 1)) * random.uniform(0.8, 1.2)  # noqa: S311


def _after_request(step: Step, started: float) -> Step:
    return replace(step, requests=step.requests + 1, seconds=step.seconds + time.monotonic() - started)


def hosts_of(*urls: str | None) -> frozenset[str]:
    """The hosts of some addresses, each with and without ``www.``: the list of hosts that a source allows."""
    names = {urlsplit(url).hostname or "" for url in urls if url}
    plain = {name.removeprefix("www.") for name in names if name}
    return frozenset(plain | {f"www.{name}" for name in plain})
