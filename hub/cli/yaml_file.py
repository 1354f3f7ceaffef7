"""Read a YAML (or JSON) file that a person wrote, without the surprises of YAML 1.1."""

import re
import sys
from pathlib import Path
from typing import Any, Final

from hub.cli.errors import CommandFailed

MAX_CHARS: Final = 1_000_000

_CORE: Final = (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", "-0123456789"),
)
"""What is not text, as in JSON: `no` stays a word, `22:00` a time and `2026-01-02` a day."""


def read_object(file: Path) -> dict[str, Any]:
    """Return the object in a file; `-` is the input.

    Raises:
        CommandFailed: it cannot be read, is no object, or names a field twice.
    """
    import yaml  # noqa: PLC0415  (`hub --help` loads none of this)

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"{file} cannot be read: {type(error).__name__}.") from error
    if len(text) > MAX_CHARS:
        raise CommandFailed(f"{file}: at most {MAX_CHARS} characters.")
    try:
        told = yaml.load(text, Loader=_loader())  # noqa: S506  (a safe loader, below)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        # The place only: the text around it may be anything.
        raise CommandFailed(f"{file}, line {line}: {error.problem or 'not YAML'}.") from None
    except (yaml.YAMLError, RecursionError):
        raise CommandFailed(f"{file} is not YAML.") from None
    if not isinstance(told, dict) or not all(isinstance(name, str) for name in told):
        raise CommandFailed(f"{file}: an object with named fields is needed.")
    return told


def _loader() -> Any:
    import yaml  # noqa: PLC0415  (see above)

    class Loader(yaml.SafeLoader):  # type: ignore[misc]  # it ships no types
        """Makes plain values only: no objects of Python, no anchors that repeat themselves."""

        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (the base class has it so)

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                # A few aliases of aliases make gigabytes.
                mark = self.peek_event().start_mark
                raise yaml.composer.ComposerError(None, None, "aliases are not taken", mark)
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            names = [self.construct_object(key, deep=True) for key, _ in node.value]
            for place, name in enumerate(names):
                if name in names[:place]:
                    mark = node.value[place][0].start_mark
                    raise yaml.constructor.ConstructorError(None, None, "a field twice", mark)
            return super().construct_mapping(node, deep)

    for name, pattern, first in _CORE:
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(pattern), list(first))
    return Loader
