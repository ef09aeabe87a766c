"""A host for the code scanner twin, in virtual time."""

from simulator.devices.scanner import Code, CodeScanner, Maker, Symbology
from simulator.devices.twin import Speeds
from tests.simulator.devices.cash_golden import read

GOLDEN = read("scanner.txt")
ON, OFF, MENU = (GOLDEN[name][0][1] for name in ("trigger-on", "trigger-off", "menu"))
ORDER = Code(b"TVM1:123")
TICKET = Code(b"E017000231", Symbology.CODE_128)
READ_MS = 120


class Host:
    """`suffix`: the host has set CR, as the sheet wants it."""

    def __init__(self, maker: Maker = Maker.HONEYWELL, *, rate: float = 1.0, suffix: bool = True) -> None:
        self.scanner = CodeScanner(Speeds(rate=rate), maker)
        self.now = 1_000
        if suffix and maker is Maker.HONEYWELL:
            assert self.raw(GOLDEN["suffix-cr"][0][1]) == GOLDEN["suffix-cr"][1][1]

    def raw(self, data: bytes) -> bytes:
        self.scanner.receive(data, self.now)
        return self.scanner.take_output()

    def menu(self, text: str) -> bytes:
        return self.raw(MENU + text.encode("ascii"))

    def wait(self, ms: int) -> bytes:
        """Polled when it wants to be, as a pty does; what came."""
        until = self.now + ms
        while self.now < until:
            due = self.scanner.poll(self.now)
            self.now = until if due is None else max(self.now + 1, min(until, due))
        self.scanner.poll(self.now)
        return self.scanner.take_output()

    def show(self, code: Code = ORDER, for_ms: int | None = None) -> str | None:
        return self.scanner.show(code, self.now, for_ms)

    def take(self) -> Code | None:
        return self.scanner.take_away(self.now)

    def restart(self) -> None:
        self.scanner.power(False, self.now)
        self.scanner.power(True, self.now)
        self.wait(1_000)
