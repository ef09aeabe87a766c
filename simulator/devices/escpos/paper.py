"""The paper of the slip printer: rows under the head, the roll they come from, the slip at the mouth."""

from __future__ import annotations

import segno

from simulator.devices.dots import text_rows
from simulator.devices.matter import Matter, Slip

WIDTH = 576  # dots, 72 mm
STRIDE = WIDTH // 8
BLANK = bytes(STRIDE)
LINE_GAP = 6
ECC_LEVELS = "LMQH"


def fitted(row: bytes) -> bytes:
    """A row cut or filled up to the width of the head."""
    return row[:STRIDE].ljust(STRIDE, b"\0")


def doubled(row: bytes) -> bytes:
    """Each dot twice as wide."""
    bits = "".join(bit * 2 for bit in f"{int.from_bytes(row, 'big'):0{len(row) * 8}b}")
    return int(bits, 2).to_bytes(len(row) * 2, "big") if row else b""


def picture_rows(data: bytes) -> list[bytes]:
    """1D 76 30: m xL xH yL yH rows, `data` beginning at the 30; m bit 0 doubles the width, bit 1 the height."""
    mode, stride, height = data[1] & 3, data[2] + data[3] * 256, data[4] + data[5] * 256
    rows = [data[6 + at * stride : 6 + (at + 1) * stride] for at in range(height)]
    if mode & 1:
        rows = [doubled(row) for row in rows]
    return [fitted(row) for row in rows for _ in range(2 if mode & 2 else 1)]


def line_rows(signs: bytes, chinese: bool) -> list[bytes]:
    """One line of text; Chinese signs become question marks, since this printer has no Chinese font."""
    text = signs.decode("gb18030" if chinese else "latin-1", "replace")
    packed, width, height = text_rows(text, tall=2, wide=2)
    stride = (width + 7) // 8
    return [fitted(packed[at * stride : (at + 1) * stride]) for at in range(height)] + [BLANK] * LINE_GAP


def qr_rows(text: bytes, dots: int, level: int) -> list[bytes]:
    """A model 2 symbol, `dots` a module (1..16), level 0..3 = L M Q H; no rows when the text does not fit."""
    try:
        symbol = segno.make_qr(text, error=ECC_LEVELS[level])
    except ValueError:
        return []
    rows = []
    for line in symbol.matrix:
        bits = "".join(("1" if module else "0") * dots for module in line)
        bits = bits.ljust((len(bits) + 7) // 8 * 8, "0")
        rows += [fitted(int(bits, 2).to_bytes(len(bits) // 8, "big"))] * dots
    return rows


class Paper:
    """`left` is the roll in rows (8 a millimetre). A slip that nobody took is pushed to the floor by the next one."""

    def __init__(self, matter: Matter, left: int, near_end: int) -> None:
        self._matter = matter
        self.left, self.near_end_at = left, near_end
        self.rows: list[bytes] = []
        matter.place("slip.mouth")

    def burn(self, rows: list[bytes]) -> list[bytes]:
        """Print what the roll still gives; answer what did not fit on it."""
        fit = rows[: max(0, self.left)]
        self.rows += fit
        self.left -= len(fit)
        return rows[len(fit) :]

    def cut(self) -> Slip | None:
        """The slip falls into the mouth; None when nothing hangs out of the printer."""
        if not self.rows:
            return None
        self._matter.move_all("slip.mouth", "floor")
        slip = self._matter.new_slip("slip.roll")
        slip.rows, slip.width = b"".join(self.rows), WIDTH
        self.rows = []
        self._matter.move(slip, "slip.mouth")
        return slip

    def waiting(self) -> bool:
        return len(self._matter.place("slip.mouth")) > 0

    def push_out(self, where: str) -> None:
        self._matter.move_all("slip.mouth", where)
