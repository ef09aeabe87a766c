"""A polite host for the card reader twin, in virtual time: frame, ACK, ENQ, answer (card reader sheet, section 1.1)."""

from simulator.devices.chip_card.wallet import WALLET
from simulator.devices.crt310 import Crt310, Facing, Manners, lab_card
from simulator.devices.matter import Card, Matter
from simulator.devices.twin import Speeds

ACK, NAK, ENQ, EOT = b"\x06", b"\x15", b"\x05", b"\x04"
STATUS = "31 30"
TO_CHIP, TO_FRONT, TO_FRONT_HELD, TO_REAR_HELD, CAPTURE = "32 2F", "32 30", "32 31", "32 32", "32 33"
ALL_TRACKS = "45 30 30 37"
PSE = "00 A4 04 00 0E 31 50 41 59 2E 53 59 53 2E 44 44 46 30 31 00"


def frame(content: bytes) -> bytes:
    """Written here a second time, so that the twin's own code does not judge itself."""
    body = b"\x02" + len(content).to_bytes(2, "big") + content + b"\x03"
    check = 0
    for byte in body:
        check ^= byte
    return body + bytes([check])


def counted(by: str, apdu: str) -> str:
    """A command to a chip behind its CM, PM and length."""
    return f"{by} {len(bytes.fromhex(apdu)).to_bytes(2, 'big').hex()} {apdu}"


class Host:
    """`now` is the time. A good card is in the hand; every way in is allowed, as after a start."""

    def __init__(self, card: str = "good", manners: Manners | None = None, rate: float = 1.0, **more: object) -> None:
        self.matter, self.now = Matter(), 1_000
        self.reader = Crt310(
            self.matter,
            Speeds(rate=rate),
            manners=manners,
            sams={0: WALLET["second"].chip()},
            **more,  # type: ignore[arg-type]
        )
        self.card: Card = lab_card(self.matter, card)

    # -- the line

    def raw(self, data: bytes) -> bytes:
        """What comes at once."""
        self.reader.receive(data, self.now)
        self.reader.poll(self.now)
        return self.reader.take_output()

    def say(self, text: str) -> bytes:
        return self.raw(frame(bytes.fromhex(text)))

    def wait(self, ms: int) -> bytes:
        """Polled when it wants to be, as a pty does; what came."""
        until = self.now + ms
        while self.now < until:
            due = self.reader.poll(self.now)
            self.now = until if due is None else max(self.now + 1, min(until, due))
        self.reader.poll(self.now)
        return self.reader.take_output()

    def ask(self, text: str, within_ms: int = 10_000) -> bytes:
        """The inside of the answer, CM and PM included; empty when none came in time."""
        assert self.say(text) == ACK
        heard = self.raw(ENQ)
        until = self.now + within_ms
        while not heard and self.now < until:
            due = self.reader.poll(self.now)
            self.now = until if due is None else max(self.now + 1, min(until, due))
            heard = self.raw(b"")
        if not heard:
            return b""
        content = heard[3:-2]
        assert heard == frame(content)
        return content

    def told(self, text: str) -> str:
        """What stands behind CM and PM, or the refusal as N and its code."""
        answer = self.ask(text)
        if answer[:1] == b"N":
            assert answer[1:2] == bytes.fromhex(text)[:1]
            return f"N{answer[2]:02X}"
        assert answer[:2] == bytes.fromhex(text)[:2]
        return answer[2:].decode("latin-1")

    def status(self) -> str:
        return self.told(STATUS)

    @property
    def where(self) -> str:
        """S1, as hex."""
        return f"{ord(self.status()[0]):02X}"

    def tracks(self, text: str = ALL_TRACKS) -> list[bytes]:
        """Each track of the answer, with the byte that says how it is."""
        answer = self.ask(text)
        assert answer[2:3] == b"\x1f"
        return answer[3:].split(b"\x1f")

    # -- hands and moments

    def insert(self, facing: Facing = Facing.RIGHT) -> str | None:
        """And what it takes to come to rest."""
        refusal = self.reader.insert(self.card, self.now, facing)
        self.wait(3_000)
        return refusal

    def at_contacts(self) -> None:
        """A card is in, at its contacts, has supply and has answered a reset."""
        assert self.insert() is None
        assert [self.told(TO_CHIP), self.told("33 30")] == ["Y", "Y"]
        assert self.told("37 30")[0] in "YZ"

    def apdu(self, apdu: str = PSE, by: str = "37 31") -> str:
        return self.told(counted(by, apdu))

    def cut(self) -> None:
        """The mains go and come back."""
        self.reader.power(False, self.now)
        self.now += 2_000
        self.reader.power(True, self.now)
        self.now += 1_000

    def lies(self) -> str:
        return self.matter.where(self.card).name


def faulty(*names: str, card: str = "good", manners: Manners | None = None, **more: object) -> Host:
    host = Host(card, manners, **more)  # type: ignore[arg-type]
    host.reader.faults |= set(names)
    return host
