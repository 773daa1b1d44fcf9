"""The table as a page: benches/RESULTS.md."""

import os
import platform
import subprocess
from datetime import datetime, timezone

from .build import ROOT
from .cost import CONNECTIONS, RUN_SECONDS

PAGE = """# What the gate costs

Written by `benches/run`; not by hand. Floor and target are driven by turns by the same wrk with the same
questions ({connections} connections, {seconds} s a run), all three on one core; a figure is the median of the
pairs' ratios, of CPU time per request unless it says otherwise. A run in which an answer is not what its row
expects does not count. The gate sends every header of its own, the floor three.

{machine}

| what | beside | goal | measured |
|---|---|---|---|
{table}
"""


def write(rows):
    table = "\n".join(f"| {row.what} | {row.floor} | {row.goal} | {row.measured} |" for row in rows)
    page = PAGE.format(
        connections=CONNECTIONS, seconds=RUN_SECONDS, machine=_machine(), table=table
    )
    (ROOT / "benches/RESULTS.md").write_text(page)


def _machine():
    cpu = next(
        line.split(":")[1].strip()
        for line in open("/proc/cpuinfo", encoding="utf-8")
        if line.startswith("model name")
    )
    at = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    versions = [_first(["rustc", "--version"]), _first(["wrk", "--version"])]
    commit = _first(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"])
    return (
        f"{at}, commit {commit}, on {cpu} ({os.cpu_count()} cores), Linux {platform.release()}, "
        + ", ".join(versions)
    )


def _first(words):
    done = subprocess.run(words, capture_output=True, text=True)
    return (done.stdout or done.stderr).splitlines()[0].split(" Copyright")[0].strip()
