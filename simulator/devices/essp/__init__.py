"""Note validator with an escrow of one note that speaks eSSP, as the essp sheet describes it from the device's side."""

from simulator.devices.essp.channels import CNY
from simulator.devices.essp.validator import EsspValidator

__all__ = ["CNY", "EsspValidator"]
