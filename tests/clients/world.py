"""What a script here stands on: the world that is handed over, its steps, and how it ends."""

import json
import sys

# Addresses, the person's name, and the clients that were made beforehand.
WORLD = json.loads(sys.argv[1])

_steps = []


def step(name):
    """Does one thing that a client does, at once; its name then stands for what it gives."""

    def do(act):
        try:
            done = act()
        except BaseException:
            print(f"It failed where it {name}:", file=sys.stderr)
            raise
        _steps.append(name)
        return done

    return do


def finish():
    """Tells what was done."""
    print(json.dumps({"steps": _steps}))
