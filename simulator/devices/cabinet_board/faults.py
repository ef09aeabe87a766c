"""The fault menu of the cabinet board (io-board sheet 2.4, ticket-printer sheet 7, reliability notes 5)."""

from __future__ import annotations

from types import MappingProxyType

BOARD_FAULTS = MappingProxyType(
    {
        "wrong_unit": "Answers carry unit number 2.",
        "exception_04": "Every request is answered with exception 04, device failure.",
        "map_version_1": "The board says it speaks map version 1.",
        "kick_ignored": "Kicks do not reach the watchdog, so it trips.",
        "counter_wrap": "Once: the event counter jumps to 65530, just before it wraps.",
        "bouncing_doors": "A door contact chatters for 300 ms after the door has moved.",
        "door_0_stuck_closed": "The contact of the outer door says closed whatever the door does.",
        "door_0_stuck_open": "The contact of the outer door says open whatever the door does.",
        "two_doors": "With any door the next one opens too.",
        "key_unread": "The key or tag is not recognised when a door opens.",
        "tray_sensor_stuck_empty": "The ticket tray sensor never sees a ticket.",
        "tray_sensor_stuck_full": "The ticket tray sensor always sees a ticket.",
        "slot_sensor_stuck_empty": "The ticket slot sensor never sees anything.",
        "slot_sensor_stuck_full": "The ticket slot sensor always sees something.",
        "change_sensor_stuck_empty": "The change tray sensor never sees a note.",
        "change_sensor_stuck_full": "The change tray sensor always sees a note.",
        "waste_sensor_full": "The waste bin sensor says full.",
        "retract_sensor_full": "The retract bin sensor says full.",
        "tray_never_empties": "The flaps move, but the tickets hang in the tray.",
        "deliver_partly": "Through the deliver flap only half of the bundle falls, the rest hangs in the tray.",
        "note_shutter_stuck": "The note entry shutter does not move.",
        "deliver_flap_stuck": "The deliver flap does not move.",
        "dump_flap_stuck": "The dump flap does not move.",
        "change_shutter_stuck": "The change tray shutter does not move.",
        "change_flap_stuck": "The change retract flap does not move.",
        "slot_shutter_stuck": "The ticket slot shutter does not move.",
        "slot_belt_stuck": "The retract belt of the ticket slot does not move.",
        "fan_stopped": "The fan does not turn.",
        "too_hot": "The cabinet is over temperature.",
    }
)
