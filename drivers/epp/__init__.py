"""Encrypting PIN pads ZT588 and ZT598. The certificate belongs to the hardware: this driver carries none."""
