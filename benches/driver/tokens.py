"""Tokens for a service, and what they are worth: ours on the disk, beside npm's oidc-provider in memory."""

import base64
import http.client
import json
import subprocess
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from . import build, cost, pages
from .world import Server, free_port, until_heard

CONNECTIONS = 64

# Tokens that are asked about by turns.
TOKENS = 100

SCOPE = "read:things"

# What the field before a scope is called, so that a scope can stand last.
GIVEN = "grant_type=client_credentials&scope"

FORM = "application/x-www-form-urlencoded"

QUESTION = (
    "POST @ROUTE@ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Request-Id: @ID@\r\n"
    "Authorization: {basic}\r\nContent-Type: {form}\r\nContent-Length: {length}\r\n\r\n{body}"
)


@dataclass
class Side:
    """An authorization server, with a service that it knows."""

    server: object
    port: int
    folder: Path
    endpoints: tuple
    client: tuple

    def basic(self):
        return "Basic " + base64.b64encode(":".join(self.client).encode()).decode()

    def token(self):
        there = http.client.HTTPConnection("127.0.0.1", self.port)
        body = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": SCOPE})
        there.request("POST", self.endpoints[0], body, {"Authorization": self.basic(), "Content-Type": FORM})
        answer = there.getresponse()
        if answer.status != 200:
            raise cost.Unexpected(f"a service is answered {answer.status}")
        return json.load(answer)["access_token"]

    def load(self, endpoint, field, values):
        """Asks an endpoint with each of the values by turns; all are of one length."""
        body = f"{field}=@KEY@"
        length = len(body) - len("@KEY@") + len(values[0])
        texts = {
            "question": QUESTION.format(
                port=self.port, basic=self.basic(), form=FORM, length=length, body=body
            ),
            "secrets": "".join(f"{value}\n" for value in values),
            "routes": f"{endpoint}\n",
        }
        paths = {}
        for name, text in texts.items():
            paths[name] = self.folder / f"{name}-{self.port}-{field.split('=')[0]}.txt"
            paths[name].write_bytes(text.encode())
        return cost.Load(server=self.server, port=self.port, connections=CONNECTIONS, **paths)


def given(worlds):
    """Tokens given."""
    return _beside(worlds, lambda side: side.load(side.endpoints[0], GIVEN, [SCOPE]))


def introspected(worlds):
    """Tokens looked at, by the service that has them."""

    def load(side):
        tokens = [side.token() for _ in range(TOKENS)]
        return side.load(side.endpoints[1], "token", tokens)

    return _beside(worlds, load)


def _beside(worlds, load):
    ours, peer = _ours(worlds), _peer(worlds)
    try:
        ratio = cost.compare(load(peer), load(ours), worlds.pairs)
    finally:
        peer.server.end()
    micros = f"{ratio.target_micros:.0f} over {ratio.floor_micros:.0f} µs"
    return f"{ratio.per_second:.1f}; requests per CPU time {1 / ratio.cpu:.1f} ({micros})"


def _ours(worlds):
    world = worlds.of(keys=1, has_apps=True)
    until_heard(world.web)
    pages.add_operator(world)
    words = [world.programs["keystile"], "--config", world.folder / "config.toml", "client", "add"]
    words += ["--name", "Nightly", "--product", "bench", "--confidential", "--workspace", "bench"]
    words += ["--grant", "client_credentials", "--scope", SCOPE, "--json"]
    made = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
    client = (made["client_id"], made["client_secret"])
    endpoints = ("/oauth/token", "/oauth/introspect")
    return Side(world.server, world.web, world.folder, endpoints, client)


def _peer(worlds):
    port, client = free_port(), ("nightly", "not-a-secret-but-as-long-as-ours-is")
    script = build.peer("provider.mjs")
    server = Server(["node", script, str(port), *client], worlds.folder / "provider.log")
    until_heard(port)
    return Side(server, port, worlds.folder, ("/token", "/token/introspection"), client)
