"""The twin of an F53 or F56: the sheet describes one protocol for both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.devices.f53.body import Body
from simulator.devices.f53.codes import OPERATIONS, check_codes
from simulator.devices.f53.commands import Commands
from simulator.devices.f53.faults import FAULTS
from simulator.devices.f53.line import Line
from simulator.devices.linkfaults import LINK_FAULTS, LinkFaults
from simulator.devices.matter import Matter, Note
from simulator.devices.notes_out import POSITIONS
from simulator.devices.twin import Speeds

DEFAULT_VALUES_FEN: tuple[int | None, ...] = (100, 500, 1_000, 5_000)
POOL_NOTES = 50


class F53:
    """Fits `Twin`. It is awake when constructed, but knows no note sizes: INITIALISE comes before the first bill count.

    `cassettes` gives the note value in fen per position, up to four; None = no cassette there. `unverified` names the operations
    of section 6 that this unit obeys, and their command codes (`codes.OPERATIONS`); with `present` among them a bill count ends
    with the bundle in the pool. `shutter`: the unit has one of its own, which hides the exit until a bundle is handed out.
    `over_tray`: what comes out falls into a cabinet's change tray; otherwise it stands in the exit until it is taken.
    """

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        cassettes: Sequence[int | None] = DEFAULT_VALUES_FEN,
        *,
        pool_notes: int = POOL_NOTES,
        shutter: bool = False,
        clears_to_capture: bool = False,
        over_tray: bool = False,
        unverified: Mapping[str, int] | None = None,
    ) -> None:
        if len(cassettes) > POSITIONS:
            raise ValueError(f"{len(cassettes)} cassettes given, there are {POSITIONS} positions")
        names = unverified or {}
        check_codes(names)
        self.faults: set[str] = set()
        self.link = LinkFaults(self, late_ms=0)  # how late an answer is, the line decides
        self.body = Body(
            matter,
            speeds,
            [*cassettes, *[None] * (POSITIONS - len(cassettes))],
            self,
            pool_notes=pool_notes,
            shutter=shutter,
            collects="present" in names,
            clears_to_capture=clears_to_capture,
            over_tray=over_tray,
        )
        self._line = Line(self.link, self._played, self.reset)
        self._commands = Commands(self.body, self._respond, {code: OPERATIONS[name] for name, code in names.items()})
        self._power = True
        self._obeyed_ms = 0  # when the message that is being obeyed was heard

    # -- Twin

    def fault_names(self) -> Mapping[str, str]:
        return {**FAULTS, **LINK_FAULTS}

    def receive(self, data: bytes, now_ms: int) -> None:
        if not self._power:
            return
        self.poll(now_ms)
        if not self.body.booting:
            self._line.receive(data, now_ms)
            self.poll(now_ms)

    def poll(self, now_ms: int) -> int | None:
        if not self._power:
            return None
        body_ms = self.body.advance(now_ms)
        while self._line.waiting and not self.body.moving():
            message = self._line.waiting.popleft()
            self._obeyed_ms = message.heard_ms
            self._commands.obey(message.data, now_ms)
            body_ms = self.body.advance(now_ms)
        wakes = (body_ms, self._line.poll(now_ms))
        return min((wake for wake in wakes if wake is not None), default=None)

    def take_output(self) -> bytes:
        return self.link.take_output()

    def power(self, on: bool, now_ms: int) -> None:
        if on == self._power:
            return
        self._power = on
        self._line.forget()
        self.body.stop()
        if on:
            self.body.boot(now_ms)

    def busy(self) -> bool:
        return self._power and self.body.moving()

    @property
    def powered(self) -> bool:
        return self._power

    def reset(self, now_ms: int) -> None:
        """As after a power cut: everything it does not keep is gone, and it boots."""
        self.power(False, now_ms)
        self.power(True, now_ms)

    # -- hands; `position` 1..4

    def remove_cassette(self, position: int) -> None:
        """Pull a cassette out; its notes stay in its place until somebody moves them."""
        self.body.fitted[position - 1] = False

    def refit_cassette(self, position: int) -> None:
        self.body.fitted[position - 1] = True

    def remove_reject_tray(self) -> None:
        self.body.reject_tray = False

    def refit_reject_tray(self) -> None:
        self.body.reject_tray = True

    def clear_path(self, to: str = "floor") -> list[Note]:
        """A technician pulls notes out of path and pool; none while they move."""
        return self.body.clear_path(to)

    def _respond(self, command: int, data: bytes, now_ms: int) -> None:
        self._line.answer(command, data, self._obeyed_ms, now_ms)

    def _played(self, name: str) -> bool:
        if name not in self.faults:
            return False
        self.faults.discard(name)
        return True
