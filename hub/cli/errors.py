"""What a command says when it cannot do what it was asked."""

from typing import Final

EX_FAILED: Final = 1
EX_CONFIG: Final = 78
"""sysexits.h: a configuration error. The supervisor does not start such a process again."""


class CommandFailed(Exception):
    """A command cannot go on. The text says what is wrong and the next step; no stack trace."""

    def __init__(self, what: str, *, status: int = EX_FAILED) -> None:
        super().__init__(what)
        self.status = status


class SettingsWrong(CommandFailed):
    """A variable is unknown or its value is not usable. The text names the variable."""

    def __init__(self, what: str) -> None:
        super().__init__(what, status=EX_CONFIG)
