"""What can go wrong in a hopper and on its bus (cctalk sheet, sections 7, 8.4 and 13; reliability notes 5).

Switches whose name ends in `_next` play once and clear themselves; the others last until they are switched off. The sheet
knows no coin that is counted and does not fall, so there is no switch for one.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.devices.linkfaults import HasFaults

HOPPER: Mapping[str, str] = {
    "bridge": "Coins bridge over the disc: it turns, none comes, the payout ends as if the bowl were empty (time-out).",
    "empty_next": "Once: no more coin comes in this payout though the bowl is not empty (time-out).",
    "jam_next": "Once: the disc jams before the next coin; the payout ends, nothing more is paid until a reset.",
    "jam_cleared_next": "Once: the disc jams before the next coin, reverses and frees itself; the coin comes late.",
    "motor_stalled": "The motor stalls in every payout, before the next coin (over-current), reset or not.",
    "motor_dead": "The motor does not turn and draws no current: it looks like an empty bowl (time-out).",
    "sensor_misses_next": "Once: the next coin falls uncounted, and another one is paid in its place.",
    "sticks_in_exit_next": "Once: the next coin sticks in the exit, not counted, and covers the sensor; the payout ends.",
    "exit_blocked_next": "Once: the next coin falls uncounted and leaves the exit sensor covered; the payout ends.",
    "exit_blocked": "The exit sensor is covered: nothing is paid; in a payout the next coin falls uncounted, then it ends.",
    "light_paying_next": "Once: light into the exit sensor in a payout: the next coin falls uncounted, then the payout ends.",
    "light_idle": "Light into the exit sensor while nothing is paid: nothing is paid until a reset without it.",
    "late_coin_next": "Once: after a payout that ended too early one more coin falls, 50 ms late, and is counted.",
    "overrun_next": "Once: after all coins are paid one more falls, 50 ms late, and is counted: paid is one more than asked.",
    "resets_mid_payout_next": "Once: after the next coin the hopper starts again by itself; event counter 0.",
    "resets_keeping_counter_next": "Once: after the next coin the hopper starts again by itself, but keeps its event counter.",
    "cut_uncounted_next": "Once: a coin that crosses the exit when the power goes falls uncounted.",
    "memory_torn_next": "Once: the next power cut tears the writing: paid, unpaid and count are the old ones (memory flag).",
    "count_back_next": "Once: after the next power cut the count of all coins is smaller by ten (memory flag).",
    "supply_bounces_next": "Once: the next power cut is two, the second while idle: what is unpaid is forgotten.",
    "counter_wrap_next": "Once: the event counter jumps to 255, so that the next command makes it 1.",
    "low_sensor_blind": "The low level sensor never says low.",
    "level_illegal": "Both level sensors are covered and free at once: neither low nor high is told.",
    "swapped": "Another hopper stands in its place: another serial number, another count of all coins.",
    "busy_next": "Once: the next command is answered BUSY and not obeyed.",
    "slow_reply": "Every answer comes 180 ms late, just inside the host's wait.",
    "bytes_swapped_next": "Once: two bytes of the next longer answer stand in each other's place; its check still fits.",
}

BUS: Mapping[str, str] = {
    "echo_missing": "The host does not hear its own bytes.",
    "echo_cut_next": "Once: the host hears only the first half of its own bytes.",
    "echo_wrong_next": "Once: the host hears one of its own bytes wrong; the hopper hears it right.",
    "line_held": "The line is held at 0 V: the host hears zeros instead of its own bytes, nobody else hears anything.",
}


class Switches:
    """The switches as one hopper sees them: `jam_next` is for whoever meets it first, `jam_next@4` for address 4 only."""

    def __init__(self, owner: HasFaults, address: int) -> None:
        self._owner, self._address = owner, address

    def on(self, name: str) -> bool:
        faults = self._owner.faults
        return name in faults or f"{name}@{self._address}" in faults

    def plays(self, name: str) -> bool:
        """One-shot switches: playing clears them."""
        for each in (f"{name}@{self._address}", name):
            if each in self._owner.faults:
                self._owner.faults.discard(each)
                return True
        return False
