"""What can be seen of the cabinet, as plain JSON values. Looking changes nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any, Protocol

from simulator.cabinet.cabinet import Cabinet
from simulator.cabinet.world import DOORS, World
from simulator.devices.dots import png
from simulator.devices.matter import Slip
from simulator.devices.ttpm.picture import picture

LAMPS = {"green": 0, "red": 1, "tickets": 2, "notes": 3, "card": 4, "change": 5, "help": 6, "siren": 7, "cabinet": 14}
"""Lamp -> coil of the board."""

UNSEEN = frozenset({"blank"})


def state(cabinet: Cabinet) -> dict[str, Any]:
    """Everything in one look; places by name, notes by face value in fen."""
    world = cabinet.world
    places = {name: world.look_into(name) for name in world.matter.places}
    now_ms = cabinet.clock.mono_ms()
    body = world.board.body
    return {
        "clock": {
            "rate": cabinet.clock.rate,
            "mono_ms": now_ms,
            "wall_ms": cabinet.clock.wall_at(now_ms),
            "timezone": world.settings.timezone,
        },
        "mains": world.plugged,
        "powered": world.mains,
        **_ups(world),
        **({"cards": world.cards.look(world.mains)} if world.cards is not None else {}),
        **({"collect": world.readers.look(world.mains)} if world.readers is not None else {}),
        "event": cabinet.timeline.last,
        "places": places,
        "total": {
            "notes": sum(sum(place["notes"].values()) for place in places.values()),
            "coins": sum(sum(place.get("coins", {}).values()) for place in places.values()),
            "value_fen": sum(place["value_fen"] for place in places.values()),
            "conserved": world.conserved(),
            "brought_fen": sum(
                value_fen * count for (_, value_fen), count in (*world.origins.items(), *world.coin_origins.items())
            ),
        },
        "hand": places["hand"]["notes"],
        "counterfeits": counterfeits(world),
        "speeds": {
            "note_in_ms": world.speeds.motion_ms(world.speeds.note_in_ms),
            "note_out_ms": world.speeds.motion_ms(1_000 / world.speeds.notes_out_per_s),
            "ticket_ms": world.speeds.motion_ms(world.speeds.ticket_ms),
            "flap_ms": world.speeds.motion_ms(world.speeds.flap_ms),
            "slip_ms": world.speeds.motion_ms(world.speeds.slip_ms),
        },
        "outlets": {
            outlet: {"things": places[name]["things"], "open": cabinet.hands.outlet_open(outlet)}
            for outlet, name in cabinet.hands.outlets.items()
        },
        "slot_open": cabinet.hands.entry_open() and world.slot.slot_open,
        "doors": {name: number in body.switches.open_doors for number, name in enumerate(DOORS)},
        "key": body.switches.key,
        "shutters": {
            name: "open" if mover.rests_open else "closed" if mover.rests_closed else "moving"
            for name, mover in body.movers.items()
        },
        "lamps": {name: world.mains and bool(world.board.tables.coils[coil]) for name, coil in LAMPS.items()},
        "box": {"seated": body.switches.box_seated, "tag": body.tags["box"]},
        "near": body.switches.distance_mm < 0xFFFF,
        "cassettes": {str(n): value_fen for n, value_fen in world.settings.cassette_values_fen().items()},
        **({"hoppers": hoppers(world)} if world.coins is not None else {}),
        "fitted": fitted(world),
        "acceptor": world.slot.body.state.name if world.mains else "OFF",
        "faults": {
            device: {name: name in twin.faults for name in twin.fault_names()} for device, twin in world.twins.items()
        },
        "busy": [device for device, twin in world.twins.items() if twin.busy()],
    }


def fitted(world: World) -> dict[str, Any]:
    """What stands in this cabinet: numbers of all cassettes, one that holds a deposit among them; whether change has a tray,
    whether cards are taken, numbers of the coin hoppers, and whether orders are handed out."""
    numbers = [number for number in range(1, 5) if world.matter.place(f"cassette.{number}").capacity]
    coins = [hopper.settings.number for hopper in world.coins.hoppers] if world.coins is not None else []
    return {
        "cassettes": numbers,
        "change_tray": not world.recycles,
        "cards": world.cards is not None,
        "hoppers": coins,
        "collect": world.readers is not None,
    }


def hoppers(world: World) -> dict[str, Any]:
    """By number: face value in fen, whether it pays now, whether its exit is covered, and the bounds its level sensors look at."""
    return {
        str(hopper.settings.number): {
            "value_fen": world.settings.hoppers[hopper.settings.number - 1].value_fen,
            "address": hopper.settings.address,
            "paying": hopper.powered and hopper.body.paying,
            "blocked": hopper.body.covered(),
            "low_coins": hopper.settings.low_coins,
        }
        for hopper in (world.coins.hoppers if world.coins is not None else ())
    }


def _ups(world: World) -> dict[str, Any]:
    """Nothing in a machine without a UPS. `percent`: what is really in the battery."""
    ups = world.ups
    if ups is None:
        return {}
    return {"ups": {"percent": ups.charge_pct, "on_battery": ups.on_battery, "low": ups.body.low, "output": ups.output}}


def counterfeits(world: World) -> dict[str, int]:
    """Face value in fen -> how many of the hand's notes are false; only the lab knows."""
    return dict(Counter(str(note.value_fen) for note in world.matter.place("hand").notes() if not note.genuine))


