"""The languages of what people hear and read."""

from enum import StrEnum


class Language(StrEnum):
    ZH = "zh"
    EN = "en"
