"""An engine and its memory: recovered from a folder, committed in groups. Source: seat inventory, section 3; settled question 42.

seats.journal     all records since the first day
seats.snapshot    the state at some group of it; may be missing
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.station.seats import lines
from simulator.station.seats.book import Book
from simulator.station.seats.engine import Engine
from simulator.station.seats.journal import End, Journal, JournalError, Reader
from simulator.station.seats.snapshot import MakeStock, made, read_snapshot, write_snapshot
from simulator.station.seats.stock import StockError


class SeatStore:
    """Fills an empty `engine`. `replayed` counts the records read behind the snapshot; `notes` says what was passed over.

    Raises JournalError when the journal is damaged, contradicts itself or is in use.
    """

    def __init__(self, folder: Path, engine: Engine, make: MakeStock) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.engine, self.replayed, self.notes = engine, 0, list[str]()
        self._snapshot = folder / "seats.snapshot"
        path = folder / "seats.journal"
        self._journal = Journal(path)
        try:
            with _nothing_is_garbage():
                self._journal.begin(self._replay(path, self._from_snapshot(make), make))
        except BaseException:
            self._journal.close()
            raise

    def commit(self) -> int:
        """Make durable what the engine did since the last time; how many records. Only now may anybody be answered."""
        records = self.engine.records
        if records:
            self.engine.records = []
            self._journal.write(records)
        return len(records)

    def snapshot(self) -> None:
        """Everything stops meanwhile: for a quiet hour."""
        self.commit()
        write_snapshot(self._snapshot, self.engine, self._journal.end)

    def close(self) -> None:
        self.commit()
        self._journal.close()

    def _from_snapshot(self, make: MakeStock) -> End:
        if not self._snapshot.exists():
            return End()
        book = Book()
        try:
            end = read_snapshot(self._snapshot, book, make)
        except (JournalError, StockError, ValueError, TypeError, KeyError, IndexError) as error:
            self.notes.append(f"the snapshot was passed over: {error}")
            return End()
        engine = self.engine
        engine.stocks, engine.orders, engine.expiries, engine.next_ms = (
            book.stocks,
            book.orders,
            book.expiries,
            book.next_ms,
        )
        return end

    def _replay(self, path: Path, end: End, make: MakeStock) -> End:
        if os.path.getsize(path) < end.offset:
            raise JournalError(f"{path}: it ends before the group that the snapshot was made at")
        with path.open("rb") as file:
            reader = Reader(file, end)
            for records in reader:
                try:
                    for record in records:
                        if record[0] == "open":
                            _, name, segments, size, _, _ = record
                            self.engine.stocks[name] = made(make, name, segments, size)
                        else:
                            lines.apply(self.engine, record)
                except (StockError, KeyError, ValueError, TypeError, IndexError) as error:
                    raise JournalError(
                        f"{path}: group {reader.end.number - 1} contradicts what is before it: {error}"
                    ) from error
                self.replayed += len(records)
        if reader.torn:
            self.notes.append(
                f"a torn tail behind group {reader.end.number - 1} was cut off; nobody was answered for it"
            )
        return reader.end


@contextmanager
def _nothing_is_garbage() -> Iterator[None]:
    """What is read stays: the collector would look through all of it again and again, and it is half of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was:
            gc.enable()
