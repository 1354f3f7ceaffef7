"""Adapter: Folders, local and SFTP."""
