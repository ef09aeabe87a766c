"""Scanners of bar codes and QR codes on a serial line, by trigger commands or by single letters."""
