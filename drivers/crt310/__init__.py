"""The Creator CRT-310 (V3.0) motorised card reader: stripe, contact chip, SAM slots."""
