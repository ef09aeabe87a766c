"""`./tvm COMMAND` for everything that is not the machine itself. Imports only what the command needs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches

Main = Callable[[Sequence[str]], int]


def _demo() -> Main:
    from simulator.demo import main

    return main


def _station() -> Main:
    from simulator.station.main import main

    return main


def _seats() -> Main:
    from simulator.station.seats.main import main

    return main


def _acquirer() -> Main:
    from simulator.acquirer.main import main

    return main


def _provider() -> Main:
    from simulator.provider.main import main

    return main


def _camera() -> Main:
    from simulator.camera.main import main

    return main


def _cabinet() -> Main:
    from simulator.cabinet.process import main

    return main


def _device() -> Main:
    from simulator.device import main

    return main


def _fares() -> Main:
    from simulator.station.tariff.main import main

    return main


def _rules() -> Main:
    from simulator.station.rules.main import main

    return main


def _fuzz() -> Main:
    from simulator.fuzz.main import main

    return main


def _bench() -> Main:
    from simulator.bench import main

    return main


def _campaign() -> Main:
    from simulator.campaign.main import main

    return main


def _test() -> Main:
    from simulator.check import main

    return main


def _replay() -> Main:
    from simulator.replay.main import main

    return main


COMMANDS: dict[str, Callable[[], Main]] = {
    "demo": _demo,
    "station": _station,
    "seats": _seats,
    "acquirer": _acquirer,
    "provider": _provider,
    "cabinet": _cabinet,
    "camera": _camera,
    "device": _device,
    "fares": _fares,
    "rules": _rules,
    "fuzz": _fuzz,
    "bench": _bench,
    "campaign": _campaign,
    "test": _test,
    "replay": _replay,
}


def main(argv: Sequence[str]) -> int:
    """Exit status of the command; 2 when there is no such command."""
    name = argv[0] if argv else ""
    if name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; commands: {', '.join(COMMANDS)}"
        print(f"tvm: no command {name!r}{hint}", file=sys.stderr)
        return 2
    return COMMANDS[name]()(argv[1:])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
