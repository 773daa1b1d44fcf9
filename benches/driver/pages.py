"""The dashboard's pages beside ten thousand keys: how long each takes to be answered."""

import http.client
import re
import subprocess
import sys
import time
import urllib.parse

from . import cost
from .world import until_heard

# Answers that are taken of each page, after some that warm what it reads; the median counts.
WARM, TAKEN = 3, 21

EMAIL, PASSWORD = "ada@example.com", "quiet lantern harbour"

KEYS = "/console/workspaces/bench/keys"

# The instance's own pages, and those of the workspace that has all of the keys.
PAGES = [
    *("/console", "/console/products", "/console/products/bench", "/console/workspaces", "/console/people", "/console/plans", "/console/audit"),
    *("/console/workspaces/bench", "/console/workspaces/bench/usage", f"{KEYS}/new?product=bench&type=live"),
    *(KEYS, f"{KEYS}?page=200", f"{KEYS}?sort=used&order=desc", f"{KEYS}?product=bench&sort=used&page=200", f"{KEYS}?q=bench", f"{KEYS}?q=nothing"),
]


def slowest(worlds):
    """The page that takes longest, by the medians."""
    world = worlds.of()
    add_operator(world)
    until_heard(world.web)
    there = http.client.HTTPConnection("127.0.0.1", world.web)
    session = _sign_in(there)
    first = re.search(KEYS + r"/key_\w{26}", _answer(there, KEYS, session)[1])
    # Every key has asked, and its counts wait to be written: the pages' hardest minute.
    world.warm()
    took = {page: _median(there, page, session) for page in [*PAGES, first[0]]}
    for page, millis in sorted(took.items(), key=lambda it: -it[1]):
        print(f"  {millis:6.1f} ms  {page}", file=sys.stderr)
    page = max(took, key=took.get)
    return f"{took[page]:.1f} ms (`{page}`)"


def add_operator(world):
    """Somebody who may sign in: until there is any, nothing but the setup is served."""
    if world.has_operator:
        return
    world.has_operator = True
    keystile = [world.programs["keystile"], "--config", str(world.folder / "config.toml")]
    add = ["user", "add", EMAIL, "--operator", "--password-stdin"]
    words = {"input": PASSWORD, "text": True, "stdout": subprocess.DEVNULL}
    subprocess.run([*keystile, *add], check=True, **words)


def _sign_in(there):
    form = urllib.parse.urlencode({"email": EMAIL, "password": PASSWORD, "next": "/console"})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    there.request("POST", "/console/sign-in", form, headers)
    answer = there.getresponse()
    answer.read()
    return answer.headers["Set-Cookie"].split(";")[0]


def _answer(there, page, session):
    there.request("GET", page, headers={"Cookie": session})
    answer = there.getresponse()
    text = answer.read().decode()
    if answer.status != 200:
        raise cost.Unexpected(f"{page} answers {answer.status}")
    return answer, text


def _median(there, page, session):
    """Milliseconds from the question to the last byte."""
    took = []
    for _ in range(WARM + TAKEN):
        began = time.monotonic()
        _answer(there, page, session)
        took.append((time.monotonic() - began) * 1e3)
    return sorted(took[WARM:])[TAKEN // 2]
