"""The course of one sale, read from the machine's lines as the station keeps them: what happened in which line and when."""

from __future__ import annotations

import json
from typing import Any

from simulator.station.records import LINE

SHOWN = ("value_fen", "amount_fen", "result", "outcome", "reason", "way", "note", "device", "up")
"""What of a fact is told: no names, no documents, no numbers of cards."""


def moment(seq: int, line: str) -> dict[str, Any]:
    """`{seq, at_ms, fact, told, intents}` of a journal line; one that cannot be read says so."""
    try:
        match = LINE.fullmatch(line)
        record = json.loads(match[2]) if match else {}
        fact, intents = record["fact"], [str(intent["kind"]) for intent in record["intents"]]
        told = {name: fact[name] for name in SHOWN if isinstance(fact.get(name), str | int)}
        return {
            "seq": seq,
            "at_ms": int(record["wall_ms"]),
            "fact": str(fact["kind"]),
            "told": told,
            "intents": intents,
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {"seq": seq, "at_ms": 0, "fact": "unreadable", "told": {}, "intents": []}
