"""A polite host for the PIN pad twin, in virtual time, with the test keys of the pin-pad sheet."""

from simulator.devices.epp import Style, Zt598
from simulator.devices.epp.testkeys import IMK, TMK, install_test_masters
from simulator.devices.twin import Speeds

PIN_KEY = bytes.fromhex("1C1C2A2AF4F46E6E1313D5D52A2A5D5D")
MAC_KEY = bytes.fromhex("A1B3C2D5E5F70719293B4A5D6D7F8F91")
DATA_KEY = bytes.fromhex("01102332455467768998ABBACDDCEFFE")
AES_KEY = bytes.fromhex("C1D0F8FB4958670DBA40AB1F3752EF0D")
WRAPPED = {
    PIN_KEY: "4706E740B9DDA29F138E973E39979F5C",
    MAC_KEY: "541B3C01A778416611C2E290748628CC",
    DATA_KEY: "94120417F35B23898B0D6FEED3405DF0",
}
SECRETS = (IMK, TMK, PIN_KEY, MAC_KEY, DATA_KEY)
LOADS = (f"2203032{WRAPPED[PIN_KEY]}", f"2203152{WRAPPED[MAC_KEY]}", f"2203262{WRAPPED[DATA_KEY]}")
ASK_PIN = {Style.AT_START: "630 006588001234567", Style.AT_FETCH: "600011"}
FETCH = {Style.AT_START: "7", Style.AT_FETCH: "730 588001234567"}


def frame(content: bytes) -> bytes:
    """Written here a second time, so that the twin's own code does not judge itself."""
    covered = f"{len(content):03d}".encode() + content + b"\x03"
    check = 0
    for byte in covered:
        check ^= byte
    return b"\x02" + covered + f"{check:02X}".encode()


def split(wire: bytes) -> tuple[list[bytes], bytes]:
    """Contents of all frames, and the bytes outside them. Every byte must be one or the other."""
    contents, outside = [], bytearray()
    while wire:
        if wire[0] != 0x02:
            outside.append(wire[0])
            wire = wire[1:]
            continue
        size = int(wire[1:4]) + 7
        content = wire[4 : size - 3]
        assert wire[:size] == frame(content)
        contents.append(content)
        wire = wire[size:]
    return contents, bytes(outside)


class Host:
    """`keys`: how much of the tree is in the pad: blank, masters, work."""

    def __init__(self, style: Style = Style.AT_START, keys: str = "work", **more: object) -> None:
        self.style, self.now = style, 1_000
        self.pad = Zt598(Speeds(), style=style, **more)  # type: ignore[arg-type]
        self.raw_keys = b""
        assert self.ask("5637") == (0x60, "")
        if keys != "blank":
            install_test_masters(self.pad)
        if keys == "work":
            for load in LOADS:
                assert self.ask(load)[0] == 0x60

    def raw(self, data: bytes) -> bytes:
        self.pad.receive(data, self.now)
        self.pad.poll(self.now)
        return self.pad.take_output()

    def ask(self, text: str) -> tuple[int, str]:
        """Code and text of the reply; (0, "") is silence. Key bytes are kept in `raw_keys`."""
        contents, outside = split(self.raw(frame(text.encode("latin-1"))))
        self.raw_keys += outside
        if not contents:
            return 0, ""
        assert len(contents) == 1
        return contents[0][0], contents[0][1:].decode("latin-1")

    def code(self, text: str) -> int:
        return self.ask(text)[0]

    def wait(self, seconds: float) -> bytes:
        """Polled when it wants to be, as a pty does; what came."""
        until = self.now + round(seconds * 1_000)
        while self.now < until:
            due = self.pad.poll(self.now)
            self.now = until if due is None else max(self.now + 1, min(until, due))
        self.pad.poll(self.now)
        return self.pad.take_output()

    def keys(self, *names: str) -> bytes:
        """What fingers on these keys put on the line."""
        for name in names:
            self.now += 300
            self.pad.press(name, self.now)
        return self.pad.take_output()

    def open_pin(self) -> int:
        return self.code(ASK_PIN[self.style])

    def fetch(self) -> tuple[int, str]:
        return self.ask(FETCH[self.style])

    def restart(self) -> None:
        self.pad.power(False, self.now)
        self.now += 2_000
        self.pad.power(True, self.now)
