"""Encrypting PIN pad SZZT ZT588/ZT598, from the pin-pad sheet. Simulated: it carries no certificate of any kind."""

from simulator.devices.epp.codes import Style, Use
from simulator.devices.epp.pad import Zt598
from simulator.devices.epp.testkeys import install_test_masters

__all__ = ["Style", "Use", "Zt598", "install_test_masters"]
