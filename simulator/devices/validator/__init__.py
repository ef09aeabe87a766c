"""What every note validator with an escrow of one note is behind its wire: a path, a box, hands; no protocol."""

from simulator.devices.validator.kinds import FEN_PER_YUAN, Kind, row_of
from simulator.devices.validator.mechanism import Mechanism, Verdict
from simulator.devices.validator.unit import Validator

__all__ = ["FEN_PER_YUAN", "Kind", "Mechanism", "Validator", "Verdict", "row_of"]