def fault_menu(cabinet: Cabinet) -> dict[str, Any]:
    """Device -> its faults: name, one sentence, whether it is on."""
    return {
        device: [
            {"name": name, "text": text, "on": name in twin.faults} for name, text in sorted(twin.fault_names().items())
        ]
        for device, twin in cabinet.world.twins.items()
    }


def tickets(cabinet: Cabinet) -> list[dict[str, Any]]:
    """Every blank that is no longer blank: where it lies, what its stripe says, where its face can be fetched."""
    return [
        {
            "serial": blank.serial,
            "place": place.name,
            "state": blank.state,
            "stripe": {str(track): text for track, text in sorted(blank.stripe.items())},
            "face": f"/api/tickets/{blank.serial}.png",
        }
        for place in cabinet.world.matter.places.values()
        for blank in place.blanks()
        if blank.state not in UNSEEN
    ]


class MonoTime(Protocol):
    def mono_ms(self) -> int: ...


class Counted(Protocol):
    """What can be counted: a cabinet of the lab, or one of a simulated world."""

    @property
    def world(self) -> World: ...

    @property
    def clock(self) -> MonoTime: ...


def slips(cabinet: Counted) -> list[dict[str, Any]]:
    return [
        {"serial": slip.serial, "place": place.name, "picture": f"/api/slips/{slip.serial}.png"}
        for place in cabinet.world.matter.places.values()
        for slip in place
        if isinstance(slip, Slip)
    ]


def ticket_png(cabinet: Cabinet, serial: str) -> bytes | None:
    """The printed face, None when there is no such ticket."""
    for place in cabinet.world.matter.places.values():
        for blank in place.blanks():
            if blank.serial == serial:
                return picture(blank)
    return None


def slip_png(cabinet: Cabinet, serial: str) -> bytes | None:
    for place in cabinet.world.matter.places.values():
        for slip in place:
            if isinstance(slip, Slip) and slip.serial == serial and slip.width:
                height = len(slip.rows) // ((slip.width + 7) // 8)
                return png(slip.rows, (slip.width, max(1, height)))
    return None


def ledger(cabinet: Counted) -> dict[str, Any]:
    """Every physical thing with its place, for the auditor; `origins` says which notes were ever brought in, and where to,
    `coin_origins` the same of coins."""
    world = cabinet.world
    places = world.matter.places.values()
    return {
        "mono_ms": cabinet.clock.mono_ms(),
        "moving": [device for device, twin in world.twins.items() if twin.busy()],
        "origins": [
            {"place": place, "value_fen": value_fen, "count": count}
            for (place, value_fen), count in sorted(world.origins.items())
        ],
        "notes": [
            {"serial": note.serial, "value_fen": note.value_fen, "place": place.name}
            for place in places
            for note in place.notes()
        ],
        "coin_origins": [
            {"place": place, "value_fen": value_fen, "count": count}
            for (place, value_fen), count in sorted(world.coin_origins.items())
        ],
        "coins": [
            {"serial": coin.serial, "value_fen": coin.value_fen, "place": place.name}
            for place in places
            for coin in place.coins()
        ],
        "tickets": [
            {"serial": blank.serial, "place": place.name, "state": blank.state, "stripe": blank.stripe.get(1, "")}
            for place in places
            for blank in place.blanks()
        ],
        "slips": [{"serial": slip["serial"], "place": slip["place"]} for slip in slips(cabinet)],
        "cassettes": {str(number): value_fen for number, value_fen in world.settings.cassette_values_fen().items()},
    }


def motions(cabinet: Cabinet, since_ms: int) -> dict[str, Any]:
    """Per device the times it moved, as [from, to, asked] in real ms; `to` and `asked` are null while they are open.

    `asked` is when host and device first exchanged bytes after the end: `asked - to` is the wait to be asked.
    """
    found: dict[str, list[list[int | None]]] = {device: [] for device in cabinet.world.twins}
    for motion in cabinet.timeline.motions:
        if motion.to_ms is None or motion.to_ms >= since_ms:
            found[motion.device].append([motion.from_ms, motion.to_ms, motion.asked_ms])
    return {"now_ms": cabinet.clock.mono_ms(), "devices": found}
