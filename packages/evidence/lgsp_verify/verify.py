"""Verify a bundle: the checks, in the order in which one relies on the other.

1. Container, manifest, seal, index: is this what the hub put together.
2. Checkpoint, decision, events: what stands in the log; from here on only proven leaves count.
3. Message, signature, key, certificates, schema: who sent it.
4. Receipts, tokens: what the recipients say themselves.
5. Absence, claim, time stamp, witness, history: what the log as a whole says, and who vouches.
6. Document: the file that somebody holds.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from lgsp_verify.bundle.index import Index
from lgsp_verify.checks.absence import check_absence
from lgsp_verify.checks.case import Case, Given
from lgsp_verify.checks.claims import check_claim
from lgsp_verify.checks.logged import read_head, read_leaves
from lgsp_verify.checks.message import check_document, check_message, check_signature
from lgsp_verify.checks.opening import check_manifest, check_seal, open_container, open_index
from lgsp_verify.checks.receipts import check_receipts
from lgsp_verify.checks.registered import check_certificates, check_key, check_schema
from lgsp_verify.checks.vouching import check_history, check_stamp, check_witness
from lgsp_verify.findings import Result
from lgsp_verify.report import Report, Step
from lgsp_verify.rules import Chain, RulesBroken, hashes_of, read_chain


def verify_bundle(data: bytes, given: Given) -> Report:
    """Return what is found about `data`. Any bytes end in a report."""
    results: list[Result] = []
    digest = hashlib.sha256(data).hexdigest()
    files = open_container(data, results)
    if files is None:
        return Report(bundle_sha256=digest, results=tuple(results))
    results.extend(check_manifest(files))
    results.extend(check_seal(files, given.trust))
    index = open_index(files, results)
    if index is None:
        return Report(bundle_sha256=digest, results=tuple(results))
    case = _case(index, files, given, results)
    for check in _CHECKS:
        results.extend(check(case))
    return _report(digest, case, results)


def _case(index: Index, files: Mapping[str, bytes], given: Given, results: list[Result]) -> Case:
    head = read_head(index, files, given, results)
    logged = read_leaves(index, files, head, results)
    chain = _chain(files.get(index.rules or ""))
    return Case(index=index, files=files, given=given, head=head, logged=logged, chain=chain)


def _chain(data: bytes | None) -> Chain | None:
    """Return the change sets; None: there are none, or they are no chain."""
    if data is None:
        return None
    try:
        chain = read_chain(data)
        hashes_of(chain)
    except RulesBroken:
        return None
    return chain


_CHECKS: Final = (
    *(check_message, check_signature, check_key, check_certificates, check_schema),
    *(check_receipts, check_absence, check_claim),
    *(check_stamp, check_witness, check_history, check_document),
)


def _report(digest: str, case: Case, results: list[Result]) -> Report:
    index = case.index
    steps = [
        Step(
            leaf=leaf.number,
            event=leaf.event.event,
            at=leaf.event.at,
            recipient=leaf.event.recipient,
            reason=leaf.event.reason,
        )
        for leaf in case.leaves
    ]
    return Report(
        bundle_sha256=digest,
        results=tuple(results),
        hub=index.hub,
        source=index.source,
        id=index.id,
        made_at=index.made_at,
        steps=tuple(steps),
    )
