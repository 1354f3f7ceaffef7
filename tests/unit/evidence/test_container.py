"""Container, manifest, seal: one form, every byte accounted for, any bytes read without harm."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lgsp_verify.asice.cades import read_seal, seal
from lgsp_verify.asice.container import ContainerBroken, read_container, write_container
from lgsp_verify.asice.manifest import differences, write_manifest
from lgsp_verify.cms import SignatureBroken

from tests import bundle_rig as rig

FILES = {"META-INF/ASiCManifest.xml": b"<m/>", "index.json": b"{}", "message/body.json": b"[1]"}
WHOLE = write_container(FILES)
AT = datetime(2026, 11, 22, 3, tzinfo=UTC)


def places(data):
    """What is wrong with a container; empty: nothing."""
    try:
        return read_container(data).faults
    except ContainerBroken as error:
        return (error.place,)


def test_a_container_is_read_as_written_by_us_and_by_others():
    assert dict(read_container(WHOLE).files) == FILES
    assert read_container(WHOLE).faults == ()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as other:
        assert other.testzip() is None
        assert other.namelist() == ["mimetype", *FILES]
        assert other.infolist()[0].compress_type == zipfile.ZIP_STORED
    # EN 319 162-1: whoever looks at the first bytes sees what it is.
    assert WHOLE[30:69] == b"mimetypeapplication/vnd.etsi.asic-e+zip"


def test_every_flipped_bit_of_a_container_is_found_and_named():
    for at in range(len(WHOLE)):
        for bit in (0x01, 0x80):
            changed = bytearray(WHOLE)
            changed[at] ^= bit
            assert any(places(bytes(changed))), at


def test_a_flipped_byte_of_a_file_is_named_by_that_file():
    at = WHOLE.index(b"[1]")
    changed = WHOLE[:at] + b"(" + WHOLE[at + 1 :]
    assert places(changed)[0] == "message/body.json"


def _with_twice():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in ("mimetype", "a", "b"):
            made.writestr(name, b"x")
    return out.getvalue().replace(b"b", b"a")


def _zipped(name="a", content=b"x", **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as made:
        made.writestr("mimetype", b"application/vnd.etsi.asic-e+zip")
        made.writestr(name, content)
    return out.getvalue()


def _link():
    out = io.BytesIO()
    info = zipfile.ZipInfo("a")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("mimetype", b"application/vnd.etsi.asic-e+zip")
        made.writestr(info, b"/etc/passwd")
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"GIF89a" + WHOLE, id="data-in-front"),
        pytest.param(WHOLE + b"\0", id="data-behind"),
        pytest.param(WHOLE[:-1], id="cut"),
        pytest.param(WHOLE + WHOLE, id="two"),
        pytest.param(_with_twice(), id="a-name-twice"),
        pytest.param(_zipped("../../etc/passwd"), id="a-path-outside"),
        pytest.param(_zipped("/etc/passwd"), id="a-path-from-the-root"),
        pytest.param(_zipped("a\\b"), id="a-backslash"),
        pytest.param(_zipped(content=bytes(10**7), compression=zipfile.ZIP_DEFLATED), id="a-bomb"),
        pytest.param(_link(), id="a-link"),
        pytest.param(_zipped(), id="another-writers-form"),
    ],
)
def test_what_a_container_may_not_be_is_said(data):
    assert any(places(data))


@given(st.binary(max_size=300))
def test_any_bytes_in_the_place_of_the_directory_end_in_an_answer(tail):
    assert places(WHOLE[:200] + tail) is not None


def test_names_that_a_container_may_not_have_are_not_written():
    for name in ("../a", "/a", "a/../b", ".a", "a b", "ạ", ""):
        with pytest.raises(ValueError, match="name"):
            write_container({name: b""})


def test_the_manifest_names_the_file_that_differs():
    manifest = write_manifest(FILES)
    assert list(differences(manifest, FILES)) == []
    assert list(differences(manifest, FILES | {"index.json": b"[]"})) == ["index.json"]
    assert list(differences(manifest, FILES | {"more": b""})) == ["more"]
    fewer = {name: FILES[name] for name in FILES if name != "index.json"}
    assert list(differences(manifest, fewer)) == ["index.json"]
    assert list(differences(manifest + b" ", FILES)) == ["META-INF/ASiCManifest.xml"]


SIGNED = seal(
    b"manifest",
    rig.ContainerKey(),
    [rig.container_holder().der, *rig.container_holder().chain_der],
    AT,
)


def test_a_seal_names_its_certificate_and_its_time():
    found = read_seal(SIGNED, b"manifest")
    assert found.signed_at == AT
    assert found.certificate == rig.container_holder().der
    assert found.others == rig.container_holder().chain_der


def test_a_seal_over_other_bytes_does_not_fit():
    with pytest.raises(SignatureBroken, match="other bytes"):
        read_seal(SIGNED, b"manifesT")


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_a_changed_seal_never_speaks_for_other_content_and_never_raises_another_error(at, mask):
    changed = bytearray(SIGNED)
    changed[at] ^= mask
    try:
        found = read_seal(bytes(changed), b"manifest")
    except SignatureBroken:
        return
    # What is not signed (the other certificates, versions) may change; these may not.
    assert (found.certificate, found.signed_at) == (rig.container_holder().der, AT)


@given(st.binary(max_size=200))
def test_any_bytes_as_a_seal_are_refused(data):
    with pytest.raises(SignatureBroken):
        read_seal(data, b"manifest")
