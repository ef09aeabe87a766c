"""`./tvm bench`: figures of speed and size of a whole machine on real processes, each beside its bound."""

from simulator.bench.main import main

__all__ = ["main"]
