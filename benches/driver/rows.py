"""The rows of the table: what each measures, and what it is to reach."""

import subprocess
import zlib
from dataclasses import dataclass
from typing import Callable

from . import cost, front, logins, pages, tokens
from .ask import exchange, filled

MILLION = 1_000_000


@dataclass
class Row:
    """One line of the table."""

    name: str
    what: str
    floor: str
    goal: str
    how: Callable | None = None
    measured: str = "not measured"
    is_failed: bool = False

    def measure(self, worlds):
        if self.how is None:
            return
        try:
            self.measured = self.how(worlds)
        except cost.Unexpected as unexpected:
            self.measured, self.is_failed = f"failed: {unexpected}", True


def against_bare(worlds, **world):
    world = worlds.of(**world)
    bare = worlds.bare()
    floor = cost.load_of(world, server=bare, port=bare.port)
    return cost.compare(floor, cost.load_of(world), worlds.pairs)


def verify(**world):
    def measure(worlds):
        ratio = against_bare(worlds, **world)
        micros = f"{ratio.target_micros:.1f} over {ratio.floor_micros:.1f} µs"
        return f"{ratio.cpu:.2f} ({micros}); p99 {ratio.p99:.2f}; requests/s {ratio.per_second:.2f}"

    return measure


def grown(few, many):
    """One world beside a larger one: what the larger costs over the smaller."""

    def measure(worlds):
        floor, target = worlds.of(**few), worlds.of(**many)
        ratio = cost.compare(cost.load_of(floor), cost.load_of(target), worlds.pairs)
        return f"{ratio.cpu:.2f}"

    return measure


def refused(status, code, ask):
    """Refusals beside allowed requests of the same world."""

    def measure(worlds):
        world = worlds.of()
        load = ask(world)
        question = filled(load.question, load.routes, b"probe-probe")
        keys = load.secrets.read_bytes().split()[:100]
        expected = f"HTTP/1.1 {status} ".encode()
        exchange(world.port, (question.replace(b"@KEY@", key) for key in keys), expected)
        ratio = cost.compare(cost.load_of(world), load, worlds.pairs)
        return f"{ratio.cpu:.2f} ({code})"

    return measure


def with_keys(world, name, keys):
    path = world.folder / name
    path.write_text("".join(f"{key}\n" for key in keys))
    return cost.load_of(world, secrets=path, is_refused=True)


def garbage(world):
    return with_keys(world, "garbage.txt", (f"be_live_{n:032d}" for n in range(1_000)))


def unknown(world):
    return with_keys(world, "unknown.txt", map(sound, range(100_000)))


def closed(world):
    routes = world.folder / "closed.txt"
    routes.write_text("/v1/things\n")
    question = world.question("POST", "closed-question.txt")
    return cost.load_of(world, question=question, routes=routes, is_refused=True)


def sound(number):
    """A secret that nobody was given, with the checksum that it should have."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    text = f"be_live_{number:026d}"
    checksum, left = "", zlib.crc32(text.encode())
    for _ in range(6):
        left, digit = divmod(left, 62)
        checksum = digits[digit] + checksum
    return text + checksum


def started(worlds):
    """The seconds to the first answer, with many keys and with few."""
    many, few = worlds.of(keys=MILLION, routes=1_000, cached=MILLION), worlds.of(keys=1_000)
    times = []
    for world in (few, many):
        world.end()
        times.append(min(_restarted(world) for _ in range(3)))
    few.warm(), many.warm()
    return f"+ {(times[1] - times[0]) * 1000:.0f} ms ({times[1] * 1000:.0f} ms)"


def _restarted(world):
    world.end()
    return world.start()


def resident(worlds):
    idle = worlds.of(keys=1, is_warm=False).server.resident_mib()
    some = worlds.of().server.resident_mib()
    many = worlds.of(keys=MILLION, routes=1_000, cached=MILLION).server.resident_mib()
    return f"{idle:.0f} MiB · {some:.0f} MiB · {many:.0f} MiB"


def limits(worlds):
    """A million limited keys, beside the same in another crate's limiter."""

    def grown(which):
        words = [worlds.programs["memory"], which]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()

    in_use, idle = grown("keystile")
    return f"{in_use} MiB, {idle} MiB once idle (governor: {grown('governor')[0]} MiB)"


