"""What an answer costs: wrk against servers in alternation, CPU from /proc, medians of ratios."""

import itertools
import os
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .world import CORE

RUN_SECONDS = 3
CONNECTIONS = 32
ANSWER_SECONDS = 10
TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")
SCRIPT = Path(__file__).with_name("ask.lua")

_seeds = itertools.count(1)


@dataclass
class Load:
    """What one side is asked: the question's file, the keys' and the routes'."""

    server: object
    port: int
    question: Path
    secrets: Path
    routes: Path
    is_refused: bool = False
    connections: int = CONNECTIONS


@dataclass
class Run:
    requests: int
    cpu_micros: float
    p99_micros: float
    per_second: float


class Unexpected(Exception):
    """Answers that are not what a row expects: the run does not count."""


def load_of(world, server=None, port=None, **others):
    """The load of a world's own keys and routes, on its server or on another."""
    files = {"question": world.folder / "question.txt", "secrets": world.secrets, "routes": world.routes}
    return Load(server=server or world.server, port=port or world.port, **{**files, **others})


def run(load):
    """Drives one side for a while."""
    words = ["taskset", "-c", str(CORE), "wrk", "-t1", f"-c{load.connections}", f"-d{RUN_SECONDS}s"]
    # A slow answer is slow, not lost: the floor of a row may take its time.
    words += ["--timeout", f"{ANSWER_SECONDS}s", "-s", str(SCRIPT), f"http://127.0.0.1:{load.port}/", "--"]
    words += [str(load.question), str(load.secrets), str(load.routes), str(next(_seeds))]
    before = load.server.cpu_ticks()
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    cpu = (load.server.cpu_ticks() - before) * TICK_SECONDS
    line = next(line for line in told.splitlines() if line.startswith("measured"))
    requests, micros, refused, broken, p99 = map(int, line.split()[1:])
    if broken or requests == 0 or refused != (requests if load.is_refused else 0):
        raise Unexpected(f"{requests} answers, {refused} of them refusals, {broken} faults")
    return Run(requests, cpu * 1e6 / requests, p99, requests * 1e6 / micros)


@dataclass
class Ratio:
    """The target over the floor: the medians of the pairs."""

    cpu: float
    p99: float
    per_second: float
    floor_micros: float
    target_micros: float


def compare(floor, target, pairs):
    """Floor and target by turns, after one of each that does not count."""
    run(floor), run(target)
    both = [(run(floor), run(target)) for _ in range(pairs)]

    def median(ratio):
        return statistics.median(ratio(a, b) for a, b in both)

    return Ratio(
        cpu=median(lambda a, b: b.cpu_micros / a.cpu_micros),
        p99=median(lambda a, b: b.p99_micros / a.p99_micros),
        per_second=median(lambda a, b: b.per_second / a.per_second),
        floor_micros=median(lambda a, _: a.cpu_micros),
        target_micros=median(lambda _, b: b.cpu_micros),
    )
