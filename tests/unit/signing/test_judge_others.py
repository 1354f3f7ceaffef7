"""XML, CAdES and ASiC-E: what holds, and what attacks get."""

import base64
import io
import zipfile
from dataclasses import replace

import pytest

from hub.signing.verdicts import Grade, SenderMatch, VerdictReason
from simulator.asice import packed, signed_container, xades_container
from simulator.xml_signatures import XmlStyle, signed_xml
from tests.signed_documents import AT, Setting

R = VerdictReason
NOW = Setting()
PLAIN = (
    '<hs:HoSo xmlns:hs="urn:mau"><hs:NoiDung Id="nd">Dữ liệu mẫu</hs:NoiDung></hs:HoSo>'.encode()
)
XADES = XmlStyle(at=AT, stamp=NOW.stamp())


def only(verdict):
    (signature,) = verdict.signatures
    return signature


def reasons(document, **more):
    return set(only(NOW.verdict(document, **more)).reasons)


def test_xades_with_a_time_stamp_is_valid():
    verdict = NOW.verdict(signed_xml(PLAIN, NOW.ec_seal, XADES))
    assert (verdict.grade, only(verdict).reasons) == (Grade.VALID, ())
    one = only(verdict)
    assert (one.form, one.covers, one.claimed_at, one.proven_at) == (
        "XAdES",
        "whole document",
        AT,
        AT,
    )
    assert verdict.sender is SenderMatch.SAME


def test_plain_xmldsig_with_rsa_is_valid_legacy():
    found = reasons(signed_xml(PLAIN, NOW.seal, XmlStyle()))
    assert found == {R.LEGACY_PADDING, R.LEGACY_FORMAT, R.NO_TIMESTAMP}


def test_two_signatures_in_one_document_are_both_judged():
    once = signed_xml(PLAIN, NOW.person, XmlStyle(at=AT, reference="#nd", name="mot"))
    verdict = NOW.verdict(signed_xml(once, NOW.ec_seal, XmlStyle(at=AT, name="hai")))
    assert [one.covers for one in verdict.signatures] == ["1 parts", "whole document"]
    assert verdict.grade is Grade.VALID_LEGACY


def test_changed_xml_is_invalid():
    signed = signed_xml(PLAIN, NOW.ec_seal, XADES)
    assert R.CONTENT_CHANGED in reasons(signed.replace("mẫu".encode(), "khác".encode()))
    other = replace(NOW.ec_seal, key=NOW.person.key)
    assert R.SIGNATURE_WRONG in reasons(signed_xml(PLAIN, other, XADES))


def test_a_certificate_that_the_signature_does_not_name_is_invalid():
    """Somebody puts another certificate of the same key in its place."""
    same_key = NOW.pki.agency("Khác", key=NOW.ec_seal.key)
    signed = signed_xml(PLAIN, NOW.ec_seal, XADES)
    old, new = (base64.b64encode(one.der) for one in (NOW.ec_seal, same_key))
    assert R.CERTIFICATE_MISMATCH in reasons(signed.replace(old, new))


def test_what_stands_beside_the_signed_part_is_told():
    part = signed_xml(PLAIN, NOW.ec_seal, XmlStyle(at=AT, reference="#nd"))
    assert NOW.verdict(part).reasons == ()
    more = part.replace(b"<ds:Signature ", b"<them>1</them><ds:Signature ", 1)
    assert NOW.verdict(more).reasons == (R.PARTLY_SIGNED,)


def test_a_name_that_two_elements_have_proves_nothing():
    """Signature wrapping: the reader takes the wrong one."""
    part = signed_xml(PLAIN, NOW.ec_seal, XmlStyle(at=AT, reference="#nd"))
    wrapped = part.replace(b"<ds:Signature ", b'<them ID="nd">1</them><ds:Signature ', 1)
    assert reasons(wrapped) == {R.MALFORMED_SIGNATURE}


@pytest.mark.parametrize(
    "hostile",
    [
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
        b"<a>" * 5_000,
        b"<a",
    ],
)
def test_hostile_xml_is_not_read(hostile):
    assert NOW.verdict(hostile).reasons == (R.MALFORMED_DOCUMENT,)


def test_a_reference_to_the_outside_or_a_program_is_not_followed():
    signed = signed_xml(PLAIN, NOW.ec_seal, XmlStyle(at=AT, reference="#nd"))
    for old, new in (
        (b'URI="#nd"', b'URI="file:///etc/hostname"'),
        (
            b'http://www.w3.org/2006/12/xml-c14n11"/></ds:Transforms>',
            b'http://www.w3.org/TR/1999/REC-xslt-19991116"/></ds:Transforms>',
        ),
    ):
        assert old in signed
        assert reasons(signed.replace(old, new)) == {R.UNSUPPORTED_SIGNATURE}


