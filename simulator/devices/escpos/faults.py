"""The fault menu of the slip printer (ticket-printer sheet 7, reliability notes 5)."""

from __future__ import annotations

from types import MappingProxyType

PRINTER_FAULTS = MappingProxyType(
    {
        "near_end": "The near-end sensor says the roll is almost used up.",
        "paper_out": "There is no paper under the head: the printer goes offline.",
        "paper_out_mid_slip": "The paper ends after half of the next picture.",
        "cover_open": "The cover is open: the printer goes offline.",
        "feed_button": "Somebody holds the feed button.",
        "cutter_jam": "The cutter jams at the next cut: the slip stays on the paper.",
        "head_hot": "The print head is too hot: printing waits, and goes on by itself when the fault is gone.",
        "mechanical": "A mechanical error stops the printer.",
        "unrecoverable": "An unrecoverable error stops the printer.",
        "stale_status": "Before each answer an old automatic status block arrives once more.",
        "no_status": "Status questions are not answered, as some clones do; printing works.",
    }
)
