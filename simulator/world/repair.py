"""A technician who is called when a machine does not sell: clears what broke, counts what is unsure, closes up.

All of it on the machine's own service screens and with hands in matter, as in the demo; the faults themselves are over by
then, for somebody has brought spare parts.
"""

from __future__ import annotations

from kiosk.faults import FaultCode
from simulator.passenger.technician import Job
from simulator.world.machine import Box
from simulator.world.people import Worker
from simulator.world.prepared import STAFF
from simulator.world.things import VALUES_FEN

OPEN_MS = 30_000


def needed(box: Box) -> bool:
    """Out of service, or nothing can be paid out because nobody knows what lies in the cassettes."""
    if box.made is None or box.screen is None:
        return False
    return box.screen.kind == "oos" or bool(box.made.controller.stock.uncounted)


def jobs(box: Box) -> list[Job]:
    """What is to be done by the books of the machine itself."""
    assert box.made is not None
    controller = box.made.controller
    faults = controller.watch.faults.values()
    broken = sorted({fault.device for fault in faults if FaultCode[fault.code].code.startswith("E")})
    found = [Job({"act": "clear_jam", "device": device}, f"svc:act:clear:{device}", 0) for device in broken]
    if controller.stock.uncounted or "dispenser" in broken:
        places = box.things.world.matter.places
        found += [Job(None, f"svc:act:fill:{number}", len(places[f"cassette.{number}"])) for number in VALUES_FEN]
    return found


def repair(box: Box) -> str:
    """Answers `done`, or how far the technician came. The auditor knows that people are inside."""
    box.things.service({"act": "open", "door": "outer"})
    box.settle(OPEN_MS, lambda: box.screen is not None and box.screen.kind in ("oos", "svc.login"))
    worker = Worker(box, STAFF, jobs(box))
    box.serve(worker)
    return worker.technician.outcome or "left in the dark"
