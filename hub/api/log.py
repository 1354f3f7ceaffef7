"""`/v1/log`: the transparency log for everybody, and the proof of one's own messages.

Checkpoints, hashes and proofs hold no message and no name: nobody is asked who he is. Entries name
others' messages: who may look at all messages reads them below `/ops/log`.
"""

import base64
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path, Query, Request
from lgsp_verify.log import Malformed, parse_path
from starlette.responses import Response

from hub.api.callers import Calling
from hub.api.deps import deps_of
from hub.api.knowledge import known
from hub.api.problems import Code, Problem, busy
from hub.api.status import Id, Source, speaks_for
from hub.decision.events import AuditEvent
from hub.io.anchor_files import Renewal
from hub.io.anchor_reading import StoredAnchor
from hub.io.kafka.codec import decode_event
from hub.io.log_desk import LogDesk
from hub.io.log_head import Head
from hub.io.message_proofs import MessageProof, ProvenLeaf
from hub.io.sql.log_anchors import AnchorRow

MAX_SHARD: Final = 255
"""`hub init` makes at most 256 partitions."""
MAX_SIZE: Final = 2**53
"""Every JSON reader knows numbers up to this one."""
BRIEFLY: Final = {"cache-control": "public, max-age=1"}
FOR_EVER: Final = {"cache-control": "public, max-age=31536000, immutable"}
"""A tile, also a partial one, is never another one."""

router = APIRouter(tags=["log"])

Number = Annotated[int, Path(ge=0, le=MAX_SIZE)]
Before = Annotated[int, Query(ge=0, le=MAX_SIZE)]
Limit = Annotated[int, Query(ge=1, le=500)]
Shard = Annotated[int, Path(ge=0, le=MAX_SHARD)]
Size = Annotated[int, Query(ge=1, le=MAX_SIZE)]
Index = Annotated[int, Query(ge=0, le=MAX_SIZE)]


def desk_of(request: Request) -> LogDesk:
    """Return the log of the app that serves this request.

    Raises:
        Problem: 404: this one serves none.
    """
    desk = deps_of(request).log
    if desk is None:
        raise Problem(404, Code.NOT_FOUND)
    return desk


@router.get("/v1/log")
async def get_log(request: Request) -> Response:
    """Return the shards of the log and the keys that their checkpoints are signed with."""
    reading = desk_of(request).reading
    shards = [
        {
            "shard": shard,
            "origin": (key := reading.key.checkpoint_key(shard)).name,
            "key": str(key),
            "size": 0 if (head := await reading.head(shard)) is None else head.size,
        }
        for shard in range(reading.shards)
    ]
    document = {"hub": reading.key.hub, "key": str(reading.key.anchor_key()), "shards": shards}
    return Response(orjson.dumps(document), media_type="application/json", headers=BRIEFLY)


@router.get("/v1/log/{shard}/checkpoint")
async def get_checkpoint(request: Request, shard: Shard) -> Response:
    """Return a shard's newest checkpoint (C2SP tlog-checkpoint)."""
    return checkpoint(await _head(request, shard))


@router.get("/v1/log/{shard}/tile/{tile:path}")
async def get_tile(request: Request, shard: Shard, tile: str) -> Response:
    """Return a tile of hashes (C2SP tlog-tiles)."""
    if tile.startswith("entries/"):
        raise Problem(404, Code.NOT_FOUND, "entries name others' messages: see /ops/log")
    return await tile_of(request, shard, f"tile/{tile}")


@router.get("/v1/log/{shard}/proof")
async def get_inclusion(request: Request, shard: Shard, index: Index) -> Response:
    """Return the proof that a leaf is in the log (C2SP tlog-proof)."""
    head = await _head(request, shard)
    if index >= head.size:
        raise Problem(404, Code.NOT_FOUND, "the log has no such leaf yet")
    proof = await desk_of(request).reading.inclusion(shard, head, index)
    return text(str(proof).encode(), BRIEFLY)


@router.get("/v1/log/{shard}/consistency")
async def get_consistency(request: Request, shard: Shard, old: Size, new: Size) -> Response:
    """Return the proof that the tree of `new` leaves continues the one of `old` (RFC 9162)."""
    if old > new:
        raise Problem(422, Code.INVALID_REQUEST, "a log grows: `old` is at most `new`")
    path = await desk_of(request).reading.consistency(shard, old, new)
    if path is None:
        raise Problem(404, Code.NOT_FOUND, "the log is not as large yet")
    document = {"old": old, "new": new, "proof": [_b64(step) for step in path]}
    return Response(orjson.dumps(document), media_type="application/json", headers=FOR_EVER)


@router.get("/v1/log/anchors")
async def get_anchors(request: Request, before: Before = MAX_SIZE, limit: Limit = 20) -> Response:
    """Return which anchors there are, the newest first, and what vouches for each."""
    rows = await desk_of(request).anchors.rows(before, limit)
    document = {"anchors": [_row(row) for row in rows]}
    return Response(orjson.dumps(document), media_type="application/json", headers=BRIEFLY)


