"""The texts of a roster in one packed piece, so that a journal can keep what it was read from."""

import json
from collections.abc import Mapping

from hotline_agi.terms.json_text import json_value
from hotline_agi.terms.packing import packed, unpacked


def pack_texts(files: Mapping[str, bytes]) -> bytes:
    """All files by their path.

    :raises UnicodeDecodeError: if one is no UTF-8; then it is in no roster that was taken, either.
    """
    return packed(json.dumps({path: text.decode() for path, text in sorted(files.items())}))


def texts_of(octets: bytes) -> dict[str, bytes]:
    """The inverse of `pack_texts`.

    :raises ValueError: if it is damaged.
    """
    told = json_value(unpacked(octets))
    if not isinstance(told, dict):
        raise ValueError("these are no texts by their paths")
    return {path: str(text).encode() for path, text in told.items()}
