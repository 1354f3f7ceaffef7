"""Make the container of a bundle: index, manifest, seal."""

from collections.abc import Mapping, Sequence

from lgsp_verify.asice.cades import Sealer, seal
from lgsp_verify.asice.container import write_container
from lgsp_verify.asice.manifest import MANIFEST_FILE, SIGNATURE_FILE, write_manifest
from lgsp_verify.bundle.index import INDEX_FILE, Index, encode_index


def assemble(
    index: Index, files: Mapping[str, bytes], sealer: Sealer, certificates: Sequence[bytes]
) -> bytes:
    """Return the bundle. The same input makes the same bytes, where the sealer's signatures do.

    `certificates`: the seal's, DER, then those that lead to its root.

    Raises:
        ValueError: a name or a size that a container may not have.
    """
    content = {INDEX_FILE: encode_index(index), **{name: files[name] for name in sorted(files)}}
    manifest = write_manifest(content)
    signature = seal(manifest, sealer, certificates, index.made_at)
    # Manifest and seal first: who reads from the front meets what is vouched for before the rest.
    return write_container({MANIFEST_FILE: manifest, SIGNATURE_FILE: signature, **content})