@router.get("/v1/log/anchors/{number}")
async def get_anchor(request: Request, number: Number) -> Response:
    """Return an anchor: how all shards stood, with cosignatures and time stamps."""
    found = await desk_of(request).anchors.get(number)
    if found is None:
        raise Problem(404, Code.NOT_FOUND)
    return Response(orjson.dumps(_anchor(found)), media_type="application/json", headers=BRIEFLY)


@router.get("/v1/messages/{source}/{id}/proof")
async def get_proof(
    request: Request,
    caller: Calling,
    source: Source,
    id: Id,
    anchored: Annotated[bool, Query()] = False,  # noqa: FBT002  (a parameter of the URL)
) -> Response:
    """Return what proves each event of a message, and that there was no other until then."""
    deps, desk = deps_of(request), desk_of(request)
    history = await known(deps, source, id)
    sender = speaks_for(deps, caller.system, source)
    if history is None or not (sender or caller.system in history.recipients):
        # The same answer for both: what others send is nobody's business, nor whether they do.
        raise Problem(404, Code.NOT_FOUND)
    found = await desk.proofs.prove(source, id, anchored=anchored)
    if found is None:
        raise busy(503, Code.UNAVAILABLE, "not recorded yet: ask again")
    document = proof_document(source, id, found, None if sender else caller.system)
    return Response(orjson.dumps(document), media_type="application/json")


def proof_document(
    source: str, id: str, found: MessageProof, only_for: str | None = None
) -> dict[str, Any]:
    """Return a proof as JSON; `only_for` a recipient, without the events that name others.

    Of those it has the hash: enough to check that the statement is about all of them.
    """
    return {
        "source": source,
        "id": id,
        "shard": found.shard,
        "checkpoint": str(found.checkpoint.note),
        "anchor": found.anchor,
        "leaves": [_leaf(leaf, only_for) for leaf in found.leaves],
        "statement": str(found.statement),
    }


def _row(row: AnchorRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "at": row.at.isoformat(),
        "cosigned": row.cosigned,
        "stamped_at": None if row.stamped_at is None else row.stamped_at.isoformat(),
        "stamp_until": None if row.stamp_until is None else row.stamp_until.isoformat(),
        "sizes": {str(shard): size for shard, size in row.sizes.items()},
    }


def _anchor(found: StoredAnchor) -> dict[str, Any]:
    number = found.row.number
    return _row(found.row) | {
        "anchor": str(found.file.note),
        "checkpoints": {str(s): str(one.note) for s, one in found.file.checkpoints.items()},
        "stamp": None if found.stamp is None else _b64(found.stamp),
        "renewals": [_renewal(one, number) for one in found.renewals],
    }


def _renewal(one: Renewal, anchor: int) -> dict[str, Any]:
    index, path = one.proof(anchor)
    return {
        "text": one.text(),
        "stamp": _b64(one.token),
        "index": index,
        "proof": [_b64(step) for step in path],
    }


def checkpoint(head: Head) -> Response:
    """Return a checkpoint as C2SP serves it."""
    return text(head.checkpoint.note.encode(), BRIEFLY)


async def tile_of(request: Request, shard: int, path: str) -> Response:
    """Return a tile or a bundle by its path.

    Raises:
        Problem: 404: the path names none, or the log is not as large.
    """
    try:
        tile = parse_path(path)
    except Malformed:
        raise Problem(404, Code.NOT_FOUND) from None
    data = await desk_of(request).reading.tile(shard, tile)
    if data is None:
        raise Problem(404, Code.NOT_FOUND)
    return Response(data, media_type="application/octet-stream", headers=FOR_EVER)


def text(data: bytes, headers: dict[str, str]) -> Response:
    """Return a note or a proof."""
    return Response(data, media_type="text/plain; charset=utf-8", headers=headers)


async def _head(request: Request, shard: int) -> Head:
    head = await desk_of(request).reading.head(shard)
    if head is None:
        raise Problem(404, Code.NOT_FOUND, "the log of this shard has no leaves yet")
    return head


def _leaf(leaf: ProvenLeaf, only_for: str | None) -> dict[str, Any]:
    shown = only_for is None or not _names_others(decode_event(leaf.value), only_for)
    return {
        "index": leaf.proof.index,
        "hash": _b64(leaf.hash),
        "proof": [_b64(step) for step in leaf.proof.path],
        "entry": _b64(leaf.entry) if shown else None,
        "value": _b64(leaf.value) if shown else None,
    }


def _names_others(event: AuditEvent, system: str) -> bool:
    told = event.detail.get("recipients", ())
    alone = () if event.recipient is None else (event.recipient,)
    return not {*alone, *(told if isinstance(told, list) else ())} <= {system}


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
