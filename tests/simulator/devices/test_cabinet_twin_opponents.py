"""Three Modbus clients that other people wrote talk to the cabinet board twin over a real pty."""

import selectors
import threading
import time
from collections.abc import Callable, Iterator

import minimalmodbus
import pytest
import serial
from pymodbus.client import ModbusSerialClient
from umodbus.client.serial import rtu
from umodbus.exceptions import IllegalDataAddressError, IllegalDataValueError, IllegalFunctionError

from simulator.devices.cabinet_board import CabinetBoard
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.pty_host import PtyHost

QUIET = [number in {0, 1, 2, 3, 4, 6, 14, 16, 17, 18, 19, 24, 25, 26, 27, 28} for number in range(32)]
ANSWER_S = 2.0


@pytest.fixture(name="path")
def _path() -> Iterator[str]:
    """A board on a pty, served by a thread until the test is over."""
    matter = Matter()
    for _ in range(100):
        matter.new_blank("roll")
    board = CabinetBoard(matter, Speeds(rate=0))
    board.set_tag("box", "BOX00017")
    host, over = PtyHost(board), threading.Event()
    thread = threading.Thread(target=_serve, args=(host, over.is_set))
    thread.start()
    yield host.path
    over.set()
    thread.join()
    host.close()


def _serve(host: PtyHost, is_over: Callable[[], bool]) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(host, selectors.EVENT_READ)
        while not is_over():
            ready = selector.select(0.05)
            now_ms = time.monotonic_ns() // 1_000_000
            if ready:
                host.serve_readable(now_ms)
            host.serve_timers(now_ms)


def test_minimalmodbus(path: str) -> None:
    board = minimalmodbus.Instrument(path, 1)
    board.serial.baudrate, board.serial.timeout = 19_200, ANSWER_S
    assert [bool(bit) for bit in board.read_bits(0, 32, functioncode=2)] == QUIET
    board.write_bit(12, 1)
    board.write_bits(0, [1, 0, 1])
    assert [number for number, bit in enumerate(board.read_bits(0, 32, functioncode=1)) if bit] == [0, 2, 12]
    assert board.read_registers(0, 3, functioncode=4) == [0x5456, 0x0105, 2]
    assert board.read_string(16, 4, functioncode=4) == "BOX00017"
    board.write_register(0, 30, functioncode=6)
    board.write_registers(3, [25, 700])
    assert board.read_registers(0, 10) == [30, 0, 0, 25, 700, 30, 180, 0x0802, 20, 100]
    with pytest.raises(minimalmodbus.IllegalRequestError, match="address"):
        board.read_bits(0, 33, functioncode=2)
    with pytest.raises(minimalmodbus.IllegalRequestError, match="value"):
        board.write_bit(20, 1)


def test_umodbus(path: str) -> None:
    with serial.Serial(path, 19_200, timeout=ANSWER_S) as port:
        assert [bool(bit) for bit in rtu.send_message(rtu.read_discrete_inputs(1, 0, 32), port)] == QUIET
        assert rtu.send_message(rtu.write_single_coil(1, 10, 1), port) == 1
        assert rtu.send_message(rtu.write_multiple_coils(1, 0, [1, 1]), port) == 2
        assert rtu.send_message(rtu.read_coils(1, 0, 12), port) == [1, 1, *[0] * 8, 1, 0]
        assert rtu.send_message(rtu.read_input_registers(1, 0, 3), port) == [0x5456, 0x0105, 2]
        assert rtu.send_message(rtu.write_single_register(1, 8, 35), port) == 35
        assert rtu.send_message(rtu.write_multiple_registers(1, 4, [500, 20]), port) == 2
        assert rtu.send_message(rtu.read_holding_registers(1, 4, 5), port) == [500, 20, 180, 0x0802, 35]
        with pytest.raises(IllegalDataAddressError):
            rtu.send_message(rtu.read_coils(1, 30, 3), port)
        with pytest.raises(IllegalDataValueError):
            rtu.send_message(rtu.write_multiple_coils(1, 19, [0, 1]), port)


def test_pymodbus(path: str) -> None:
    client = ModbusSerialClient(path, baudrate=19_200, timeout=ANSWER_S, retries=0)
    assert client.connect()
    try:
        assert client.read_discrete_inputs(0, count=32, device_id=1).bits == QUIET
        assert not client.write_coil(18, True, device_id=1).isError()
        assert not client.write_coils(0, [True, False, True], device_id=1).isError()
        coils = client.read_coils(0, count=32, device_id=1).bits
        assert [number for number, bit in enumerate(coils) if bit] == [0, 2, 18]
        assert not client.read_discrete_inputs(0, count=32, device_id=1).bits[26]
        assert client.read_input_registers(16, count=4, device_id=1).registers == [0x424F, 0x5830, 0x3030, 0x3137]
        assert not client.write_registers(0, [30, 0x55AA], device_id=1).isError()
        assert client.read_holding_registers(0, count=2, device_id=1).registers == [30, 0]
        assert client.read_holding_registers(9, count=2, device_id=1).exception_code == 2
        assert client.write_coil(31, True, device_id=1).exception_code == 3
        assert client.read_exception_status(device_id=1).exception_code == 1
    finally:
        client.close()  # type: ignore[no-untyped-call]


def test_an_unknown_function_is_refused_and_another_unit_met_with_silence(path: str) -> None:
    with serial.Serial(path, 19_200, timeout=ANSWER_S) as port:
        port.timeout = 0.3
        with pytest.raises(ValueError):
            rtu.send_message(rtu.read_coils(2, 0, 1), port)
        port.timeout = ANSWER_S
        port.write(bytes.fromhex("01 07 41 E2"))
        with pytest.raises(IllegalFunctionError):
            rtu.parse_response_adu(port.read(5), bytes.fromhex("01 07 41 E2"))
