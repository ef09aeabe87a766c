"""Changes of the service: drafted by one person, released by another, taken back by one; folded from steps.

Three kinds: `cancelled`, a run (a train on the date of its first departure) that does not run; `turned`, one that ends at an
earlier stop; `places`, coaches more for a class of a run. A change holds from the moment it is released; when the run has left
nothing about it is changed any more, but one that is under way may still be turned at a stop before it. Source:
requirements SYS-15, SYS-16, AND-10; decision 068.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from simulator.station.locks import parse_date
from simulator.station.runs import RunClass, Runs
from simulator.station.timetable import Timetable, Train, station_date, wall_ms
from simulator.station.wire import Refused, Step

KINDS = frozenset({"change_drafted", "change_released", "change_withdrawn"})
MOST_DAYS = 366
LAST_COACH = 99
MOST_COACHES = 4


@dataclass(frozen=True)
class Change:
    """`train`: its key in the timetable; `coaches`: the numbers that a release has given to coaches like coach `like`; `last`: the
    station at which a turned run ends, and `stop` its place among the stops; 0 for one that is cancelled."""

    number: int
    kind: str
    train: str
    train_number: str
    run_date: str
    last: str
    stop: int
    seat_class: str
    like: str
    count: int
    by: str
    reason: str
    drafted_ms: int
    coaches: tuple[str, ...] = ()
    released_by: str = ""
    released_ms: int = 0
    withdrawn_by: str = ""
    withdrawn_ms: int = 0

    @property
    def holds(self) -> bool:
        return bool(self.released_by) and not self.withdrawn_by

    @property
    def run(self) -> RunClass:
        return RunClass(self.train, self.run_date, self.seat_class)


class Changes:
    """All of them by number. What they do to places is done in `runs`, by the same steps."""

    def __init__(self) -> None:
        self.by_number: dict[int, Change] = {}

    def copy(self) -> Changes:
        other = Changes()
        other.by_number = dict(self.by_number)
        return other

    def get(self, number: int) -> Change:
        """Refuses 404 no_such_change."""
        found = self.by_number.get(number)
        if found is None:
            raise Refused(404, "no_such_change", f"no change {number}")
        return found

    def draft(
        self, body: Mapping[str, Any], timetable: Timetable, runs: Runs, reason: str, by: str, now_ms: int
    ) -> Step:
        """Refuses 404 no_such_train, 422 out_of_range, and what `refuse_impossible` refuses."""
        run_date = parse_date(body["date"])
        train = _train(body["train"], run_date, timetable, now_ms)
        said = {
            "kind": "change_drafted",
            "at_ms": now_ms,
            "number": max(self.by_number, default=0) + 1,
            "change": body["kind"],
            "train": train.key,
            "train_number": train.number,
            "run_date": run_date.isoformat(),
            **_asked_end(body, train),
            **_asked_places(body, train),
            "reason": reason,
            "by": by,
        }
        refuse_impossible(_drafted(said), timetable, runs, now_ms)
        return said

    def release(self, number: int, timetable: Timetable, runs: Runs, by: str, now_ms: int) -> Step:
        """Refuses 403 same_person, 409 released, withdrawn, and what `refuse_impossible` refuses."""
        found = self.get(number)
        _refuse_withdrawn(found)
        if found.released_by:
            raise Refused(409, "released", f"change {number} is released")
        if found.by == by:
            raise Refused(403, "same_person", f"{by} wrote it; another person releases it")
        coaches = refuse_impossible(found, timetable, runs, now_ms)
        said: Step = {"kind": "change_released", "at_ms": now_ms, "number": number, "by": by}
        return {**said, "coaches": coaches} if coaches else said

    def withdraw(self, number: int, timetable: Timetable, runs: Runs, reason: str, by: str, now_ms: int) -> Step:
        """One person drops a draft, or takes back what two have released. Refuses 409 withdrawn; of what was released departed,
        and in_use while a place in such a coach is held or sold."""
        found = self.get(number)
        _refuse_withdrawn(found)
        if found.holds:
            _refuse_departed(found, timetable, now_ms)
            if found.kind == "places" and (taken := _taken_in(found, runs)):
                raise Refused(409, "in_use", f"places of its coaches are held or sold: {taken}", places=taken)
        said = {"kind": "change_withdrawn", "at_ms": now_ms, "number": number, "train_number": found.train_number}
        return {**said, "reason": reason, "by": by}

    def apply(self, step: Step, runs: Runs) -> None:
        number, by, at_ms = step["number"], step["by"], step["at_ms"]
        if step["kind"] == "change_drafted":
            self.by_number[number] = _drafted(step)
            return
        found = self.by_number[number]
        if step["kind"] == "change_released":
            changed = replace(found, released_by=by, released_ms=at_ms, coaches=tuple(step.get("coaches", ())))
            if found.kind == "places":
                runs.add_coaches(found.run, found.like, changed.coaches)
        else:
            changed = replace(found, withdrawn_by=by, withdrawn_ms=at_ms)
            if found.holds and found.kind == "places":
                runs.take_off(found.run, found.coaches)
        self.by_number[number] = changed
        self._cut_short(found.train, found.run_date, runs)

    def _cut_short(self, train: str, run_date: str, runs: Runs) -> None:
        """The run ends where the first of its changes in force ends it."""
        runs.last_stop.pop((train, run_date), None)
        same = (each for each in self.by_number.values() if (each.train, each.run_date) == (train, run_date))
        if ends := [each.stop for each in same if each.holds and each.kind != "places"]:
            runs.last_stop[train, run_date] = min(ends)

    def describe(self) -> list[dict[str, Any]]:
        """Every change, the newest first."""
        return [told(each) for _, each in sorted(self.by_number.items(), reverse=True)]


def told(change: Change) -> dict[str, Any]:
    """As it stands in answers."""
    plain = {name: value for name, value in asdict(change).items() if name not in ("train", "train_number")}
    return {**plain, "train": change.train_number, "coaches": list(change.coaches), "holds": change.holds}


def refuse_impossible(change: Change, timetable: Timetable, runs: Runs, now_ms: int) -> list[str]:
    """Whether it can be done now; the numbers that new coaches would get. Refuses 404 no_such_train, 409 departed, cancelled, and
    422 out_of_range."""
    train = _refuse_departed(change, timetable, now_ms)
    runs.refuse_cancelled(change.run, 1 if change.kind == "places" else change.stop + 1)
    if change.kind != "places":
        return []
    if change.seat_class not in train.layouts:
        raise Refused(404, "no_such_train", f"{change.train_number} has no class {change.seat_class}")
    coaches = [place.coach for place in runs.of(change.run).layout.places]
    if change.like not in coaches:
        raise Refused(422, "out_of_range", f"like: no coach {change.like} with {change.seat_class}")
    others = (runs.of(replace(change.run, seat_class=each)).layout.places for each in train.layouts)
    last = max((int(place.coach) for places in others for place in places if place.coach.isdigit()), default=0)
    if last + change.count > LAST_COACH:
        raise Refused(422, "out_of_range", f"count: there is no coach beyond {LAST_COACH}")
    return [f"{last + number:02d}" for number in range(1, change.count + 1)]


def _drafted(step: Step) -> Change:
    names = ("number", "train", "train_number", "run_date", "last", "stop", "seat_class", "like", "count")
    said = {name: step[name] for name in (*names, "by", "reason")}
    return Change(kind=step["change"], drafted_ms=step["at_ms"], **said)


def _train(number: str, run_date: date, timetable: Timetable, now_ms: int) -> Train:
    """The train of that number that begins its run on that date. Refuses 404 no_such_train, 422 out_of_range."""
    today = station_date(now_ms)
    if not today - timedelta(days=MOST_DAYS) <= run_date <= today + timedelta(days=MOST_DAYS):
        raise Refused(422, "out_of_range", f"date: {run_date} is not within {MOST_DAYS} days")
    for train in timetable.by_number.get(number, ()):
        if train.days is None or run_date in train.days:
            return train
    raise Refused(404, "no_such_train", f"no train {number} begins its run on {run_date}")


def _asked_end(body: Mapping[str, Any], train: Train) -> dict[str, Any]:
    """The last stop of a run that is turned, which is neither its first nor its last one. Refuses 422 out_of_range."""
    if (body["kind"] == "turned") != bool(body["last"]):
        raise Refused(422, "out_of_range", "last: of a turned run, and of no other")
    codes = [stop.station for stop in train.stops[:-1]]
    stop = codes.index(body["last"]) if body["last"] in codes else 0
    if body["last"] and not stop:
        raise Refused(422, "out_of_range", f"last: {train.number} does not pass {body['last']} on its way")
    return {"last": body["last"], "stop": stop}


def _asked_places(body: Mapping[str, Any], train: Train) -> dict[str, Any]:
    """Class, coach and count of a draft: all three with `places`, none of them otherwise. Refuses 422 out_of_range."""
    asked = {"seat_class": body["class"], "like": body["like"], "count": body["count"]}
    if body["kind"] != "places" and any(asked.values()):
        raise Refused(422, "out_of_range", "class, like, count: with places only")
    if body["kind"] == "places" and not all(asked.values()):
        raise Refused(422, "out_of_range", "places: class, like and count are needed")
    if asked["seat_class"] and asked["seat_class"] not in train.layouts:
        raise Refused(422, "out_of_range", f"class: {train.number} has no {asked['seat_class']}")
    return asked


def _refuse_departed(change: Change, timetable: Timetable, now_ms: int) -> Train:
    """Refuses 404 no_such_train when the timetable is another one since, 409 departed: it has left, or come to
    where it is turned."""
    train = timetable.trains.get(change.train)
    if train is None:
        raise Refused(404, "no_such_train", f"the timetable has no {change.train_number} any more")
    stop = train.stops[min(change.stop, train.segments)]
    minute = stop.arrive_min if stop.arrive_min is not None else stop.depart_min
    if now_ms >= wall_ms(date.fromisoformat(change.run_date), minute or 0):
        raise Refused(409, "departed", f"{change.train_number} of {change.run_date} has left")
    return train


def _taken_in(change: Change, runs: Runs) -> int:
    """How many places of its coaches somebody has."""
    stock, taken = runs.of(change.run), 0
    for row in stock.taken():
        taken |= row
    return (taken & stock.layout.of_coaches(change.coaches)).bit_count()


def _refuse_withdrawn(change: Change) -> None:
    if change.withdrawn_by:
        raise Refused(409, "withdrawn", f"{change.withdrawn_by} took change {change.number} back")
