"""What hands do about a fault: one line for each code, the first step of the act that clears it (TVM-074).

Each is true of every model the port knows. What needs an act of its own names the key of that act in the menu.
"""

from __future__ import annotations

from kiosk.screen.texts import Msg

PUSH_IN = Msg("Push it in until it locks")
FILL = Msg("Fill it with its key in the menu")
FIXES: dict[str, Msg] = {
    "LINK_LOST": Msg("Check its plug and its data cable"),
    "NO_ANSWER": Msg("Check its power, switch it off and on"),
    "WRONG_DEVICE": Msg("Another model answers: fit the right one"),
    "DEVICE_FAILURE": Msg("Restart it; if it fails again, change it"),
    "PROTOCOL": Msg("Check its data cable and both plugs"),
    "FIRMWARE": Msg("Tell the office which version is in it"),
    "NOTE_JAM": Msg("Open it, take the note out, keep it for its claim"),
    "BOX_JAM": Msg("Pull the box, free its mouth, put it back"),
    "BOX_FULL": Msg("Swap the box: key Note box in the menu"),
    "BOX_OUT": PUSH_IN,
    "CHEATED": Msg("Look for thread or tape in the note slot"),
    "NOTE_TABLE": Msg("It knows other notes: load the right table"),
    "DISPENSER_JAM": Msg("Open its path, take out and count all notes"),
    "CASSETTE_OUT": PUSH_IN,
    "CASSETTE_LOW": FILL,
    "CASSETTE_EMPTY": FILL,
    "REJECT_FULL": Msg("Empty it: key Reject bin in the menu"),
    "REJECT_OUT": PUSH_IN,
    "WRONG_NOTES": Msg("Compare each cassette with its label"),
    "CHANGE_TRAY": Msg("Take out what lies in the tray or its flap"),
    "NOT_COUNTED": Msg("Count each cassette, type it with its Fill key"),
    "PAPER_OUT": Msg("Load a roll: key Ticket roll in the menu"),
    "PAPER_LOW": Msg("Load a roll soon: key Ticket roll in the menu"),
    "TICKET_JAM": Msg("Open it, take the ticket out, cut the roll clean"),
    "CUTTER": Msg("Take paper scraps out of the cutter"),
    "STRIPE": Msg("Clean the stripe head, look at the roll"),
    "TICKET_TRAY": Msg("Take out what lies in the tray or its flap"),
    "WASTE_FULL": Msg("Empty it: key Waste bin in the menu"),
    "SEAL": Msg("Put the seal module in, or ask the office"),
    "SLIP_PAPER_OUT": Msg("Put a new slip roll in, close the cover"),
    "SLIP_PAPER_LOW": Msg("Have a new slip roll ready"),
    "SLIP_COVER": Msg("Close its cover until it clicks"),
    "SLIP_CUTTER": Msg("Take paper scraps out of the cutter"),
    "SHUTTER": Msg("Take out what blocks the shutter"),
    "OVER_TEMPERATURE": Msg("Clean fan and filter, let it cool down"),
    "VIBRATION": Msg("Look for damage at the case"),
    "TAMPER": Msg("Touch nothing more: call the supervisor"),
    "SETTLEMENT": Msg("Compare the sums at the station's console"),
}
"""Name of a FaultCode -> what to do."""
