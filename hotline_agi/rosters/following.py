"""The service follows the rosters folder: what is right is taken in whole, what is wrong replaces nothing.

    SIGHUP, the watch ──► reload() ──► run(): one reading after the other ──► use(roster), between two events
                                                                         └──► status, metrics, log; the last good aside

The last good roster outlives the service: where a start finds the folder's own refused, it serves the one kept aside.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.log import logger
from hotline_agi.roster.model import Roster
from hotline_agi.rosters import last_good
from hotline_agi.rosters.account import Account
from hotline_agi.rosters.child import Request
from hotline_agi.rosters.loading import Loaded, Loading, collector_off, let_go, loading
from hotline_agi.rosters.presence import Presence
from hotline_agi.rosters.status import FIRST_PROBLEMS, Status
from hotline_agi.rosters.transfer import Origin, Refused, Unchanged
from hotline_agi.rosters.watching import FolderWatch
from hotline_agi.terms.problems import Problem

MEMORY_BYTES = 640 * 1024**2
"""Address space of the child. A roster of 10,000 volunteers, 100 lines and 28 days takes 105 MB in it, and 4 s."""
CPU_S = 20
WARM_DAYS = 30
DISK_TIMEOUT_S = 5.0
PRESENCE_EVERY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a reading may take."""

    checkout_s: float
    """For a git command that is at work on the files."""
    all_s: float
    """For everything, by the wall clock."""


RUNNING = Patience(checkout_s=10.0, all_s=45.0)
STARTING = Patience(checkout_s=2.0, all_s=8.0)
"""Nobody is served meanwhile, and the unit's TimeoutStartSec is 20 s: the last good one comes in, and the folder is
read at leisure once calls are served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where everything is."""

    rosters: Path
    contacts: Path | None
    contacts_key: Path | None
    state: Path


