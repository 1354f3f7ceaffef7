"""What stops the edge connector. The text says what happened and who must act."""


class EdgeError(Exception):
    """The program cannot go on; an operator must act."""


class SpoolFull(EdgeError):
    """The spool has reached its bound or the disk is full: nothing was written."""


class SpoolDamaged(EdgeError):
    """A record is not what was written: another key, another place, or changed bytes."""
