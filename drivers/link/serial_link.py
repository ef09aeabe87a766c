"""Serial ports by pyserial: the only import of it. A pty is a serial port whose path is a pty.

Source: reliability notes 7 (links and ptys).
"""

from __future__ import annotations

import os
import termios
from collections.abc import Callable
from contextlib import suppress

import serial

from kiosk.errors import LinkError

LARGEST_READ = 4096
PTY_FOLDER = "/dev/pts/"
_BROKEN = (serial.SerialException, OSError, termios.error)  # unplugging shows as any of the three


class SerialLink:
    """An open port, not shared. After a `LinkError` close it and open another by the same path.

    `parity`: N, E or O. `data_bits`: 7 or 8. `stop_bits`: 1 or 2. A pty has no parity (set once it works, then never again)
    and carries whole bytes, so a pty is always opened 8N1, and without the wires of RTS and CTS. `baud`: a device whose rate
    has to be found gives a function, which is asked before each write.
    """

    def __init__(
        self,
        path: str,
        baud: int | Callable[[], int],
        parity: str = "N",
        data_bits: int = serial.EIGHTBITS,
        stop_bits: int = 1,
        rtscts: bool = False,
    ) -> None:
        """Raises LinkError when the port is missing, in use, or refuses the setting."""
        self.path = path
        self._baud = baud if callable(baud) else lambda: baud
        try:
            self._port = serial.Serial(
                path,
                self._baud(),
                bytesize=serial.EIGHTBITS if is_pty(path) else data_bits,
                parity="N" if is_pty(path) else parity,
                stopbits=serial.STOPBITS_ONE if is_pty(path) else stop_bits,
                timeout=0,
                rtscts=rtscts and not is_pty(path),
                exclusive=True,
            )
        except (*_BROKEN, ValueError) as error:
            raise LinkError(f"{path}: {error}") from error

    def read(self) -> bytes:
        try:
            return bytes(self._port.read(LARGEST_READ))  # timeout 0: what has arrived, never a wait
        except (*_BROKEN, TypeError) as error:  # TypeError: pyserial on a port that was closed meanwhile
            raise LinkError(f"{self.path}: {error}") from error

    def write(self, data: bytes) -> int:
        """Until the kernel's buffer is full: a pty takes a ticket's face in two or three pieces, one behind the other."""
        done = 0
        try:
            if data and self._port.baudrate != self._baud():
                self._port.baudrate = self._baud()
            # not by pyserial: without a write time-out it spins for as long as the kernel's buffer is full
            while done < len(data) and (taken := os.write(self._port.fileno(), data[done:])):
                done += taken
        except BlockingIOError:
            pass
        except (*_BROKEN, TypeError, ValueError) as error:
            raise LinkError(f"{self.path}: {error}") from error
        return done

    def fileno(self) -> int:
        try:
            return int(self._port.fileno())
        except (*_BROKEN, TypeError) as error:
            raise LinkError(f"{self.path}: {error}") from error

    def close(self) -> None:
        with suppress(*_BROKEN):
            self._port.close()


def is_pty(path: str) -> bool:
    """True for the slave side of a pseudo-terminal, also by another name."""
    return os.path.realpath(path).startswith(PTY_FOLDER)


def serial_opener(
    path: str,
    baud: int | Callable[[], int],
    parity: str = "N",
    data_bits: int = serial.EIGHTBITS,
    stop_bits: int = 1,
    rtscts: bool = False,
) -> Callable[[], SerialLink]:
    """What the reactor calls to open the port, and again each time it came back under the same path."""
    return lambda: SerialLink(path, baud, parity, data_bits, stop_bits, rtscts)
