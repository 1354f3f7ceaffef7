"""What the document says about the transparency log."""

from typing import Final

from hub.api.openapi_messages import ID, SOURCE
from hub.api.openapi_parts import Json, answer, operation, path, query, raw

_HASH: Final = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
_CHECKPOINT: Final = f"lgsp-mau/log/7\n1\n{_HASH}\n\n— lgsp-mau/log/7 AAAAAA…\n"
_SHARD: Final = path("shard", "Number of the audit partition.", "^[0-9]{1,3}$", "7") | {
    "schema": {"type": "integer", "minimum": 0, "maximum": 255}
}
_TILE: Final = path("tile", "Level and number, as C2SP tlog-tiles says.", "^.+$", "0/x001/234.p/5")
_SIZE: Final[Json] = {"type": "integer", "minimum": 1, "maximum": 2**53}
_INDEX: Final[Json] = {"type": "integer", "minimum": 0, "maximum": 2**53}
_NUMBER: Final = path("number", "Of the anchor.", "^[0-9]+$", "0") | {"schema": _INDEX}
_ANCHOR: Final[Json] = {
    "number": 0,
    "at": "2026-11-28T03:04:05+00:00",
    "cosigned": 1,
    "stamped_at": "2026-11-28T03:04:06+00:00",
    "stamp_until": "2028-11-28T03:04:06+00:00",
    "sizes": {"7": 1},
}
_TEXT: Final = "text/plain"
_STAGE: Final[Json] = {
    "type": "string",
    "enum": ["admitted", "delivered", "acknowledged", "processed", "rejected"],
}
_SYSTEM: Final[Json] = {"type": "string", "pattern": "^[a-z0-9-]{3,63}$"}
_MOMENT: Final[Json] = {"type": "string", "format": "date-time"}
_THEN: Final = "2026-11-29T10:00:00+07:00"

LOG: Final[dict[str, Json]] = {
    "/v1/log": {
        "get": operation(
            "The shards of the transparency log, and the keys of their checkpoints",
            [
                (
                    200,
                    answer(
                        "All shards.",
                        {
                            "hub": "lgsp-mau",
                            "key": "lgsp-mau/log+00000000+AQ…",
                            "shards": [
                                {
                                    "shard": 0,
                                    "origin": "lgsp-mau/log/0",
                                    "key": "lgsp-mau/log/0+00000000+AQ…",
                                    "size": 1,
                                }
                            ],
                        },
                    ),
                )
            ],
            (503,),
            tag="log",
            public=True,
        )
    },
    "/v1/log/{shard}/checkpoint": {
        "get": operation(
            "A shard's newest checkpoint: C2SP tlog-checkpoint",
            [(200, raw("The signed note.", _TEXT, _CHECKPOINT))],
            (404, 422, 503),
            tag="log",
            parameters=[_SHARD],
            public=True,
        )
    },
    "/v1/log/{shard}/tile/{tile}": {
        "get": operation(
            "A tile of hashes: C2SP tlog-tiles",
            [(200, raw("32 bytes for each hash.", "application/octet-stream", "…"))],
            (404, 422, 503),
            tag="log",
            parameters=[_SHARD, _TILE],
            public=True,
        )
    },
    "/v1/log/{shard}/proof": {
        "get": operation(
            "That a leaf is in the log: C2SP tlog-proof",
            [
                (
                    200,
                    raw("The proof.", _TEXT, f"c2sp.org/tlog-proof@v1\nindex 0\n\n{_CHECKPOINT}"),
                )
            ],
            (404, 422, 503),
            tag="log",
            parameters=[_SHARD, query("index", "Of the leaf.", _INDEX, 0) | {"required": True}],
            public=True,
        )
    },
    "/v1/log/{shard}/consistency": {
        "get": operation(
            "That a larger tree continues a smaller one: RFC 9162, section 2.1.4",
            [(200, answer("The proof.", {"old": 1, "new": 2, "proof": [_HASH]}))],
            (404, 422, 503),
            tag="log",
            parameters=[
                _SHARD,
                query("old", "Leaves of the smaller tree.", _SIZE, 1) | {"required": True},
                query("new", "Leaves of the larger tree.", _SIZE, 2) | {"required": True},
            ],
            public=True,
        )
    },
    "/v1/log/anchors": {
        "get": operation(
            "The anchors: how all shards stood, once a minute; the newest first",
            [(200, answer("Some of them.", {"anchors": [_ANCHOR]}))],
            (422, 503),
            tag="log",
            parameters=[
                query("before", "Only those before this number.", _INDEX, 1),
                query("limit", "At most.", {"type": "integer", "minimum": 1, "maximum": 500}, 20),
            ],
            public=True,
        )
    },
    "/v1/log/anchors/{number}": {
        "get": operation(
            "An anchor with its checkpoints, cosignatures and time stamps",
            [
                (
                    200,
                    answer(
                        "Stamps are RFC 3161 tokens in DER, base64. A renewal is a newer one over "
                        "many anchors, with the proof that this one is among them.",
                        _ANCHOR
                        | {
                            "anchor": "lgsp-anchor/v1\n…",
                            "checkpoints": {"7": _CHECKPOINT},
                            "stamp": "MII…",
                            "renewals": [],
                        },
                    ),
                )
            ],
            (404, 422, 503),
            tag="log",
            parameters=[_NUMBER],
            public=True,
        )
    },
    "/v1/messages/{source}/{id}/proof": {
        "get": operation(
            "The proof of each event of a message, and the hub's word that there was no other",
            [
                (
                    200,
                    answer(
                        "Everything until the checkpoint. `entry` and `value` are null where the "
                        "event names other recipients, and the caller is not the sender.",
                        {
                            "source": "mot-cua-mau",
                            "id": "m-1",
                            "shard": 7,
                            "checkpoint": _CHECKPOINT,
                            "anchor": None,
                            "leaves": [
                                {
                                    "index": 0,
                                    "hash": _HASH,
                                    "proof": [],
                                    "entry": "bGdzcC1hdWRpdC92MSAwIDAKe30=",
                                    "value": "e30=",
                                }
                            ],
                            "statement": "lgsp-statement/v1\n…",
                        },
                    ),
                )
            ],
            (401, 404, 422, 503),
            tag="log",
            parameters=[
                SOURCE,
                ID,
                query("anchored", "Until the newest anchor.", {"type": "boolean"}, example=True),
            ],
        )
    },
    "/v1/messages/{source}/{id}/evidence": {
        "get": operation(
            "The evidence about a message that one sent or received: an ASiC-E container",
            [(200, raw("The bundle.", "application/vnd.etsi.asic-e+zip", "PK…"))],
            (401, 404, 422, 429, 503),
            tag="log",
            parameters=[
                SOURCE,
                ID,
                query("stage", "What it shall prove.", _STAGE, "delivered"),
                query("recipient", "Of every stage but `admitted`.", _SYSTEM, "ubnd-xa-mau"),
                query("not_by", "That the stage was not reached by then.", _MOMENT, _THEN),
                query("since", "Size of a checkpoint that one has kept.", _SIZE, 1),
            ],
        )
    },
}
