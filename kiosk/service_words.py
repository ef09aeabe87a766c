"""Words of the service pages: modules, faults, acts with what the hands do, messages, roles, doors."""

from __future__ import annotations

from kiosk.screen.texts import Msg

MODULES: dict[str, Msg] = {
    "acceptor": Msg("Note acceptor"),
    "dispenser": Msg("Note dispenser"),
    "hopper": Msg("Coin hoppers"),
    "ticket_unit": Msg("Ticket printer"),
    "slip_printer": Msg("Slip printer"),
    "cabinet": Msg("Cabinet board"),
    "ups": Msg("Power supply"),
    "payment": Msg("Cards and phones"),
}
TITLES: dict[str, Msg] = {
    "fill": Msg("Fill the {value} cassette"),
    "fill_coins": Msg("Fill the {value} hopper"),
    "empty_coins": Msg("Empty the {value} hopper"),
    "swap_box": Msg("Swap the note box"),
    "empty_reject": Msg("Empty the reject bin"),
    "empty_change_retract": Msg("Empty the change retract bin"),
    "load_roll": Msg("Load a ticket roll"),
    "empty_waste": Msg("Empty the waste bin"),
    "empty_ticket_retract": Msg("Empty the ticket retract bin"),
    "clear": Msg("Clear the fault and restart"),
}
SHORT: dict[str, Msg] = {
    "swap_box": Msg("Note box"),
    "empty_reject": Msg("Reject bin"),
    "empty_change_retract": Msg("Change bin"),
    "load_roll": Msg("Ticket roll"),
    "empty_waste": Msg("Waste bin"),
    "empty_ticket_retract": Msg("Ticket bin"),
}
ICONS = {
    "fill": "note", "fill_coins": "cash", "empty_coins": "bin", "swap_box": "box", "empty_reject": "bin",
    "empty_change_retract": "bin", "load_roll": "roll", "empty_waste": "bin", "empty_ticket_retract": "bin",
    "clear": "wrench",
}  # fmt: skip
MESSAGES: dict[str, tuple[str, Msg]] = {
    "wrong": ("danger", Msg("Number or PIN is wrong")),
    "ended": ("danger", Msg("This log-in has ended. Please ask the office.")),
    "locked": ("danger", Msg("Locked after five tries. Please wait five minutes.")),
    "same_person": ("danger", Msg("The second person must be another one")),
    "not_allowed": ("danger", Msg("The second person must be cash staff or supervisor")),
    "count": ("warn", Msg("Please type the count first")),
    "too_many": ("warn", Msg("At most {most} fit in: please count again")),
    "booked": ("ok", Msg("Booked in the journal")),
    "falling": ("warn", Msg("Coins are still falling: please wait")),
    "doors": ("warn", Msg("Please close all doors first")),
}
ROLES: dict[str, Msg] = {
    "maintainer": Msg("Maintainer"),
    "cash": Msg("Cash staff"),
    "supervisor": Msg("Supervisor"),
}
DOORS: dict[str, Msg] = {
    "outer": Msg("Door open"),
    "safe": Msg("Safe open"),
    "tickets": Msg("Tickets open"),
    "change": Msg("Change open"),
}
COUNT_ALL = Msg("Take all notes out and count them")
COUNT_TICKETS = Msg("Take all tickets out and count them")
DEEDS: dict[str, Msg] = {
    "fill": Msg("Put the notes in, count all in the cassette"),
    "fill_coins": Msg("Put the coins in, count all in the hopper"),
    "empty_coins": Msg("Hold a bag under the cup"),
    "swap_box": Msg("Take the box out, put an empty one in"),
    "empty_reject": COUNT_ALL,
    "empty_change_retract": COUNT_ALL,
    "load_roll": Msg("Put the roll in, read how many are on it"),
    "empty_waste": COUNT_TICKETS,
    "empty_ticket_retract": COUNT_TICKETS,
    "clear": Msg("Clear the fault by hand"),
}
"""What the hands do first."""
ESCROW_TOO = Msg("Empty the escrow, take the box out, put an empty one in")
"""The same at the box of a unit with a bulk escrow: what lies there belongs to nobody who is here."""
BEGINS = Msg("What is typed here is where the books begin.")
FROM_ZERO = Msg("The books begin again at zero; a difference is written down.")
NOTES: dict[str, Msg] = {
    "fill": BEGINS,
    "fill_coins": BEGINS,
    "empty_coins": Msg("All coins fall into the cup. Then count what is left in the hopper."),
    "load_roll": BEGINS,
    "swap_box": FROM_ZERO,
    "empty_reject": FROM_ZERO,
    "empty_change_retract": FROM_ZERO,
    "empty_waste": FROM_ZERO,
    "empty_ticket_retract": FROM_ZERO,
    "clear": Msg("A fault that is still there is told again at once."),
}
"""What a confirmed act means for the books."""
FAULTS: dict[str, Msg] = {
    "LINK_LOST": Msg("No link"),
    "NO_ANSWER": Msg("No answer"),
    "WRONG_DEVICE": Msg("Wrong device"),
    "DEVICE_FAILURE": Msg("Failure"),
    "PROTOCOL": Msg("Unclear"),
    "FIRMWARE": Msg("Other version"),
    "NOTE_JAM": Msg("Note jam"),
    "BOX_JAM": Msg("Box jam"),
    "BOX_FULL": Msg("Box full"),
    "BOX_OUT": Msg("Box missing"),
    "CHEATED": Msg("Note pulled"),
    "NOTE_TABLE": Msg("Note table"),
    "DISPENSER_JAM": Msg("Note jam"),
    "CASSETTE_OUT": Msg("No cassette"),
    "CASSETTE_LOW": Msg("Cassette low"),
    "CASSETTE_EMPTY": Msg("Empty"),
    "REJECT_FULL": Msg("Reject full"),
    "REJECT_OUT": Msg("No reject bin"),
    "WRONG_NOTES": Msg("Wrong notes"),
    "CHANGE_TRAY": Msg("Change tray"),
    "NOT_COUNTED": Msg("Not counted"),
    "PAPER_OUT": Msg("No paper"),
    "PAPER_LOW": Msg("Paper low"),
    "TICKET_JAM": Msg("Ticket jam"),
    "CUTTER": Msg("Cutter"),
    "STRIPE": Msg("Stripe"),
    "TICKET_TRAY": Msg("Ticket tray"),
    "WASTE_FULL": Msg("Waste full"),
    "SEAL": Msg("No seal"),
    "SLIP_PAPER_OUT": Msg("No paper"),
    "SLIP_PAPER_LOW": Msg("Paper low"),
    "SLIP_COVER": Msg("Cover open"),
    "SLIP_CUTTER": Msg("Cutter"),
    "SHUTTER": Msg("Shutter"),
    "OVER_TEMPERATURE": Msg("Too hot"),
    "VIBRATION": Msg("Vibration"),
    "TAMPER": Msg("Tampering"),
    "SETTLEMENT": Msg("Sums differ"),
}
"""Name of a FaultCode -> words, beside its code."""
