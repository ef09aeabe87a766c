"""Frames that no line could make: what a device said, changed inside, under a check that is right again.

One function for each protocol that has a check, by the models of `simulator.device`; it answers None for a piece that is no
frame of it. The frames are built by the drivers' own codecs: whether those are right is tested elsewhere, by hand. For a
model without a driver it is the twin's codec.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import xor

from drivers.ccnet.codec import Frame as CcnetFrame
from drivers.cctalk.codec import Form
from drivers.cctalk.codec import encode as cctalk_frame
from drivers.ebds.codec import Frame as EbdsFrame
from drivers.epp.codec import encode as epp_frame
from drivers.essp.codec import Packet
from drivers.f53.frames import encode as f53_frame
from drivers.id003.codec import Frame as Id003Frame
from drivers.lcdm.frames import bcc
from simulator.devices.zvt.wire import Apdu, framed, length_of

Change = Callable[[bytes], bytes]
"""What is done to the inside of a frame; it may get longer or shorter."""
Seal = Callable[[bytes, Change], bytes | None]
MODBUS_POLYNOMIAL = 0xA001
SAMV_HEAD = bytes.fromhex("AAAAAA9669")


def _ccnet(frame: bytes, change: Change) -> bytes | None:
    if len(frame) < 6 or frame[0] != 0x02:
        return None
    return CcnetFrame(frame[1], change(frame[3:-2])[:250]).encode()


def _id003(frame: bytes, change: Change) -> bytes | None:
    if len(frame) < 5 or frame[0] != 0xFC:
        return None
    inside = change(frame[2:-2])[:250] or b"\0"
    return Id003Frame(inside[0], inside[1:]).encode()


def _ebds(frame: bytes, change: Change) -> bytes | None:
    if len(frame) < 5 or frame[0] != 0x02:
        return None
    inside = bytes(byte & 0x7F for byte in change(frame[3:-2])[:122])
    return EbdsFrame(frame[2], inside).encode()


def _essp(frame: bytes, change: Change) -> bytes | None:
    if len(frame) < 6 or frame[0] != 0x7F:
        return None
    plain = frame[1:].replace(b"\x7f\x7f", b"\x7f")
    return Packet(plain[0] >> 7, change(plain[2:-2])[:255], plain[0] & 0x7F).encode()


def _lcdm(frame: bytes, change: Change) -> bytes | None:
    """Signs of one byte go between the frames; the head of a frame stays, or it would be none."""
    if len(frame) < 7 or frame[0] != 0x01:
        return None
    body = frame[:4] + change(frame[4:-2]) + frame[-2:-1]
    return body + bytes([bcc(body)])


def _f53(frame: bytes, change: Change) -> bytes | None:
    if len(frame) < 9 or frame[:2] != b"\x10\x02":
        return None
    return f53_frame((change(frame[4:-4]) or b"\0")[:512])


def _cctalk(frame: bytes, change: Change) -> bytes | None:
    if len(frame) < 5:
        return None
    framed = cctalk_frame(Form.SIMPLE, frame[0], frame[3], change(frame[4:-1])[:255])
    body = framed[:2] + frame[2:3] + framed[3:-1]  # the sender is the device, not the host
    return body + bytes([-sum(body) & 0xFF])


def _epp(frame: bytes, change: Change) -> bytes | None:
    if len(frame) < 8 or frame[0] != 0x02:
        return None
    return epp_frame((change(frame[4:-3]) or b"\0")[:999])


def _crt310(frame: bytes, change: Change) -> bytes | None:
    """Signs of one byte go between the frames."""
    if len(frame) < 7 or frame[0] != 0x02:
        return None
    inside = (change(frame[3:-2]) or b"\0")[:264]
    body = frame[:1] + len(inside).to_bytes(2, "big") + inside + frame[-2:-1]
    return body + bytes([bcc(body)])


def _modbus(frame: bytes, change: Change) -> bytes | None:
    if len(frame) < 5:
        return None
    body = frame[:2] + change(frame[2:-2])
    return body + _modbus_check(body)


def _modbus_check(body: bytes) -> bytes:
    value = 0xFFFF
    for byte in body:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ MODBUS_POLYNOMIAL if value & 1 else value >> 1
    return value.to_bytes(2, "little")


def _samv(frame: bytes, change: Change) -> bytes | None:
    if len(frame) < 8 or frame[:5] != SAMV_HEAD:
        return None
    inside = change(frame[7:-1])[:4_096]
    body = (len(inside) + 1).to_bytes(2, "big") + inside
    return SAMV_HEAD + body + bytes([reduce(xor, body)])


def _zvt(frame: bytes, change: Change) -> bytes | None:
    """The first message of a piece, framed as on a line or bare; bytes that sign a frame stay before it."""
    signs = len(frame) - len(frame.lstrip(b"\x06\x15"))
    signed, rest = frame[:signs], frame[signs:]
    if rest[:2] != b"\x10\x02":
        sizes = length_of(rest)
        if sizes is None or sum(sizes) > len(rest):
            return None
        made = Apdu((rest[0], rest[1]), change(rest[sizes[0] : sum(sizes)])[:4_000])
        return signed + made.encode() + rest[sum(sizes) :]
    end = rest.find(b"\x10\x03", 2)
    raw = rest[2:end].replace(b"\x10\x10", b"\x10") if end > 0 else b""
    sizes = length_of(raw)
    if sizes is None:
        return None
    made = Apdu((raw[0], raw[1]), change(raw[sizes[0] :])[:4_000])
    return signed + framed(made.encode()) + rest[end + 4 :]


def _bare(line: bytes, change: Change) -> bytes | None:
    """Protocols without a check: whatever comes has one."""
    return change(line) if line else None


SEALS: Mapping[str, Seal] = {
    "ccnet": _ccnet, "b2b": _ccnet, "id003": _id003, "ebds": _ebds, "essp": _essp, "lcdm4000": _lcdm, "lcdm2000": _lcdm,
    "lcdm1000": _lcdm, "f53": _f53, "f56": _f53, "cctalk-hopper": _cctalk, "zt588": _epp, "zt598": _epp, "cabinet": _modbus,
    "crt310": _crt310, "ttpm": _bare, "escpos": _bare, "escpos-usb": _bare, "megatec": _bare, "samv": _samv, "scanner": _bare,
    "zvt": _zvt,
}  # fmt: skip
