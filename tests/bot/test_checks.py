"""What takes long runs behind, once, and one thing after the other."""

import threading

from bot.checks import Checks, Job


def test_a_job_is_done_once_and_its_result_stays() -> None:
    checks, runs = Checks(), [0]

    def work(job: Job) -> str:
        runs[0] += 1
        job.step(1, 2)
        return "xong"

    first = checks.run("a", work)
    checks.settle()
    second = checks.run("a", work)

    assert first is second
    assert (first.state, first.result, first.done, first.total, runs) == ("done", "xong", 1, 2, [1])


def test_jobs_wait_for_one_another() -> None:
    checks, go, begun = Checks(), threading.Event(), threading.Event()

    def slow(job: Job) -> None:
        begun.set()
        go.wait()

    first = checks.run("a", slow)
    begun.wait()
    second = checks.run("b", lambda job: None)
    states = (first.state, second.state)
    go.set()
    checks.settle()

    assert states == ("running", "waiting")
    assert (first.state, second.state) == ("done", "done")


def test_a_job_that_fails_says_so_and_the_next_goes_on() -> None:
    checks = Checks()

    failed = checks.run("a", lambda job: 1 // 0)
    after = checks.run("b", lambda job: 1)
    checks.settle()

    assert (failed.state, failed.result, after.result) == ("failed", None, 1)
