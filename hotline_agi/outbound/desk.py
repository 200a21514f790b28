"""The journal of a campaign, asked in a thread of its own: the event loop never waits for a disk."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from hotline_agi.errors import HotlineError, SetupError
from hotline_agi.store.callers import CallerKey
from hotline_agi.store.campaign_calls import CampaignCalls
from hotline_agi.store.dialect import Trouble, said

T = TypeVar("T")


class DiskTrouble(HotlineError):
    """The journal could not be asked just now: it is locked, or the disk is full. What was asked may be done or not."""


class Desk:
    """One campaign's records. `open` it first, `close` it last."""

    def __init__(self, path: Path, campaign: str, key: CallerKey) -> None:
        self._path, self._campaign, self._key = path, campaign, key
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="campaign journal")
        self._stack = ExitStack()
        self._calls: CampaignCalls | None = None

    async def open(self) -> None:
        """:raises SetupError: see `CampaignCalls.open`."""

        def opened() -> CampaignCalls:
            return self._stack.enter_context(CampaignCalls.open(self._path, self._campaign, self._key))

        self._calls = await asyncio.get_running_loop().run_in_executor(self._thread, opened)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._stack.close)
        self._thread.shutdown(wait=False)

    async def ask(self, question: Callable[[CampaignCalls], T], *, timeout_s: float = 10.0) -> T:
        """What the records say, or having them say something; in order.

        :raises DiskTrouble: if that did not work, or takes longer.
        """
        calls = self._calls
        assert calls is not None
        answer = asyncio.get_running_loop().run_in_executor(self._thread, lambda: question(calls))
        try:
            async with asyncio.timeout(timeout_s):
                return await asyncio.shield(answer)
        except TimeoutError:
            answer.add_done_callback(lambda late: late.cancelled() or late.exception())
            raise DiskTrouble("the journal does not answer: is its disk full, or somebody in the way?") from None
        except Trouble as error:
            raise DiskTrouble(f"the journal cannot be written ({said(error)})") from error
        except SetupError as error:
            raise DiskTrouble(str(error)) from error
