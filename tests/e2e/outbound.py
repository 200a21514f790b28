"""A campaign on real Asterisk: its file, its list, its process, and the people whom it rings."""

import asyncio
import csv
import io
import json
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from hotline_agi.lab.behaviour import Behaviour, Carrier
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.pbx import free_port
from hotline_agi.lab.wire import CallFailed
from tests.e2e.hotline import Hotline, open_hotline, until
from tests.e2e.sayings import Ear, write_sayings
from tests.e2e.scenery import Scenery, mobile_of

ALWAYS = "[{days: daily, from: 00:00, until: 24:00}]"
FILE = """\
id: test
name: {{zh: 随访, en: Follow-up}}
line: test
languages: [en]
list: {{number: Phone, consent: Consent, yes: [yes]}}
time_zone: Asia/Shanghai
hours: {hours}
channels: {channels}
calls_per_second: {rate}
opening: {{en: Hello.}}
closing: {{en: Goodbye.}}
answer_s: 3
said_times: 2
ring_s: 5
retry:
  busy: {{attempts: 1}}
  no-answer: {{attempts: 1}}
  unreachable: {{attempts: 1}}
  lost: {{attempts: 1}}
questions:
  - {{id: sleep, say: {{en: How is your sleep?}}, answers: {{"1": good, "2": bad, "3": {{answer: none, next: end}}}}}}
  - {{id: worries, say: {{en: Do you worry?}}, answers: {{"1": seldom, "2": often}}}}
...
"""
KEYS = {"campaign-test-keys": "begin", "campaign-test-sleep": "sleep", "campaign-test-worries": "worries"}
"""What somebody hears last before they may press, by what it asks."""


class Callee:
    """Somebody who is rung by a campaign: picks up, and presses what `keys` say when they are asked."""

    def __init__(
        self, keys: Mapping[str, str] | None = None, *, leaves_after: str = "", pick_up_s: float = 0.3
    ) -> None:
        self.keys, self.leaves_after, self.pick_up_s = dict(keys or {}), leaves_after, pick_up_s
        self.calls: list[PhoneCall] = []
        self.heard: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []

    def __call__(self, call: PhoneCall) -> None:
        self.calls.append(call)
        call.ring()
        call.later(self.pick_up_s, lambda: self._pick_up(call))

    def _pick_up(self, call: PhoneCall) -> None:
        call.answer(2600)
        self.tasks.append(asyncio.create_task(self._listen(call)))

    async def _listen(self, call: PhoneCall) -> None:
        ear = Ear(call)
        told = 0
        while call.ended_at is None:
            words = ear.words
            self.heard += words[told:]
            for word in words[told:]:
                asked = KEYS.get(word, "")
                if asked in self.keys:
                    await asyncio.sleep(0.15)
                    try:
                        call.press(self.keys[asked])
                    except CallFailed:
                        return
                if asked and asked == self.leaves_after:
                    call.later(0.5, call.hang_up)
            told = len(words)
            await asyncio.sleep(0.02)
        self.heard += ear.words[told:]


