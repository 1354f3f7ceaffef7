"""`META-INF/ASiCManifest.xml`: the hash of every file, and which signature covers it.

EN 319 162-1, clause 4.4.4 and annex A.4. It is written in one form only. A reader needs no XML
parser: it makes the text again from the files and compares, so that nothing in it can be read in
two ways.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Final

MANIFEST_FILE: Final = "META-INF/ASiCManifest.xml"
SIGNATURE_FILE: Final = "META-INF/signature.p7s"
OUTSIDE: Final = frozenset({MANIFEST_FILE, SIGNATURE_FILE})
"""Files that the manifest does not list: itself and its signature."""

_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" '
    'xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n'
    f'  <asic:SigReference URI="{SIGNATURE_FILE}" MimeType="application/pkcs7-signature"/>\n'
)
_TAIL: Final = "</asic:ASiCManifest>\n"
_REFERENCE: Final = (
    '  <asic:DataObjectReference URI="{name}">\n'
    '    <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>\n'
    "    <ds:DigestValue>{digest}</ds:DigestValue>\n"
    "  </asic:DataObjectReference>\n"
)
_LISTED: Final = re.compile(
    re.escape(_REFERENCE)
    .replace(re.escape("{name}"), r'([^"<>&]{1,600})')
    .replace(re.escape("{digest}"), r"([A-Za-z0-9+/]{43}=)")
)


def write_manifest(files: Mapping[str, bytes]) -> bytes:
    """Return the manifest of `files`, in their order."""
    references = (
        _REFERENCE.format(name=name, digest=_digest(content))
        for name, content in files.items()
        if name not in OUTSIDE
    )
    return "".join((_HEAD, *references, _TAIL)).encode()


def differences(manifest: bytes, files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what a manifest says otherwise than the files: their names, or the manifest's own."""
    if manifest == write_manifest(files):
        return
    text = manifest.decode(errors="replace")
    listed = dict(_LISTED.findall(text))
    there = {name: _digest(content) for name, content in files.items() if name not in OUTSIDE}
    wrong = [name for name in (*there, *listed) if listed.get(name) != there.get(name)]
    # Nothing differs by name: then the text around the names does.
    yield from dict.fromkeys(wrong or [MANIFEST_FILE])


def _digest(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode()
