"""Verify an export: is every leaf of the period there, in its place, and who vouches for it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from lgsp_verify.export.manifest import (
    MANIFEST,
    MAX_MANIFEST_BYTES,
    Anchored,
    Export,
    ExportBroken,
    Part,
    read_export,
)
from lgsp_verify.export.walk import Walk, read
from lgsp_verify.findings import Check, Finding, Result
from lgsp_verify.log import (
    Anchor,
    LogError,
    LogKey,
    NotProven,
    TreeHead,
    origin,
    parse_checkpoint,
    parse_note,
    verify_anchor,
    verify_note,
)
from lgsp_verify.report import Report
from lgsp_verify.timestamps import read_stamp
from lgsp_verify.trust import Trust, Usage

_FIRST: Final = "before"
_LAST: Final = "after"


@dataclass(frozen=True, slots=True)
class _Proven:
    """An anchor that a trusted key has signed."""

    name: str
    told: Anchored
    anchor: Anchor

    def size(self, hub: str, shard: int) -> int:
        """Return how many leaves a shard had."""
        head = self.head(hub, shard)
        return 0 if head is None else head.size

    def head(self, hub: str, shard: int) -> TreeHead | None:
        """Return how a shard stood; None: it had no leaves."""
        name = origin(hub, shard)
        return next((one for one in self.anchor.heads if one.origin == name), None)


def verify_export(folder: Path, trust: Trust) -> Report:
    """Return what is found about an export. One file of leaves is in memory at a time."""
    data = read(folder / MANIFEST, MAX_MANIFEST_BYTES) or b""
    digest = hashlib.sha256(data).hexdigest()
    try:
        export = read_export(data)
    except ExportBroken as error:
        broken = Result(check=Check.EXPORT, finding=Finding.EXPORT_BROKEN, place=f"{error}")
        return Report(bundle_sha256=digest, results=(broken,))
    results = [Result(check=Check.EXPORT, finding=Finding.EXPORT_READ, place=_period(export))]
    anchors = _anchors(export, trust, results)
    if _LAST in anchors and (export.before is None or _FIRST in anchors):
        results.append(_enclosed(export, anchors))
        results.extend(_leaves(folder, export, anchors))
        for one in anchors.values():
            results.append(_stamped(one, trust))
            results.append(_witnessed(one, export, trust))
    return Report(
        bundle_sha256=digest, results=tuple(results), hub=export.hub, made_at=export.made_at
    )


def _period(export: Export) -> str:
    return f"{export.since.isoformat()} – {export.until.isoformat()}"


def _anchors(export: Export, trust: Trust, results: list[Result]) -> dict[str, _Proven]:
    """Return the anchors that a trusted key has signed, by their names in the manifest."""
    found: dict[str, _Proven] = {}
    for name, told in ((_FIRST, export.before), (_LAST, export.after)):
        if told is None:
            continue
        keys = trust.log_keys(export.hub, export.made_at)
        anchor = _signed(told, keys)
        if anchor is None:
            finding = Finding.CHECKPOINT_BROKEN if keys else Finding.LOG_UNTRUSTED
        else:
            finding, found[name] = Finding.CHECKPOINT_SIGNED, _Proven(name, told, anchor)
        place = name if anchor is None else f"{name}: {anchor.number}, {anchor.at}"
        results.append(Result(check=Check.CHECKPOINT, finding=finding, place=place))
    return found


def _signed(told: Anchored, keys: list[LogKey]) -> Anchor | None:
    for key in keys:
        try:
            return verify_anchor(parse_note(told.anchor.encode()), key.anchor_key())
        except (LogError, UnicodeError):
            continue
    return None


def _enclosed(export: Export, anchors: dict[str, _Proven]) -> Result:
    """Say whether the period lies between the anchors, and the leaves with it."""
    first, last = anchors.get(_FIRST), anchors[_LAST]
    inside = _moment(last) >= export.until and (first is None or _moment(first) <= export.since)
    finding = Finding.PERIOD_ENCLOSED if inside else Finding.PERIOD_OPEN
    return Result(check=Check.PERIOD, finding=finding, place=_period(export))


def _moment(one: _Proven) -> datetime:
    return datetime.fromisoformat(one.anchor.at)


def _leaves(folder: Path, export: Export, anchors: dict[str, _Proven]) -> Iterator[Result]:
    """Say of each shard whether all its leaves are there: none left out, none put in."""
    parts = {part.shard: part for part in export.parts}
    named = {origin(export.hub, shard) for shard in parts}
    for head in anchors[_LAST].anchor.heads:
        if head.origin not in named:
            yield _leaf(Finding.LEAVES_DIFFER, f"{head.origin}: 0 – {head.size}")
    for shard, part in sorted(parts.items()):
        place = f"{origin(export.hub, shard)}: {part.first} – {part.end}"
        fault = _fault(folder, export, part, anchors)
        finding = Finding.LEAVES_COMPLETE if fault is None else Finding.LEAVES_DIFFER
        yield _leaf(finding, place if fault is None else f"{place}, {fault}")


def _leaf(finding: Finding, place: str) -> Result:
    return Result(check=Check.LEAVES, finding=finding, place=place)


def _fault(folder: Path, export: Export, part: Part, anchors: dict[str, _Proven]) -> str | None:
    """Return what is wrong with a shard; None: nothing."""
    first = anchors.get(_FIRST)
    begins = 0 if first is None else first.size(export.hub, part.shard)
    last = anchors[_LAST].head(export.hub, part.shard)
    if (part.first, part.end) != (begins, 0 if last is None else last.size):
        return MANIFEST
    roots = {part.end: last.root} if last is not None else {}
    head = None if first is None else first.head(export.hub, part.shard)
    if head is not None:
        roots[head.size] = head.root
    return Walk(folder, part, roots).fault()


def _stamped(one: _Proven, trust: Trust) -> Result:
    finding, place = _stamp(one, trust)
    return Result(check=Check.TIMESTAMP, finding=finding, place=f"{one.name}{place}")


def _stamp(one: _Proven, trust: Trust) -> tuple[Finding, str]:
    if one.told.stamp is None:
        return Finding.TIMESTAMP_NOT_THERE, ""
    digest = hashlib.sha256(one.anchor.text().encode()).digest()
    try:
        stamp = read_stamp(one.told.stamp)
        if (stamp.algorithm, stamp.imprint) != ("sha256", digest):
            raise NotProven("the time stamp is over other bytes")
    except LogError:
        return Finding.TIMESTAMP_BROKEN, ""
    counting = trust.counting(Usage.TIMESTAMPS, stamp.at)
    roots = [x509.load_der_x509_certificate(authority.certificate) for authority in counting]
    try:
        stamp.verify(digest, roots)
    except LogError:
        return Finding.TIMESTAMP_UNTRUSTED, f": {stamp.at.isoformat()}"
    return Finding.TIMESTAMP_FITS, f": {stamp.at.isoformat()}"


def _witnessed(one: _Proven, export: Export, trust: Trust) -> Result:
    """Say whether a trusted witness has cosigned how each shard stood."""
    keys = [key for key, valid in trust.witnesses if valid.holds(export.made_at)]
    finding = Finding.WITNESSED if keys else Finding.UNWITNESSED
    for part in export.parts:
        head = one.head(export.hub, part.shard)
        if head is None or not keys:
            continue
        try:
            checkpoint = parse_checkpoint(one.told.checkpoints.get(part.shard, "").encode())
            if checkpoint.head != head:
                raise NotProven("the checkpoint is not the anchor's")
            named = {(line.name, line.key_id) for line in checkpoint.note.signatures}
            known = [key for key in keys if (key.name, key.key_id) in named]
            if known:
                verify_note(checkpoint.note, known)
            else:
                finding = Finding.UNWITNESSED
        except (LogError, UnicodeError):
            place = f"{one.name}: {head.origin}"
            return Result(check=Check.WITNESS, finding=Finding.WITNESS_BROKEN, place=place)
    return Result(check=Check.WITNESS, finding=finding, place=one.name)