def limited(worlds):
    """Keys that may ask once a minute and have done so; the minute is longer than the row."""
    world, spent = worlds.of(), worlds.of(per_minute=1)
    ratio = cost.compare(cost.load_of(world), cost.load_of(spent, is_refused=True), worlds.pairs)
    return f"{ratio.cpu:.2f} (rate_limited)"


def cold(worlds):
    """Keys in the order of their making, each asked about once since the start."""
    world = worlds.of(keys=100_000)
    ratios = []
    for _ in range(worlds.pairs):
        world.end()
        world.start()
        before = world.server.cpu_ticks()
        world.warm()
        first = world.server.cpu_ticks() - before
        world.warm()
        ratios.append((first, world.server.cpu_ticks() - before - first))
    first, again = (sorted(column)[len(ratios) // 2] for column in zip(*ratios))
    each = (first - again) * cost.TICK_SECONDS * 1e6 / 100_000
    return f"+ {each:.1f} µs of CPU ({first / again:.1f} times a warm one)"


PROVIDER = "npm `oidc-provider`, in memory"
FLOOR = "bare actix-web, 200 with 3 headers"
LARGE = {"keys": MILLION, "routes": 1_000, "cached": MILLION}

ROWS = [
    Row("verify_1k", "CPU per `/verify`, 1,000 keys, 100 routes", FLOOR, "≤ 1.00", verify(keys=1_000)),
    Row("verify_10k", "the same, 10,000 keys", FLOOR, "≤ 1.00; p99 ≤ 1.10", verify()),
    Row("verify_1m", "the same, 1,000,000 keys, 1,000 routes", FLOOR, "≤ 1.10", verify(**LARGE)),
    Row("garbage", "401 for a secret with a wrong checksum", "an allowed request", "≤ 1.00", refused(401, "invalid_key", garbage)),
    Row("closed", "403 for a scope that is missing", "an allowed request", "≤ 1.00", refused(403, "insufficient_scope", closed)),
    Row("limited", "429 beyond the plan", "an allowed request", "≤ 1.00", limited),
    Row("unknown", "401 for an unknown secret with a good checksum", "an allowed request", "≤ 2.0", refused(401, "invalid_key", unknown)),
    Row("keys", "growth with keys, 1,000 → 1,000,000", "itself", "≤ 1.15", grown({"keys": 1_000}, LARGE)),
    Row("routes", "growth with routes, 10 → 10,000", "itself", "≤ 1.05", grown({"routes": 10}, {"routes": 10_000})),
    Row("products", "growth with products, 1 → 100", "itself", "≤ 1.05", grown({}, {"products": 100})),
    Row("cold", "the first use of a key after a start", "a warm key", "one indexed read", cold),
    Row("start", "start with 1,000,000 keys", "start with 1,000", "+ 50 ms", started),
    Row("resident", "memory: idle · 10,000 active keys · 1,000,000", "", "≤ 20 · ≤ 32 · ≤ 320 MiB", resident),
    Row("limits", "memory of limits: 1,000,000 keys, one request each in the last minute", "", "≤ 64 MiB", limits),
    Row("pages", "the slowest page of the dashboard, 10,000 keys, median", "", "≤ 20 ms", pages.slowest),
    Row("logins", "p99 of `/verify` while 200 wrong passwords are tried at once", "", "< 20 ms", logins.flooded),
    Row("nginx", "requests/s through nginx's `auth_request`", "nginx that asks an nginx", "≥ 1.00", front.through_nginx),
    Row("tokens", "tokens/s for services at `/oauth/token`, on the disk before they are given, 64 connections", PROVIDER, "≥ 5", tokens.given),
    Row("introspection", "answers/s of `/oauth/introspect`, 64 connections", PROVIDER, "≥ 20", tokens.introspected),
]
