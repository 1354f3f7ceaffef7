"""Read the trust file and the certificates beside it."""

from pathlib import Path

from hub.signing.trust import MANIFEST, NOBODY, Trust, TrustUnusable, read_trust


def trust_in(directory: Path | None, *, allow_test: bool = False) -> Trust:
    """Return whom the hub trusts; nobody where no directory is given.

    Raises:
        TrustUnusable: there is no such file, or it is not as `hub.signing.trust` says.
    """
    if directory is None:
        return NOBODY
    try:
        manifest = (directory / MANIFEST).read_bytes()
    except OSError as error:
        raise TrustUnusable(f"{MANIFEST} cannot be read ({type(error).__name__})") from error
    return read_trust(manifest, lambda name: (directory / name).read_bytes(), allow_test=allow_test)
