"""Builds the programs that are measured, in the release profile."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

INSTALL_SECONDS = 300


def need_wrk():
    """Debian's wrk, installed where it is missing."""
    if shutil.which("wrk"):
        return
    print("benches/run: installing wrk", file=sys.stderr)
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    subprocess.run(["apt-get", "install", "-y", "-qq", "wrk"], check=True)


def peer(name):
    """A script of `benches/peer`, with its libraries in the versions that the lock file names."""
    folder = ROOT / "benches/peer"
    lock, installed = folder / "package-lock.json", folder / "node_modules/.installed"
    if not installed.exists() or installed.read_bytes() != lock.read_bytes():
        words = ["npm", "ci", "--prefix", folder, "--no-audit", "--no-fund", "--silent"]
        subprocess.run(words, check=True, timeout=INSTALL_SECONDS)
        shutil.copyfile(lock, installed)
    return folder / name


def programs():
    """Where each program was put, by its name."""
    built = _cargo(["build", "--release", "--bin", "keystile"])
    benches = ("floor", "seed", "memory")
    built |= _cargo(["bench", "--no-run", *(word for name in benches for word in ("--bench", name))])
    return {name: built[name] for name in ("keystile", *benches)}


def _cargo(words):
    words = ["cargo", *words, "--message-format=json-render-diagnostics"]
    done = subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    told = (json.loads(line) for line in done.stdout.splitlines())
    made = (it for it in told if it.get("executable"))
    return {it["target"]["name"]: it["executable"] for it in made}
