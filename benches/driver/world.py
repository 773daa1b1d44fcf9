"""Servers that are measured: folders with keys, and processes pinned to one core."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from .ask import exchange, filled

# Server and load generator share this core: wake-ups between cores would drown what differs.
CORE = sorted(os.sched_getaffinity(0))[-1]

WAIT_SECONDS = 30

# A server that has a million secrets' counts to write takes long to end.
END_SECONDS = 300

QUESTION = (
    "GET /verify/{product} HTTP/1.1\r\nHost: localhost\r\nX-Original-URI: @ROUTE@\r\n"
    "X-Original-Method: {method}\r\nX-Original-Host: api.bench.example\r\n"
    "X-Original-Proto: http\r\nX-Real-IP: 203.0.113.9\r\nX-Request-Id: @ID@\r\n"
    "User-Agent: curl/7.88.1\r\nAccept: */*\r\nX-Api-Key: @KEY@\r\n\r\n"
)

CONFIG = """
[listen]
gate = "{gate}"
web = "127.0.0.1:{web}"
[gate]
cached_keys = {cached}
[log]
level = "warn"
[plans.enterprise]
per_minute = {per_minute}
per_day = 4_000_000_000
max_keys = 4_000_000_000
"""

PLUGIN = """
name = "Bench"
hosts = ["{host}"]
credentials = ["x-api-key"]
[keys.live]
prefix = "{prefix}"
environment = "production"
[resources.store_id]
from = ["query:store_id"]
[scopes]
"read:things" = "Read"
"write:things" = "Write"
[routes]
"""


class Server:
    """A process on the core that is measured, at an address of its own."""

    def __init__(self, words, log):
        self.log = open(log, "ab")
        pinned = ["taskset", "-c", str(CORE), *words]
        self.process = subprocess.Popen(pinned, stdout=self.log, stderr=self.log)
        self.pid = self.process.pid

    def cpu_ticks(self):
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def resident_mib(self):
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(END_SECONDS)
        self.log.close()


class World:
    """A data folder with its keys, its product and its server."""

    def __init__(self, folder, programs, keys, routes, products, cached, per_minute, has_apps):
        self.folder, self.programs = Path(folder), programs
        self.port, self.web = free_port(), free_port()
        self.secrets = self.folder / "keys.txt"
        self.routes = self.folder / "routes.txt"
        self._write(routes, products, cached, per_minute, has_apps)
        self._seed(keys)
        self.server, self.has_operator = None, False

    def _write(self, routes, products, cached, per_minute, has_apps):
        plugins = self.folder / "plugins"
        plugins.mkdir(parents=True)
        gate = f"127.0.0.1:{self.port}"
        config = CONFIG.format(
            gate=gate, web=self.web, cached=cached, per_minute=per_minute
        )
        (self.folder / "config.toml").write_text(config)
        names = ["bench"] + [f"other{n}" for n in range(1, products)]
        for number, name in enumerate(names):
            prefix = "be_live_" if name == "bench" else f"b{number}_live_"
            text = PLUGIN.format(host=f"api.{name}.example", prefix=prefix)
            text += "".join(
                f'"GET /v1/things{n}/{{thing}}/items" = "read:things"\n' for n in range(routes)
            )
            text += '"POST /v1/things" = "write:things"\n'
            text += "[oauth]\n" if has_apps else ""
            (plugins / f"{name}.toml").write_text(text)
        some = range(0, routes, max(1, routes // 1000))
        self.routes.write_text("".join(f"/v1/things{n}/th_{n}/items?page=2\n" for n in some))
        self.question()

    def question(self, method="GET", name="question.txt"):
        """The file of the question that nginx puts."""
        path = self.folder / name
        path.write_bytes(QUESTION.format(product="bench", method=method).encode())
        return path

    def _seed(self, keys):
        keystile = [self.programs["keystile"], "--config", str(self.folder / "config.toml")]
        add = ["workspace", "add", "bench", "--plan", "enterprise"]
        subprocess.run([*keystile, *add], check=True, stdout=subprocess.DEVNULL)
        seed = [self.programs["seed"], str(self.folder / "data"), "bench", "bench", str(keys)]
        with open(self.secrets, "wb") as out:
            subprocess.run(seed, check=True, stdout=out)

    def start(self):
        """Starts the server; answers the seconds until its first answer."""
        words = [self.programs["keystile"], "--config", str(self.folder / "config.toml"), "serve"]
        began = time.monotonic()
        self.server = Server(words, self.folder / "serve.log")
        until_heard(self.port)
        return time.monotonic() - began

    def warm(self):
        """Asks once about every key; each has to pass."""
        question = filled(self.folder / "question.txt", self.routes, b"warm-warm-warm")
        keys = self.secrets.read_bytes().split()
        exchange(self.port, (question.replace(b"@KEY@", key) for key in keys), b"HTTP/1.1 200 ")

    def end(self):
        if self.server:
            self.server.end()
            self.server = None


class Worlds:
    """Every world of a run, made when it is first asked for, and gone at the end."""

    def __init__(self, programs, pairs):
        self.programs, self.pairs = programs, pairs
        self.folder = Path(tempfile.mkdtemp(prefix="keystile-bench-"))
        self.worlds, self.floor = {}, None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for world in self.worlds.values():
            world.end()
        if self.floor:
            self.floor.end()
        shutil.rmtree(self.folder)

    def of(
        self,
        keys=10_000,
        routes=100,
        products=1,
        cached=100_000,
        per_minute=4_000_000_000,
        has_apps=False,
        is_warm=True,
    ):
        """A served world; a second call with the same words answers the same one."""
        name = (keys, routes, products, cached, per_minute, has_apps)
        if name not in self.worlds:
            folder = self.folder / "-".join(map(str, name))
            world = World(folder, self.programs, *name)
            world.start()
            self.worlds[name] = world
            if is_warm:
                world.warm()
        return self.worlds[name]

    def bare(self):
        """The floor: the bare handler, served."""
        if not self.floor:
            port = free_port()
            self.floor = Server([self.programs["floor"], f"127.0.0.1:{port}"], self.folder / "floor.log")
            self.floor.port = port
            until_heard(port)
        return self.floor


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until_heard(port):
    _until(lambda: socket.create_connection(("127.0.0.1", port)).close())


def _until(attempt):
    for _ in range(WAIT_SECONDS * 500):
        try:
            return attempt()
        except OSError:
            time.sleep(0.002)
    raise SystemExit("benches/run: a server did not start")
