"""The office's calls about pictures and notices of the waiting page, and the machines' one; a draft is released as every set is.

A picture travels as base64 in JSON, as everything else here does. Source: station-api sheet, "Media".
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from simulator.station.machines import media
from simulator.station.machines.picture_files import MOST_BYTES, size_of
from simulator.station.models import Strict, WallMs, parse_body
from simulator.station.replies import office as replies
from simulator.station.routing import Route
from simulator.station.wire import Answer, Refused

if TYPE_CHECKING:
    from simulator.station.calls import Call
    from simulator.station.core import Station
    from simulator.station.machines.office import OfficeCall

LARGE = {("POST", "/v1/office/media"): 2_800_000}
"""Bytes of a body: a picture as base64 is larger than anything else that is asked."""
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PictureBody(Strict):
    """`png`: base64."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    png: Annotated[str, Field(min_length=4, max_length=(MOST_BYTES + 2) // 3 * 4)]


class ShownBody(Strict):
    """A picture of a set; the captions are empty or in both languages."""

    sha256: Hash
    seconds: Annotated[int, Field(ge=media.SECONDS[0], le=media.SECONDS[1])]
    caption: Annotated[str, Field(max_length=media.LONGEST["caption"])]
    caption_english: Annotated[str, Field(max_length=media.LONGEST["caption_english"])]


class NoticeBody(Strict):
    """`until_ms` 0: no end."""

    text: Annotated[str, Field(min_length=1, max_length=media.LONGEST["text"])]
    english: Annotated[str, Field(min_length=1, max_length=media.LONGEST["english"])]
    from_ms: WallMs
    until_ms: WallMs
    urgency: Literal["urgent", "important", "info"]


class MediaBody(Strict):
    """A whole list each: what is not in it is shown no more. `expires_ms` 0: never."""

    pictures: Annotated[list[ShownBody], Field(max_length=media.MOST_PICTURES)]
    notices: Annotated[list[NoticeBody], Field(max_length=media.MOST_NOTICES)]
    effective_ms: WallMs
    expires_ms: WallMs
    reason: Annotated[str, Field(min_length=1, max_length=200)]


def list_media(station: Station, call: OfficeCall) -> Answer:
    """The set that was released last, whether it holds already or not, and the pictures that are here."""
    sets, pictures = station.machines.sets, station.machines.pictures
    newest = sets.newest(media.NAME)
    body = sets.of(media.NAME, newest).body if newest else {"pictures": [], "notices": []}
    files = [{**each, "used": media.used(sets, each["sha256"], call.now_ms)} for each in pictures.snapshot()]
    return Answer({"version": newest, **body, "files": files})


def bring_picture(station: Station, call: OfficeCall) -> Answer:
    """Decoded, then kept under its hash; brought again, it is the same one. Refuses 409 full, 422 not_a_picture, 503 storage."""
    body = parse_body(PictureBody, call.request.body)
    try:
        content = b64decode(body.png, validate=True)
    except ValueError as error:
        raise Refused(422, "not_a_picture", "png: no base64") from error
    width, height = size_of(content)
    name, known = hashlib.sha256(content).hexdigest(), station.machines.pictures.by_hash
    if name not in known and len(known) >= media.MOST_FILES:
        raise Refused(409, "full", f"{media.MOST_FILES} pictures are here: take one away first")
    try:
        station.files.keep(name, content)
    except OSError as error:
        raise Refused(503, "storage", "the picture cannot be stored") from error
    told = {"sha256": name, "bytes": len(content), "width": width, "height": height}
    step = {"kind": "media_kept", "at_ms": call.now_ms, **told, "name": body.name, "by": call.person.name}
    return Answer(told, [] if name in known else [step], status=201)


def see_picture(station: Station, call: OfficeCall) -> Answer:
    return _picture(station, call.names["sha256"])


def remove_picture(station: Station, call: OfficeCall) -> Answer:
    """Refuses 404 no_such_picture, 409 in_use while a set or a draft names it, 503 storage."""
    found = station.machines.pictures.of(call.names["sha256"])
    if media.used(station.machines.sets, found.sha256, call.now_ms):
        raise Refused(409, "in_use", "a set or a draft names this picture")
    try:
        station.files.remove(found.sha256)
    except OSError as error:
        raise Refused(503, "storage", "the picture cannot be taken away") from error
    step = {"kind": "media_removed", "at_ms": call.now_ms, "sha256": found.sha256, "name": found.name}
    return Answer({"sha256": found.sha256}, [{**step, "by": call.person.name}])


def draft_media(station: Station, call: OfficeCall) -> Answer:
    """Another person must release it."""
    body = parse_body(MediaBody, call.request.body)
    pictures, notices = ([each.model_dump() for each in some] for some in (body.pictures, body.notices))
    composed = media.composed(pictures, notices, station.machines.pictures)
    times = body.effective_ms, body.expires_ms
    step = station.machines.sets.draft_media(composed, times, call.person.name, body.reason, call.now_ms)
    return Answer({"set": media.NAME, "version": step["version"]}, [step], status=201)


def machine_picture(station: Station, call: Call) -> Answer:
    """To any machine that is enrolled: nothing of it is a secret."""
    return _picture(station, call.names["sha256"])


def _picture(station: Station, name: str) -> Answer:
    """Refuses 404 no_such_picture, also for one that is not any more what was brought."""
    station.machines.pictures.of(name)
    content = station.files.read(name)
    if content is None:
        raise Refused(404, "no_such_picture", f"{name} is lost: bring it again")
    return Answer({"sha256": name, "png": b64encode(content).decode()})


ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/office/media", list_media, "Pictures and notices, as released last", reply=replies.MediaReply),
    Route(
        "POST", "/v1/office/media", bring_picture, "Bring a picture", PictureBody,
        ((409, "full"), (422, "not_a_picture")), status=(201,), reply=replies.PictureReply,
    ),
    Route(
        "GET", "/v1/office/media/{sha256}", see_picture, "A picture", errors=((404, "no_such_picture"),),
        reply=replies.ContentReply,
    ),
    Route(
        "POST", "/v1/office/media/{sha256}:remove", remove_picture, "Take a picture away",
        errors=((404, "no_such_picture"), (409, "in_use")), reply=replies.RemovedReply,
    ),
    Route(
        "POST", "/v1/office/media:draft", draft_media, "Draft what the waiting page shows", MediaBody,
        ((404, "no_such_picture"), (422, "out_of_range")), status=(201,), reply=replies.SetReply,
    ),
)  # fmt: skip
