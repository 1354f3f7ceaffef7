"""ASiC-E containers (ETSI EN 319 162-1) with one CAdES signature, to the byte the same."""

import base64
import io
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from typing import Final
from xml.sax.saxutils import quoteattr

from simulator.pdf import Make

_MIMETYPE: Final = "application/vnd.etsi.asic-e+zip"
_MANIFEST: Final = "META-INF/ASiCManifest.xml"
_SIGNATURE: Final = "META-INF/signature001.p7s"
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The first time that ZIP knows: the time of packing says nothing."""


def signed_container(files: Mapping[str, bytes], make: Make) -> bytes:
    """Return a container of `files`, all named in the manifest that `make` signs."""
    manifest = _manifest(files)
    return packed(
        {"mimetype": _MIMETYPE.encode(), **files, _MANIFEST: manifest, _SIGNATURE: make(manifest)}
    )


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP of `files` in this order, the mimetype not compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
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
        '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#"'
        ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
        f'<asic:SigReference URI="{_SIGNATURE}" MimeType="application/pkcs7-signature"/>'
        f"{references}</asic:ASiCManifest>"
    ).encode()
