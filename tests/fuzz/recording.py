"""Records what a real Asterisk says, as seeds: ``python -m tests.fuzz.recording`` after an upgrade of Asterisk.

AMI's stream of a whole call (and of one who leaves a message), and each question that the dialplan asks by FastAGI. All
numbers are invented.
"""

import asyncio

from hotline_agi.lab.behaviour import ring_then_answer
from hotline_agi.lab.pbx import free_port
from tests.e2e.hearing import HZ
from tests.e2e.hotline import open_hotline, talk
from tests.e2e.scenery import Scenery
from tests.fuzz.catalogue import BETWEEN, RECORDED

_MOST_EVENTS = 120


async def _record() -> tuple[list[bytes], list[bytes]]:
    """Messages of AMI and blocks of FastAGI, each kind once or a few times."""
    events: list[bytes] = []
    questions: list[bytes] = []
    async with open_hotline(Scenery(softphones=1, mobiles=1), service=False) as line:
        stage = line.stage
        site = stage.pbx.site
        port = free_port(1)
        text = stage.config.read_text()
        stage.config.write_text(text.replace(f"fastagi: {{port: {site.agi_port}}}", f"fastagi: {{port: {port}}}"))

        async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            block = await reader.readuntil(b"\n\n")
            questions.append(block)
            theirs, ours = await asyncio.open_connection("127.0.0.1", port)
            ours.write(block)
            answer = await theirs.read(1000)
            writer.write(answer)
            writer.close()
            ours.close()

        async with await asyncio.start_server(between, "127.0.0.1", site.agi_port):
            await stage.start_service()
            listening = asyncio.create_task(_listen(site.ami_port, site.ami_secret, events))
            softphone = await line.person("s01")
            person = await line.person("m01", ring_then_answer(0.2, HZ["m01"], press_after_s=0.3))
            caller = line.caller()
            await talk(caller, await person.until_rung(5.0), person)
            caller.hang_up()
            await line.closed()
            person.behaviour = softphone.behaviour
            caller = line.caller()
            await caller.until_hears(HZ["music"], 6.0)
            caller.press("*")
            await caller.until_hears(HZ["beep"], 6.0)
            await asyncio.sleep(2.5)
            caller.hang_up()
            await line.closed(2)
            listening.cancel()
    return events, questions


async def _listen(port: int, secret: str, events: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()
    writer.write(f"Action: Login\r\nUsername: hotline-agi\r\nSecret: {secret}\r\nActionID: h1\r\n\r\n".encode())
    writer.write(b"Action: Status\r\nActionID: h2\r\n\r\nAction: DeviceStateList\r\nActionID: h3\r\n\r\n")
    while True:
        events.append(await reader.readuntil(b"\r\n\r\n"))


def main() -> None:
    events, questions = asyncio.run(_record())
    RECORDED.mkdir(exist_ok=True)
    (RECORDED / "ami.txt").write_bytes(BETWEEN.join(events[:_MOST_EVENTS]))
    (RECORDED / "agi.txt").write_bytes(BETWEEN.join(questions))
    print(f"{len(events)} messages, {len(questions)} questions")


if __name__ == "__main__":
    main()
