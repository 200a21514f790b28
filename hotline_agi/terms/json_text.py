"""JSON that came from a file of ours, which may be damaged: a value, or ValueError and nothing else."""

import json
from collections.abc import Callable
from typing import Any


def json_value(text: str | bytes, *, each_object: Callable[[dict[str, Any]], Any] | None = None) -> Any:
    """What `text` says.

    :param each_object: makes something else of an object, innermost first.
    :raises ValueError: if it is no JSON, is no UTF-8, or is nested deeper than Python can follow (some 1,000 levels).
    """
    try:
        return json.loads(text, object_hook=each_object)
    except RecursionError:
        raise ValueError("nested too deep") from None
