"""A flood of wrong passwords, and what those notice of it who ask the gate."""

import http.client
import socket
import threading
import time
import urllib.parse

from . import cost, pages
from .world import until_heard

# Sign-ins at once, each from an address of its own: none is kept waiting for another's failure.
LOGINS = 200

# Questions in the flood at least: a p99 of fewer says little.
QUESTIONS_MIN = 1_000


def flooded(worlds):
    """The p99 of `/verify` while all of them are tried; every question has to pass."""
    world = worlds.of()
    until_heard(world.web)
    pages.add_operator(world)
    told = []
    flood = [threading.Thread(target=_sign_in, args=(world.web, n, told)) for n in range(LOGINS)]
    for one in flood:
        one.start()
    took = _ask(world, lambda asked: asked < QUESTIONS_MIN or any(it.is_alive() for it in flood))
    for one in flood:
        one.join()
    if other := set(told) - {422, 429}:
        raise cost.Unexpected(f"a sign-in answers {other}")
    took.sort()
    tried = told.count(422)
    return f"{took[len(took) * 99 // 100]:.1f} ms ({len(took):,} asked; {tried} of {LOGINS} passwords tried)"


def _sign_in(port, number, told):
    form = {"email": f"user{number}@example.com", "password": "not the password at all", "next": "/console"}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin",
        "X-Forwarded-For": f"10.0.{number}.1",
    }
    there = http.client.HTTPConnection("127.0.0.1", port)
    there.request("POST", "/console/sign-in", urllib.parse.urlencode(form), headers)
    told.append(there.getresponse().status)


def _ask(world, goes_on):
    """The milliseconds that each question took, one after another on one connection."""
    question = (world.folder / "question.txt").read_bytes()
    question = question.replace(b"@ROUTE@", world.routes.read_text().split()[0].encode())
    keys = world.secrets.read_bytes().split()
    took = []
    with socket.create_connection(("127.0.0.1", world.port)) as connection:
        while goes_on(len(took)):
            number = len(took)
            own = question.replace(b"@ID@", f"flood-{number:08d}".encode())
            began = time.monotonic()
            connection.sendall(own.replace(b"@KEY@", keys[number % len(keys)]))
            head = connection.recv(1 << 16)
            took.append((time.monotonic() - began) * 1e3)
            if not head.startswith(b"HTTP/1.1 200 "):
                raise cost.Unexpected(f"/verify answers {head[:32]!r}")
    return took
