"""The security module: find, select, read in this order, each with its time (io-board sheet, section 4).

Decided here (docs/sheets/identity-and-scanner-open-points.md): which status a broken order gets, what several cards do, what may
be read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator.devices.motion import Motion
from simulator.devices.samv import codes
from simulator.devices.samv.card import ADDRESS, PHOTO, TEXT, Card, Chip, padded
from simulator.devices.samv.codes import Refusal, Status
from simulator.devices.samv.faults import IN_READ, IN_SELECT
from simulator.devices.samv.field import Field, Lying
from simulator.devices.twin import Speeds

NUMBER = bytes.fromhex("0500 0100 0A3BA300 15CD5B07 B168DE3A")
"""16 bytes of a module that was never made."""
SHORT_MS, FIND_MS, SELECT_MS, READ_MS, READ_ALL_MS, READ_ADDRESS_MS = 5, 40, 40, 900, 1_300, 200
FOUND_DATA = bytes(4)
ABOUT_CARDS = (0x20, 0x30)
GHOST = Card(chip=Chip.OTHER)

Tell = Callable[[Status, bytes, int], None]
"""Status, data, now_ms."""


class Sam(Motion):
    """`faults` answers what is switched on; `played` asks for a one-shot switch. One command at a time."""

    def __init__(
        self, field: Field, speeds: Speeds, faults: Callable[[], set[str]], played: Callable[[str], bool]
    ) -> None:
        super().__init__(speeds)
        self._field, self._faults, self._played = field, faults, played
        self._table: dict[tuple[int, int], tuple[int, Callable[[], tuple[Status, bytes]]]] = {
            codes.RESET: (SHORT_MS, self._reset),
            codes.STATUS: (SHORT_MS, lambda: (Status.GOOD, b"")),
            codes.NUMBER: (SHORT_MS, lambda: (Status.GOOD, NUMBER)),
            codes.FIND: (FIND_MS, self._find),
            codes.SELECT: (SELECT_MS, self._select),
            codes.READ: (READ_MS, lambda: self._read(fingerprints=False)),
            codes.READ_FINGERPRINTS: (READ_ALL_MS, lambda: self._read(fingerprints=True)),
            codes.READ_ADDRESS: (READ_ADDRESS_MS, self._read_address),
            codes.RADIO: (SHORT_MS, lambda: (Status.GOOD, b"")),
        }
        self.forget()

    def forget(self) -> None:
        """Where the order stood; what is under way ends without an answer."""
        self.stop()
        self._found: Lying | None = None
        self._selected: Lying | None = None
        self._hung = False

    def obey(self, content: bytes, tell: Tell, now_ms: int) -> None:
        """Begin; `tell` is called when it is done, or refused, or never when the module hangs."""
        command = (content[0], content[1])
        if self._hangs(command):
            return
        work_ms, work = self._table.get(command, (SHORT_MS, self._unknown))
        if len(content) != (3 if command == codes.RADIO else 2):
            work_ms, work = SHORT_MS, self._unknown
        if command in (codes.READ, codes.READ_FINGERPRINTS) and self._played("card_gone_in_read_next"):
            self._field.lift()

        def done(then_ms: int) -> None:
            try:
                status, data = self._judged(command, work)
            except Refusal as refusal:
                status, data = refusal.status, b""
            tell(status, data, then_ms)

        self.start(work_ms, done, now_ms)

    def _hangs(self, command: tuple[int, int]) -> bool:
        if command == codes.RESET:
            self._hung = False
        elif self._played("hangs_next"):
            self._hung = True
        return self._hung

    def _judged(self, command: tuple[int, int], work: Callable[[], tuple[Status, bytes]]) -> tuple[Status, bytes]:
        """Raises Refusal."""
        faults = self._faults()
        if "sam_failed" in faults:
            raise Refusal(Status.SELF_TEST)
        if command[0] in ABOUT_CARDS and "sam_no_key" in faults:
            raise Refusal(Status.NO_KEY)
        if command[0] in ABOUT_CARDS and "sam_logged_out" in faults:
            raise Refusal(Status.LOGIN)
        return work()

    # -- commands

    def _unknown(self) -> tuple[Status, bytes]:
        raise Refusal(Status.COMMAND)

    def _reset(self) -> tuple[Status, bytes]:
        self._found = self._selected = None
        return Status.GOOD, b""

    def _find(self) -> tuple[Status, bytes]:
        """The order begins anew, whatever came before."""
        self._found = self._selected = None
        answering = self._field.answering()
        if "ghost_card" in self._faults() and not answering:
            self._found = Lying(card=GHOST)
        elif not answering or "field_dead" in self._faults():
            raise Refusal(Status.FIND_FAILED)
        else:
            self._found = answering[0]
        return Status.FOUND, FOUND_DATA

    def _select(self) -> tuple[Status, bytes]:
        if self._played("card_gone_before_select_next"):
            self._field.lift()
        found, self._selected = self._found, None
        if found is None:
            raise Refusal(Status.NO_CARD_YET)
        if not self._field.holds(found) or len(self._field.answering()) > 1:
            self._found = None
            raise Refusal(Status.SELECT_FAILED)
        if found.card.chip is Chip.OTHER:
            raise Refusal(Status.UNKNOWN_CARD)
        self._refuse_for(IN_SELECT)
        self._selected = found
        return Status.GOOD, found.card.serial

    def _read(self, *, fingerprints: bool) -> tuple[Status, bytes]:
        lying = self._card_to_read()
        self._refuse_for(IN_READ)
        lying.quiet = True
        card = lying.card
        text, said = card.text, TEXT
        if self._played("wrong_text_length_next"):
            said *= 2
        if self._played("short_text_next"):
            text = text[:-2]
        prints = card.fingerprints if fingerprints else b""
        lengths = said.to_bytes(2, "big") + PHOTO.to_bytes(2, "big")
        if fingerprints:
            lengths += len(prints).to_bytes(2, "big")
        return Status.GOOD, lengths + text + card.photo + prints

    def _read_address(self) -> tuple[Status, bytes]:
        card = self._card_to_read().card
        if not card.new_address:
            raise Refusal(Status.ITEM_MISSING)
        return Status.GOOD, padded(card.new_address, ADDRESS)

    def _card_to_read(self) -> Lying:
        """Raises Refusal when the order is broken, the card was lifted, or the field is too weak."""
        if self._found is None:
            raise Refusal(Status.NO_CARD_YET)
        if self._selected is None:
            raise Refusal(Status.READ_FAILED)
        if not self._field.holds(self._selected):
            self._found = self._selected = None
            raise Refusal(Status.READ_FAILED)
        if "weak_field" in self._faults():
            raise Refusal(Status.READ_FAILED)
        return self._selected

    def _refuse_for(self, switches: Mapping[str, Status]) -> None:
        for name, status in switches.items():
            if self._played(name):
                raise Refusal(status)