def test_a_detached_signature_is_judged_with_its_content():
    made = NOW.cms(NOW.ec_seal, cades=True, stamp=NOW.stamp())(b"content")
    assert NOW.verdict(made, content=b"content").grade is Grade.VALID
    assert R.CONTENT_CHANGED in reasons(made, content=b"other")
    assert NOW.verdict(made).reasons == (R.CONTENT_MISSING,)
    assert NOW.verdict(made[:-20], content=b"content").grade is not Grade.VALID


FILES = {"van-ban.txt": b"Du lieu mau", "phu-luc.txt": b"Phu luc mau"}


def container(files=None, **changes):
    made = signed_container(files or FILES, NOW.modern())
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    return packed({**held, **changes}, zipfile.ZIP_DEFLATED)


def test_a_container_is_valid_and_covers_its_files():
    verdict = NOW.verdict(container())
    assert (verdict.grade, only(verdict).covers) == (Grade.VALID, "2 files")


def test_a_changed_or_added_file_in_a_container_is_found():
    assert R.CONTENT_CHANGED in reasons(container(**{"phu-luc.txt": b"khac"}))
    added = NOW.verdict(container(**{"them.txt": b"1"}))
    assert (added.reasons, added.grade) == ((R.PARTLY_SIGNED,), Grade.INDETERMINATE)


def test_another_kind_of_signature_in_a_container_is_told():
    verdict = NOW.verdict(container(**{"META-INF/signatures.xml": b"<a/>"}))
    assert verdict.signatures[-1].reasons == (R.UNSUPPORTED_SIGNATURE,)


def by_xades(changes=None, sign=None, **style):
    made = xades_container(sign or FILES, NOW.ec_seal, replace(XADES, **style))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    return packed({**held, **(changes or {})})


def test_a_container_signed_by_xades_is_valid_and_covers_the_files_that_it_names():
    verdict = NOW.verdict(by_xades())
    assert (verdict.grade, only(verdict).covers) == (Grade.VALID, "2 files")
    assert only(verdict).form == "ASiC-E XAdES"
    assert R.CONTENT_CHANGED in reasons(by_xades({"phu-luc.txt": b"khac"}))
    added = NOW.verdict(by_xades({"them.txt": b"1"}))
    assert (added.reasons, added.grade) == ((R.PARTLY_SIGNED,), Grade.INDETERMINATE)
    assert NOW.verdict(by_xades(sign={"văn bản.txt": b"Mau"})).grade is Grade.VALID


def test_a_xades_container_follows_nothing_to_the_outside_and_misses_no_file():
    made = by_xades()
    for uri in (b"file:///etc/hosts", b"//pki.mau.example/"):
        with zipfile.ZipFile(io.BytesIO(made)) as archive:
            signature = archive.read("META-INF/signatures.xml")
        changed = signature.replace(b'URI="van-ban.txt"', b'URI="%b"' % uri)
        assert changed != signature
        found = reasons(by_xades({"META-INF/signatures.xml": changed}))
        assert found == {R.UNSUPPORTED_SIGNATURE}, uri
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if name != "phu-luc.txt"}
    assert R.CONTENT_CHANGED in reasons(packed(held))


def test_a_signed_file_that_looks_like_properties_is_only_a_file():
    at = f"{AT.replace(year=2001):%FT%TZ}"
    space = "http://uri.etsi.org/01903/v1.3.2#"
    told = f"<x:SigningTime>{at}</x:SigningTime>"
    forged = f"<x:SignedProperties xmlns:x='{space}'>{told}</x:SignedProperties>"
    verdict = NOW.verdict(by_xades(sign={"a.xml": forged.encode()}))
    assert (verdict.grade, only(verdict).claimed_at) == (Grade.VALID, AT)


def test_hostile_containers_are_bounded_and_told():
    assert NOW.verdict(container(**{"bom.txt": bytes(40_000_000)})).reasons == (R.TOO_COMPLEX,)
    assert NOW.verdict(packed({"a.docx": b"1"})).reasons == (R.UNSUPPORTED_FORMAT,)
    assert NOW.verdict(container(**{"../ra.txt": b"1"})).reasons == (R.MALFORMED_DOCUMENT,)
    assert NOW.verdict(container()[:-30]).reasons == (R.MALFORMED_DOCUMENT,)