class RosterFollower:
    """Owns the reading of rosters. Await `first`, set `use`, then keep `run` running."""

    def __init__(self, places: Places, *, watch_s: float) -> None:
        """:param watch_s: how often to look whether the folder has changed; 0: never."""
        self._places = places
        self.use: Callable[[Roster], None] = lambda _: None
        """What puts a roster in force; called between two events of the loop."""
        self.committed: Callable[[], None] = lambda: None
        """Called when the roster in force got another revision: somebody committed it as it is."""
        self.texts = b""
        """What the roster in force was read from (see `Loaded`); `use` finds it here."""
        self._account = Account(places.state)
        self.origin: Origin | None = None
        """Of the roster in force; `use` and `committed` find it here."""
        self._roster: Roster | None = None
        self._wanted = asyncio.Event()
        self._serving = False
        self._watch: FolderWatch | None = None
        if watch_s:
            loop = asyncio.get_running_loop()

            def changed() -> None:
                with suppress(RuntimeError):  # the loop is closed: the service ended
                    loop.call_soon_threadsafe(self.reload)

            self._watch = FolderWatch(places.rosters, places.contacts, every_s=watch_s, changed=changed)

    async def first(self) -> Roster:
        """The roster to start with: the folder's, or the last good one if that is refused.

        :raises SetupError: if there is neither; `InvalidText` with the problems of the folder's texts.
        """
        outcome = await self._read(STARTING)
        assert not isinstance(outcome, Unchanged)  # nothing is in force
        if isinstance(outcome, Refused):
            outcome = await self._second(outcome)
        return outcome.roster

    async def _second(self, refused: Refused) -> Loaded:
        """What to start with if the folder is refused: the last good one. If there is none, patience may help.

        :raises SetupError: see `first`.
        """
        restored = await self._read(STARTING, restore=True)
        if isinstance(restored, Loaded):
            logger.error(
                "the roster is refused; the last good one is in force",
                finding="\n".join(refused.told()[:FIRST_PROBLEMS]),
                problems=refused.count,
                of=restored.whole.origin.last_good_of,
            )
            return restored
        if not refused.problems:  # a checkout, a big roster on a slow machine
            again = await self._read(RUNNING)
            if isinstance(again, Loaded):
                return again
            refused = again if isinstance(again, Refused) else refused
        raise self._no_roster(refused, restored)

    @property
    def status(self) -> Status:
        """What was told of readings so far."""
        return self._account.status

    @property
    def digest(self) -> str:
        """Of the texts of the roster in force; empty before there is one."""
        return self.origin.digest if self.origin else ""

    def reload(self) -> None:
        """Read the folder soon; once more after the reading that is under way, if there is one."""
        self._wanted.set()

    async def run(self) -> None:
        """Read whenever it is wanted. Never ends by itself.

        The first reading is for what a start leaves undone: to put a good roster aside, or to wait for a checkout.
        """
        presence = Presence(self._places.state)
        present = asyncio.create_task(_be_present(presence), name="presence")
        self._serving = True
        await self._account.publish()
        if self._account.signature == "" or self._account.status.refused is None:
            self._wanted.set()  # but not if the texts were refused: nothing but another text mends that
        if self._watch is not None:
            self._watch.start()
        try:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                try:
                    await self._reload()
                except Exception:  # a bug of ours in reading must not end the service of calls
                    logger.exception("the rosters were not read")
        finally:
            if self._watch is not None:
                self._watch.stop()
            present.cancel()
            presence.give_up()

    async def _reload(self) -> None:
        outcome = await self._read(RUNNING)
        match outcome:
            case Loaded():
                logger.info(
                    "the new roster is in force",
                    lines=len(outcome.roster.lines),
                    volunteers=len(outcome.roster.volunteers),
                    revision=outcome.whole.origin.revision,
                    taken_in_s=round(outcome.taken_in_s, 3),
                )
            case Unchanged():
                logger.info("the roster is in force already", revision=outcome.origin.revision)
            case Refused():
                logger.error(
                    "the new roster is refused; the one in force stays",
                    finding="\n".join(outcome.told()[:FIRST_PROBLEMS]),
                    problems=outcome.count,
                    revision=outcome.revision,
                )
        await self._account.publish()

    async def _read(self, patience: Patience, *, restore: bool = False) -> Loaded | Unchanged | Refused:
        """One reading from its beginning to its end, the swap included. Never raises for what the outside does."""
        began_ns = time.monotonic_ns()
        old: list[Roster] = []
        found: Loaded | Unchanged | Refused = Refused(sentence=f"it was not read within {patience.all_s:g} s")
        try:
            async with asyncio.timeout(patience.all_s):
                with collector_off():
                    async with loading(self._request(patience, restore=restore)) as reading:
                        found = await reading.outcome()
                        if isinstance(found, Loaded):
                            old = self._swap(found)
                        if self._serving and not isinstance(found, Refused):
                            await self._keep(reading)
        except TimeoutError:
            pass  # after the swap: then it is in force all the same
        except OSError as error:
            found = Refused(sentence=f"no process could be started to read it ({error.strerror})")
        await let_go(old)
        self._account.note(found, began_ns, restored=restore)
        if isinstance(found, Unchanged):
            before, self.origin = self.origin, found.origin
            if before is not None and before.revision != found.origin.revision:
                self.committed()
        if self._watch is not None:
            self._watch.known = self._account.signature
        return found

    def _request(self, patience: Patience, *, restore: bool) -> Request:
        places, known = self._places, self.origin
        return Request(
            rosters=str(places.rosters),
            contacts=str(places.contacts) if places.contacts else None,
            contacts_key=str(places.contacts_key) if places.contacts_key else None,
            last_good=str(places.state / last_good.NAME),
            restore=restore,
            in_force=(known.digest, known.contacts_digest) if known else None,
            patience_s=patience.checkout_s,
            memory_bytes=MEMORY_BYTES,
            cpu_s=CPU_S,
            warm_days=WARM_DAYS,
        )

    def _swap(self, found: Loaded) -> list[Roster]:
        """Put it in force; returns what was."""
        old = [self._roster] if self._roster is not None else []
        gone = [line for before in old for line in before.lines if line not in found.roster.lines]
        if gone:  # a coordinator may mean it; a folder that was copied in part looks just so
            logger.warning("lines are gone: calls to their numbers reach nobody", lines=", ".join(gone))
        self._roster, self.origin, self.texts = found.roster, found.whole.origin, found.texts
        self.use(found.roster)
        return old

    async def _keep(self, reading: Loading) -> None:
        """A roster is good once the service works with it: not at a start that may still fail."""
        trouble = await reading.keep()
        if trouble:
            logger.error("the last good roster was not put aside", trouble=trouble)

    def _no_roster(self, refused: Refused, last: Refused | Unchanged) -> SetupError:
        """Why there is no roster at all; `InvalidText` with the problems of the folder's texts."""
        place = self._places.state / last_good.NAME
        also = last.told()[0] if isinstance(last, Refused) and place.exists() else ""
        if not refused.problems:
            return SetupError(f"{refused.sentence}; and {also}" if also else refused.sentence)
        damaged = [Problem(file=str(place), line=0, column=0, what=also)] if also else []
        return InvalidText([*refused.problems, *damaged])


async def _be_present(presence: Presence) -> None:
    """Hold the lock that says that we run, as soon as nobody else does."""
    while True:
        try:
            if presence.take():
                return
        except OSError as error:
            logger.error("nobody can find this service to reload it", trouble=str(error))
            return
        await asyncio.sleep(PRESENCE_EVERY_S)
