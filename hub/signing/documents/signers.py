"""From a CMS signature to the facts about it, with its time stamps judged."""

from asn1crypto import cms

from hub.signing.documents.cms import Digest, Malformed, digest_of, signer_facts
from hub.signing.documents.facts import Case, Facts
from hub.signing.documents.timestamps import Stamped, earliest_proof
from hub.signing.verdicts import VerdictReason


def cms_facts(
    data: cms.SignedData,
    signer: cms.SignerInfo,
    digest: Digest,
    case: Case,
    *,
    form: str,
    covers: str,
    reasons: tuple[VerdictReason, ...] = (),
) -> Facts:
    """Return the facts about one signer of a CMS signature. What cannot be read is said, too."""
    try:
        found = signer_facts(data, signer, digest)
    except Malformed as error:
        return Facts(form=form, covers=covers, reasons=(*reasons, error.reason))
    whole = case.with_more(found.brought)
    stamped = earliest_proof(found.tokens, digest_of(found.signature), whole)
    return Facts(
        form=form,
        covers=covers,
        reasons=(*reasons, *found.reasons, *stamped.reasons),
        certificate=found.certificate,
        brought=whole.brought,
        algorithm=found.algorithm,
        claimed_at=found.claimed_at,
        proven_at=stamped.at,
        wanted=stamped.wanted,
    )


def timestamp_facts(token: cms.SignedData, stamped: Stamped, *, form: str, covers: str) -> Facts:
    """Return the facts about a time stamp that stands in a document like a signature."""
    facts = Facts(form=form, covers=covers, reasons=stamped.reasons, wanted=stamped.wanted)
    try:
        content = bytes(token["encap_content_info"]["content"])
        (signer,) = token["signer_infos"]
        found = signer_facts(token, signer, digest_of(content), "tst_info")
    except (Malformed, ValueError, TypeError):
        return facts
    return Facts(
        form=form,
        covers=covers,
        reasons=stamped.reasons,
        certificate=found.certificate,
        algorithm=found.algorithm,
        proven_at=stamped.at,
        wanted=stamped.wanted,
        path_judged=True,
    )