class Outbound:
    """See `open_outbound`."""

    def __init__(self, hotline: Hotline, folder: Path) -> None:
        self.hotline, self.folder = hotline, folder
        self.file, self.list = folder / "test.yaml", folder / "list.csv"
        self._process: asyncio.subprocess.Process | None = None

    def write(self, *, hours: str = ALWAYS, channels: int = 6, rate: float = 10.0) -> None:
        self.file.write_text(FILE.format(hours=hours, channels=channels, rate=rate), encoding="utf-8")

    def write_list(self, numbers: Sequence[str]) -> None:
        rows = [["Phone", "Consent"], *([number, "yes"] for number in numbers)]
        out = io.StringIO(newline="")
        csv.writer(out).writerows(rows)
        self.list.write_text(out.getvalue(), encoding="utf-8")

    async def command(self, *words: str, stdin: str = "") -> tuple[int, str]:
        """``hotline campaign WORDS``: exit status, and what it says."""
        process = await asyncio.create_subprocess_exec(
            *self._argv(*words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(stdin.encode()), 15.0)
        return process.returncode or 0, said.decode()

    async def start(self) -> None:
        """Run it in a process of its own."""
        self._process = await asyncio.create_subprocess_exec(
            *self._argv("run", str(self.file)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    async def ended(self, timeout_s: float = 30.0) -> tuple[int, str]:
        """Wait until the process is gone: exit status, and what it said."""
        assert self._process is not None
        said, _ = await asyncio.wait_for(self._process.communicate(), timeout_s)
        return self._process.returncode or 0, said.decode()

    async def status(self) -> dict[str, Any]:
        _, said = await self.command("status", "--json")
        found: dict[str, Any] = json.loads(said)[0]
        return found

    async def until_running(self) -> None:
        """Wait until the process has begun."""
        path = self.hotline.stage.state / "journal.sqlite"

        def state() -> str:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
                return str(journal.execute("SELECT state FROM campaign").fetchone()[0])

        await until(lambda: state() == "running", 15.0, "the campaign runs")

    async def answers(self, *more: str) -> dict[int, dict[str, str]]:
        """By row of the list."""
        out = self.folder / f"answers-{len(list(self.folder.iterdir()))}.csv"
        status, said = await self.command("answers", "test", "--out", str(out), *more)
        assert status == 0, said
        assert out.stat().st_mode & 0o777 == 0o600
        with out.open(encoding="utf-8-sig", newline="") as file:
            return {int(row["list_row"]): row for row in csv.DictReader(file)}

    def _argv(self, *words: str) -> list[str]:
        config = ("--config", str(self.hotline.stage.config)) if words[0] != "prompts" else ()
        return [sys.executable, "-m", "hotline_agi.cli", "campaign", *words, *config]

    async def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def open_outbound(
    people: Mapping[int, Behaviour],
    *,
    scenery: Scenery | None = None,
    settings: str = "channels: 9, trunk_channels: 12, reserve: 3, calls_per_second: 20",
    write: Mapping[str, Any] | None = None,
    guard_s: int = 3,
) -> AsyncIterator[Outbound]:
    """A hotline that serves calls, and a campaign whose list has the mobiles of `people`, by number.

    The campaign rings over an endpoint of its own at the same carrier, which shows the number that it is told.
    """
    carrier = await Carrier.open()
    host, sip_port = carrier.address
    trunks = (
        "[trunk](hotline-trunk)\ntransport = transport-udp\nacl = hotline-carrier\naors = trunk\n"
        "[outbound](hotline-trunk)\ntransport = transport-udp\nacl = hotline-carrier\naors = trunk\nfrom_user =\n"
        f"[trunk]\ntype = aor\ncontact = sip:{host}:{sip_port}\n"
        f"[trunk]\ntype = identify\nendpoint = trunk\nmatch = {host}\n"
    )
    async with open_hotline(
        scenery or Scenery(softphones=1),
        service=False,
        sayings=write_sayings,
        carrier=carrier,
        pbx_files={"site/pjsip-trunk.conf": trunks},
        guard_s=guard_s,
    ) as hotline:
        stage = hotline.stage
        secret = stage.folder / "campaign-secret"
        secret.touch(mode=0o600)
        secret.write_text(stage.pbx.site.ami_secret)
        config = stage.config.read_text().replace("dialling: {home: GB}", 'dialling: {home: GB, allow: ["+447700900"]}')
        port = free_port(1)
        stage.config.write_text(
            config.removesuffix("...\n")
            + f"campaigns: {{enabled: yes, secret_file: {secret}, port: {port}, trunk: outbound, {settings}}}\n...\n"
        )
        for number, person in people.items():
            stage.mobile(mobile_of(number), person)
        outbound = Outbound(hotline, stage.folder)
        outbound.write(**(write or {}))
        outbound.write_list([mobile_of(number) for number in people])
        await stage.start_service()
        try:
            yield outbound
        finally:
            await outbound.kill()
