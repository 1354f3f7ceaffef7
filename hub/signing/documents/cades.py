"""CAdES (ETSI EN 319 122-1): a CMS signature in a file of its own, its content beside or inside."""

from asn1crypto import cms, core

from hub.signing.documents.cms import PARSE_ERRORS, Malformed, digest_of, load_signed_data
from hub.signing.documents.facts import Case, Facts, Outcome, numbered
from hub.signing.documents.question import Question
from hub.signing.documents.signers import cms_facts
from hub.signing.verdicts import VerdictReason

FORM = "CAdES"


def judge_cades(document: bytes, question: Question) -> Outcome:
    """Judge all signers of a CMS signature over `question.content`, or over what it holds."""
    try:
        data = load_signed_data(document)
        content = _content(data, question)
    except Malformed:
        return Outcome(reasons=(VerdictReason.MALFORMED_DOCUMENT,))
    if content is None:
        return Outcome(reasons=(VerdictReason.CONTENT_MISSING,))
    return Outcome(signed=tuple(numbered(signers_over(data, content, question), question)))


def signers_over(data: cms.SignedData, content: bytes, question: Question) -> list[Facts]:
    """Return the facts about each signer over this content."""
    return [
        cms_facts(
            data,
            signer,
            digest_of(content),
            Case(question=question),
            form=FORM,
            covers="whole document",
        )
        for signer in data["signer_infos"]
    ]


def _content(data: cms.SignedData, question: Question) -> bytes | None:
    """Return what is signed. Given beside and held inside at once: the bytes must be the same."""
    try:
        held = data["encap_content_info"]["content"]
        inside = None if isinstance(held, core.Void) else bytes(held)
    except PARSE_ERRORS as error:
        raise Malformed from error
    if inside is not None and question.content not in {None, inside}:
        raise Malformed
    return question.content if inside is None else inside
