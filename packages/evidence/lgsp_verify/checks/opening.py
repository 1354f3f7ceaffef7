"""Container, manifest, seal, index: is this what the hub put together."""

from collections.abc import Iterator, Mapping

from lgsp_verify.asice.cades import read_seal
from lgsp_verify.asice.container import ContainerBroken, read_container
from lgsp_verify.asice.manifest import MANIFEST_FILE, OUTSIDE, SIGNATURE_FILE, differences
from lgsp_verify.bundle.index import INDEX_FILE, Index, IndexBroken, files_of, read_index
from lgsp_verify.cms import SignatureBroken
from lgsp_verify.findings import Check, Finding, Result
from lgsp_verify.paths import PathState, check_path
from lgsp_verify.trust import Trust, Usage


def open_container(data: bytes, results: list[Result]) -> Mapping[str, bytes] | None:
    """Return the files; None: there are none to look at."""
    try:
        container = read_container(data)
    except ContainerBroken as error:
        results.append(_container(Finding.CONTAINER_BROKEN, error.place))
        return None
    changed = [_container(Finding.CONTAINER_CHANGED, place) for place in container.faults]
    results.extend(changed or [_container(Finding.CONTAINER_WHOLE, "")])
    return container.files


def _container(finding: Finding, place: str) -> Result:
    return Result(check=Check.CONTAINER, finding=finding, place=place)


def check_manifest(files: Mapping[str, bytes]) -> Iterator[Result]:
    """Say whether every file is as the manifest says."""
    manifest = files.get(MANIFEST_FILE)
    if manifest is None:
        yield Result(check=Check.MANIFEST, finding=Finding.MANIFEST_MISSING, place=MANIFEST_FILE)
        return
    wrong = list(differences(manifest, files))
    for place in wrong:
        yield Result(check=Check.MANIFEST, finding=Finding.MANIFEST_DIFFERS, place=place)
    if not wrong:
        yield Result(check=Check.MANIFEST, finding=Finding.MANIFEST_FITS)


def check_seal(files: Mapping[str, bytes], trust: Trust) -> Iterator[Result]:
    """Say whether a hub that is trusted sealed the manifest."""
    manifest, signature = files.get(MANIFEST_FILE, b""), files.get(SIGNATURE_FILE, b"")
    try:
        seal = read_seal(signature, manifest)
    except SignatureBroken:
        yield Result(check=Check.SEAL, finding=Finding.SEAL_BROKEN, place=SIGNATURE_FILE)
        return
    trusted = trust.counting(Usage.CONTAINERS, seal.signed_at)
    state = check_path(seal.certificate, seal.others, trusted, seal.signed_at)
    good = state in {PathState.VALID, PathState.REVOCATION_UNKNOWN}
    finding = Finding.SEAL_TRUSTED if good else Finding.SEAL_UNTRUSTED
    yield Result(check=Check.SEAL, finding=finding, place=seal.signed_at.isoformat())


def open_index(files: Mapping[str, bytes], results: list[Result]) -> Index | None:
    """Return the index; None: it cannot be read."""
    try:
        index = read_index(files.get(INDEX_FILE, b""))
    except IndexBroken:
        results.append(Result(check=Check.INDEX, finding=Finding.INDEX_BROKEN, place=INDEX_FILE))
        return None
    there, named = files.keys() - OUTSIDE - {INDEX_FILE}, files_of(index)
    odd = [(Finding.FILE_MISSING, name) for name in sorted(named - there)]
    odd += [(Finding.FILE_UNNAMED, name) for name in sorted(there - named)]
    results.extend(Result(check=Check.INDEX, finding=finding, place=name) for finding, name in odd)
    if not odd:
        results.append(Result(check=Check.INDEX, finding=Finding.INDEX_READ))
    return index
