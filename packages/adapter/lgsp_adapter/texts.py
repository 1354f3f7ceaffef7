"""Texts for people, in Vietnamese and English."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

VIETNAMESE: Final = "x-title-vi"
"""The JSON Schema keyword of the Vietnamese title; `title` is the English one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text in both languages.

    As an annotation it is the title of a field: `Annotated[str, Text(vi="Địa chỉ", en="Address")]`.
    """

    vi: str
    en: str

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(core), "title": self.en, VIETNAMESE: self.vi}
