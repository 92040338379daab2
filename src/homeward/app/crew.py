"""Threads for the solvers."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from homeward.bus.server import cores
from homeward.models.roads.crew import Crew, Job, one_by_one


def _at_once(jobs: Sequence[Job]) -> None:
    """Each job in a thread of its own; waits for all and raises what the first raised."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()


def threads(count: int = 0) -> Crew:
    """So many threads, or as many as this process may use processors."""
    count = count or cores()
    return Crew(count, _at_once if count > 1 else one_by_one)
