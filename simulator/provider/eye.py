"""What a phone's camera makes of a code on a screen: modules in, text out. Source: ISO/IEC 18004, versions 1 to 6.

A screen's modules are exact, so nothing is corrected: a matrix that is damaged or of another kind is not read at all, and what
is misread after all names no order of the provider.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

FORMAT_GENERATOR, FORMAT_MASK = 0x537, 0x5412
LEVELS = "MLHQ"
"""By the two bits of the format information."""
DATA_WORDS = {
    "L": (19, 34, 55, 80, 108, 136),
    "M": (16, 28, 44, 64, 86, 108),
    "Q": (13, 22, 34, 48, 62, 76),
    "H": (9, 16, 26, 36, 46, 60),
}
BLOCKS = {"L": (1, 1, 1, 1, 1, 2), "M": (1, 1, 1, 2, 2, 4), "Q": (1, 1, 2, 2, 4, 4), "H": (1, 1, 2, 4, 4, 4)}
"""Level -> codewords of data, and blocks they lie in, of versions 1 to 6."""
MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda r, c: (r + c) % 2 == 0,
    lambda r, c: r % 2 == 0,
    lambda r, c: c % 3 == 0,
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: r * c % 2 + r * c % 3 == 0,
    lambda r, c: (r * c % 2 + r * c % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2 == 0,
)
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
FINDER = ("1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111")
FORMAT_AT = (
    (8, 0),
    (8, 1),
    (8, 2),
    (8, 3),
    (8, 4),
    (8, 5),
    (8, 7),
    (8, 8),
    (7, 8),
    (5, 8),
    (4, 8),
    (3, 8),
    (2, 8),
    (1, 8),
    (0, 8),
)


def read(rows: Sequence[str]) -> str:
    """The text of a code given as rows of "0" and "1" (dark), without quiet zone; empty: it cannot be read."""
    size = len(rows)
    version = (size - 17) // 4
    square = all(len(row) == size and set(row) <= {"0", "1"} for row in rows)
    if not square or size != 17 + 4 * version or not 1 <= version <= 6 or not _finders(rows):
        return ""
    format_bits = int("".join(rows[r][c] for r, c in FORMAT_AT), 2) ^ FORMAT_MASK
    if _remainder(format_bits):
        return ""
    level, mask = LEVELS[format_bits >> 13], MASKS[format_bits >> 10 & 7]
    bits = "".join(str(int(rows[r][c]) ^ mask(r, c)) for r, c in _path(size, version))
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8)]
    data = _joined(words, DATA_WORDS[level][version - 1], BLOCKS[level][version - 1])
    return _text("".join(f"{word:08b}" for word in data))


def _finders(rows: Sequence[str]) -> bool:
    corners = (rows[:7], [row[-7:] for row in rows[:7]], rows[-7:])
    return all(tuple(row[:7] for row in corner) == FINDER for corner in corners)


def _remainder(bits: int) -> int:
    """0 for a format information that fits its check."""
    for at in range(14, 9, -1):
        if bits >> at & 1:
            bits ^= FORMAT_GENERATOR << at - 10
    return bits


def _path(size: int, version: int) -> Iterator[tuple[int, int]]:
    """Modules of the data in order: two columns at a time from the right, up and down in turn."""
    up = True
    for right in (column for column in range(size - 1, 0, -2)):
        right -= right <= 6  # the timing column is left out
        for row in range(size - 1, -1, -1) if up else range(size):
            for column in (right, right - 1):
                if not _fixed(row, column, size, version):
                    yield row, column
        up = not up


def _fixed(row: int, column: int, size: int, version: int) -> bool:
    """Finders with their format information, timing, and the one alignment pattern of versions 2 to 6."""
    if 6 in (row, column) or (row < 9 and (column < 9 or column >= size - 8)) or (row >= size - 8 and column < 9):
        return True
    return version > 1 and size - 9 <= row <= size - 5 and size - 9 <= column <= size - 5


def _joined(words: Sequence[int], count: int, blocks: int) -> list[int]:
    """The blocks one after the other, of codewords that were dealt out in turn; the last blocks may hold one more."""
    lengths = [count // blocks + (block >= blocks - count % blocks) for block in range(blocks)]
    dealt = iter(words)
    columns = [[next(dealt) if at < length else None for length in lengths] for at in range(max(lengths))]
    return [word for block in zip_longest(*columns) for word in block if word is not None]


def _text(bits: str) -> str:
    """The segments of a bit stream; empty when there is one that is no text."""
    at, text = 0, ""

    def taken(count: int) -> int:
        nonlocal at
        at += count
        return int(bits[at - count : at] or "0", 2)

    while len(bits) - at >= 4 and (mode := taken(4)):
        if mode not in (1, 2, 4):
            return ""
        count = taken({1: 10, 2: 9, 4: 8}[mode])
        if mode == 4:
            text += bytes(taken(8) for _ in range(count)).decode("latin-1")
        while mode == 1 and count > 0:
            digits = min(3, count)
            text, count = text + f"{taken(1 + 3 * digits):0{digits}}", count - digits
        while mode == 2 and count > 0:
            pair = taken(11 if count > 1 else 6)
            text += (LETTERS[pair // 45 % 45] if count > 1 else "") + LETTERS[pair % 45]
            count -= 2
    return text if at <= len(bits) else ""
