"""New profiles, solved in parallel over the cores."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache

from crcasp.program.files import Program
from crcasp.registry.profiles import Task
from crcasp.registry.solver import Facts, Outcomes, Solver

CHUNK = 500  # profiles that a process is handed at once
FEW = 2_000  # profiles for which no other process is started


class Pool:
    """Processes that solve profiles; started when there is enough to do for them.

    Args:
        program: the logic program.
        workers: how many processes; the number of cores if it is not given.
    """

    def __init__(self, program: Program, workers: int | None = None) -> None:
        self.program = program
        self.workers = workers or os.cpu_count() or 1
        self.executor: ProcessPoolExecutor | None = None

    def solve(self, tasks: Sequence[Task]) -> Iterator[Outcomes]:
        """Yield the outcomes of each task, in order."""
        number = sum(len(profiles) for _, _, profiles in tasks)
        if self.workers < 2 or (self.executor is None and number < FEW):
            solver = _solver(self.program)
            yield from (solver.outcomes(*task) for task in tasks)
            return
        if self.executor is None:
            context = multiprocessing.get_context("spawn")
            self.executor = ProcessPoolExecutor(
                self.workers, mp_context=context, initializer=_ignore_interrupts
            )
        waiting = [
            [self._submit(received, lines, part) for part in _parts(profiles)]
            for received, lines, profiles in tasks
        ]
        for parts in waiting:
            yield [outcome for part in parts for outcome in part.result()]

    def _submit(self, received: Facts, lines: int, part: list[Facts]) -> Future[Outcomes]:
        assert self.executor is not None
        return self.executor.submit(_outcomes, self.program, received, lines, part)

    def close(self) -> None:
        """End the processes."""
        if self.executor is not None:
            self.executor.shutdown(cancel_futures=True)


def _ignore_interrupts() -> None:
    """Leave an interrupt to the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _parts(profiles: list[Facts]) -> Iterator[list[Facts]]:
    return (profiles[start : start + CHUNK] for start in range(0, len(profiles), CHUNK))


@cache
def _solver(program: Program) -> Solver:
    return Solver(program)


def _outcomes(program: Program, received: Facts, lines: int, part: list[Facts]) -> Outcomes:
    """Solve a part of a task in another process, whose solver is kept."""
    return _solver(program).outcomes(received, lines, part)
