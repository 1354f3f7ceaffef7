"""The seed that comes with the hub: ministries and provinces, old and new, with successions.

A file in the form of an import, and loaded as one, with a look at what it would change. Each row
says how sure it is: what is from memory stays marked until a list of the national axis, or a
person, says the same.
"""

from importlib.resources import files


def shipped() -> bytes:
    """Return the seed as `hub.directory.shapes` reads it: JSON."""
    return files("hub.directory").joinpath("seed.json").read_bytes()
