"""Sandbox peer: Folders, local and SFTP."""
