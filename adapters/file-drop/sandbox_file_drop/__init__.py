"""Sandbox peer: an agency's SFTP server, and the ways in which it misbehaves."""

from sandbox_file_drop.server import Faults, SftpAgency

__all__ = ["Faults", "SftpAgency"]
