"""`./tvm camera`: a network camera. GET /frame answers with a picture of now; prints where it listens, ends on SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
from collections.abc import Collection, Sequence

import uvicorn
from fastapi import FastAPI, Response

from simulator.camera.picture import taken
from simulator.clock import SharedClock, clock_argument
from simulator.web import Server, listen

FAULTS = {
    "slow": "Each picture comes only after ten seconds.",
    "dark": "There is no picture: 503.",
    "garbage": "What comes is no picture.",
}
SLOW_S = 10.0


def build_app(clock: SharedClock, place: str, faults: Collection[str] = ()) -> FastAPI:
    """`faults`: names of FAULTS that are on."""
    app = FastAPI(title="Simulated camera", version="1", docs_url=None, redoc_url=None)
    numbers = itertools.count(1)

    @app.get("/frame")
    async def frame() -> Response:
        if "slow" in faults:
            await asyncio.sleep(SLOW_S)
        if "dark" in faults:
            return Response(status_code=503)
        if "garbage" in faults:
            return Response(b"no picture", media_type="image/png")
        picture = taken(next(numbers), clock.wall_ms(), place)
        return Response(picture, media_type="image/png", headers={"cache-control": "no-store"})

    return app


def main(argv: Sequence[str] | None = None) -> int:
    """Run until ended. 0 when ended by a signal, 1 when it could not start, 2 for wrong arguments."""
    parser = argparse.ArgumentParser(prog="tvm camera", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--place", default="BXP T01", help="stands in each picture; ASCII")
    parser.add_argument(
        "--clock", type=clock_argument, default=SharedClock.starting_now(), metavar="RATE:WALL_MS:MONO_MS"
    )
    parser.add_argument("--fault", action="append", default=[], choices=sorted(FAULTS), help="may be repeated")
    given = parser.parse_args(argv)
    if not given.place.isascii():
        parser.error("--place is ASCII: the camera has no other letters")
    try:
        listener = listen(given.port)
    except OSError as error:
        print(f"camera: {error}", file=sys.stderr)
        return 1
    app = build_app(given.clock, given.place, given.fault)
    settings = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    Server(settings).run(sockets=[listener])
    return 0


if __name__ == "__main__":
    sys.exit(main())
