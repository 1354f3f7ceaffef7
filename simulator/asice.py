"""ASiC-E containers (ETSI EN 319 162-1) with one signature, to the byte the same."""

import base64
import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Final
from xml.sax.saxutils import quoteattr

from simulator.pdf import Make
from simulator.pki import Holder
from simulator.xml_signatures import XmlStyle, signed_xml

_MIMETYPE: Final = "application/vnd.etsi.asic-e+zip"
_MANIFEST: Final = "META-INF/ASiCManifest.xml"
_SIGNATURE: Final = "META-INF/signature001.p7s"
_XADES: Final = "META-INF/signatures.xml"
_ASIC: Final = "http://uri.etsi.org/02918/v1.2.1#"
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The first time that ZIP knows: the time of packing says nothing."""


def signed_container(files: Mapping[str, bytes], make: Make) -> bytes:
    """Return a container of `files`, all named in the manifest that `make` signs."""
    manifest = _manifest(files)
    return packed(
        {"mimetype": _MIMETYPE.encode(), **files, _MANIFEST: manifest, _SIGNATURE: make(manifest)}
    )


def xades_container(files: Mapping[str, bytes], holder: Holder, style: XmlStyle) -> bytes:
    """Return a container of `files`, all named in the XAdES signature of `holder`."""
    empty = f"<asic:XAdESSignatures xmlns:asic='{_ASIC}'/>".encode()
    signed = signed_xml(empty, holder, replace(style, files=files))
    return packed({"mimetype": _MIMETYPE.encode(), **files, _XADES: signed})


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """Return a ZIP of `files` in this order. Stored, the bytes are the same with every zlib."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _LONG_AGO)
            archive.writestr(info, data, method)
    return buffer.getvalue()


def _manifest(files: Mapping[str, bytes]) -> bytes:
    references = "".join(
        f"<asic:DataObjectReference URI={quoteattr(name)}>"
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{base64.b64encode(sha256(data).digest()).decode()}</ds:DigestValue>"
        "</asic:DataObjectReference>"
        for name, data in files.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<asic:ASiCManifest xmlns:asic="{_ASIC}"'
        ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
        f'<asic:SigReference URI="{_SIGNATURE}" MimeType="application/pkcs7-signature"/>'
        f"{references}</asic:ASiCManifest>"
    ).encode()
