"""Foreign errors stop here. Details name the step: a file's name may hold a person's."""

import errno
import hashlib
from typing import Final

import asyncssh
from lgsp_adapter import AdapterError, Backpressure, Fatal, Reject, Retryable

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM})
OPERATOR: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ELOOP, errno.ENOTDIR})
NAME: Final = frozenset({errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.EFBIG})

_SFTP_FULL = (asyncssh.SFTPNoSpaceOnFilesystem, asyncssh.SFTPQuotaExceeded)
_SFTP_OPERATOR = (asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect)
_SFTP_NAME = (asyncssh.SFTPInvalidFilename,)
_SSH_OPERATOR = (
    asyncssh.PermissionDenied,
    asyncssh.HostKeyNotVerifiable,
    asyncssh.KeyExchangeFailed,
    asyncssh.ProtocolNotSupported,
    asyncssh.KeyImportError,
)


def tag(name: str) -> str:
    """Return what stands for a file's name in details and positions."""
    return hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:16]


def from_os(error: OSError, step: str, busy: float) -> AdapterError:
    """Return the contract's error for the operating system's; `busy` in seconds."""
    code = errno.errorcode.get(error.errno or 0)
    if error.errno in FULL:
        return Backpressure(f"{step}: no space or handle is left", after=busy, peer_code=code)
    if error.errno in OPERATOR:
        return Fatal(f"{step}: the operator must look at the rights", peer_code=code)
    if error.errno in NAME:
        return Reject("refused_by_folder", step, peer_code=code)
    return Retryable(step, peer_code=code)


def from_ssh(error: asyncssh.Error, step: str, busy: float) -> AdapterError:
    """Return the contract's error for SSH's or SFTP's; `busy` in seconds."""
    code = str(error.code)
    if isinstance(error, (*_SFTP_FULL, asyncssh.ChannelOpenError)):
        return Backpressure(f"{step}: no space or channel is left", after=busy, peer_code=code)
    if isinstance(error, (*_SFTP_OPERATOR, *_SSH_OPERATOR)):
        what = "key, account or rights"
        return Fatal(f"{step}: the operator must look at {what}", peer_code=code)
    if isinstance(error, _SFTP_NAME):
        return Reject("refused_by_folder", step, peer_code=code)
    return Retryable(step, peer_code=code)
