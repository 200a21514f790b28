"""Who looks on while the machine works: alarms and test calls. They come second, and none of them can end a call."""

from collections.abc import Callable, Sequence

from hotline_agi.asterisk.ami import AmiMessage
from hotline_agi.dispatch.codec import News
from hotline_agi.dispatch.commands import Command
from hotline_agi.log import logger

Saw = Callable[[News | None, Sequence[Command]], None]
Heard = Callable[[AmiMessage], None]


class Watchers:
    """Tells each of them; one that stumbles costs its own word alone."""

    def __init__(self, *, saw: Sequence[Saw], heard: Sequence[Heard]) -> None:
        """`saw` get the machine's steps, `heard` the events of Asterisk."""
        self._saw, self._heard = tuple(saw), tuple(heard)

    def saw(self, news: News | None, commands: Sequence[Command]) -> None:
        """One step of the machine, after its commands are out."""
        for watcher in self._saw:
            _told(watcher, news, commands)

    def heard(self, message: AmiMessage) -> None:
        """One event of Asterisk, after the machine took it."""
        for watcher in self._heard:
            _told(watcher, message)


def _told(watcher: Callable[..., None], *what: object) -> None:
    try:
        watcher(*what)
    except Exception:  # who only looks on must not end a call
        logger.exception("a watcher stumbled", watcher=getattr(watcher, "__qualname__", "?"))
