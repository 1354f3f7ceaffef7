"""The committed documents are what the generator writes, and mutated ones end in a verdict."""

import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.signing.documents.judge import judge
from hub.signing.verdicts import Grade, VerdictReason
from tests.vectors.make_documents import FOLDER, documents, written

INDEX = {one["file"]: one for one in json.loads((FOLDER / "index.json").read_text("utf-8"))}


@cache
def corpus():
    return [(name, data, question) for name, _, data, question in documents()]


def test_the_committed_documents_are_what_the_generator_writes():
    committed = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert committed == written(), "run: make vectors"


@pytest.mark.parametrize(
    ("name", "grade"),
    [
        ("today.pdf", Grade.VALID_LEGACY),
        ("modern.pdf", Grade.VALID),
        ("three.pdf", Grade.VALID_LEGACY),
        ("document-time-stamp.pdf", Grade.VALID_LEGACY),
        ("of-2017.pdf", Grade.VALID_LEGACY),
        ("sha1-held.pdf", Grade.VALID_LEGACY),
        ("copy-protected.pdf", Grade.VALID_LEGACY),
        ("with-password.pdf", Grade.INDETERMINATE),
        ("not-signed.pdf", Grade.INDETERMINATE),
        ("changed.pdf", Grade.INVALID),
        ("page-rewritten.pdf", Grade.INVALID),
        ("revoked.pdf", Grade.INVALID),
        ("seal-of-another.pdf", Grade.INDETERMINATE),
        ("loop-of-fields.pdf", Grade.INDETERMINATE),
        ("loop-of-revisions.pdf", Grade.INDETERMINATE),
        ("deep.pdf", Grade.INDETERMINATE),
        ("xades.xml", Grade.VALID),
        ("xmldsig.xml", Grade.VALID_LEGACY),
        ("wrapped.xml", Grade.INDETERMINATE),
        ("partly.xml", Grade.INDETERMINATE),
        ("container.asice", Grade.VALID),
        ("container-changed.asice", Grade.INDETERMINATE),
        ("container-xades.asice", Grade.VALID),
        ("container-xades-changed.asice", Grade.INDETERMINATE),
        ("detached.p7s", Grade.VALID),
    ],
)
def test_the_generator_does_not_write_down_whatever_the_judge_says(name, grade):
    assert INDEX[name]["expected"]["grade"] == grade


def test_every_document_of_the_corpus_is_expected_here():
    marked = test_the_generator_does_not_write_down_whatever_the_judge_says.pytestmark[0]
    assert {name for name, _ in marked.args[1]} == set(INDEX)


@st.composite
def mutated(draw):
    """A document of the corpus with a few changes: those of a broken program, or an attack."""
    _, data, question = draw(st.sampled_from(corpus()))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        span = draw(st.integers(0, 64))
        put = draw(
            st.binary(max_size=8)
            | st.sampled_from([b"<<", b">>", b"[", b"99999999999", b"-1", b" 0 R", b"\xff", b"</"])
            | st.just(data[at : at + 4 * span])
        )
        data = data[:at] + put + data[at + span :]
    return data, question


@settings(max_examples=150)
@given(mutated())
def test_a_mutated_document_ends_in_a_verdict_and_never_in_a_fault_of_ours(found):
    data, question = found
    verdict = judge(data, question).verdict
    assert VerdictReason.JUDGE_FAILED not in verdict.reasons


@settings(max_examples=100)
@given(
    st.binary(max_size=200).map(b"%PDF-1.7\n".__add__)
    | st.binary(max_size=200).map(b"PK\x03\x04".__add__)
    | st.binary(max_size=200).map(b"\x30\x82\x00\xc0".__add__)
    | st.text(max_size=200).map(lambda text: f"<{text}".encode(errors="replace"))
    | st.binary(max_size=200)
)
def test_any_bytes_end_in_a_verdict_that_is_not_valid(data):
    (_, _, question) = corpus()[0]
    verdict = judge(data, question).verdict
    assert verdict.grade is Grade.INDETERMINATE
    assert VerdictReason.JUDGE_FAILED not in verdict.reasons
