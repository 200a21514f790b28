"""`hotline doctor` against a real Asterisk: green when all is well, and for each fault the sentence that mends it."""

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hotline_agi import sealing
from hotline_agi.asterisk.inspection import FORBIDDEN_MODULES, NEEDED_MODULES
from hotline_agi.lab.behaviour import never_answer
from hotline_agi.lab.pbx import CONF
from hotline_agi.lab.stage import Stage, open_stage
from tests.commands import hotline
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk
SCENERY = Scenery(softphones=2, mobiles=1)


def examined(stage: Stage) -> tuple[int, dict[str, dict[str, str]]]:
    """The doctor's exit status and its checks by name (the worst one per name)."""
    ended = hotline("doctor", "--config", stage.config, "--json")
    checks: dict[str, dict[str, str]] = {}
    for check in json.loads(ended.stdout):
        if check["name"] not in checks or check["grade"] != "ok":
            checks[check["name"]] = check
    return ended.returncode, checks


def on_stage(
    act: Callable[[Stage], Any], *, service: bool = True, softphones: tuple[str, ...] = SCENERY.accounts
) -> None:
    async def play() -> None:
        async with open_stage(files=SCENERY.files(), contacts=SCENERY.contacts(), softphones=softphones) as stage:
            if service:
                await stage.start_service()
                for name in softphones:
                    await stage.softphone(name, never_answer())
            else:
                stage.state.mkdir()
            await asyncio.to_thread(act, stage)

    asyncio.run(play())


def test_a_good_deployment_is_green() -> None:
    def act(stage: Stage) -> None:
        with socket.create_server(("127.0.0.1", 0)) as sink:
            url = f"http://127.0.0.1:{sink.getsockname()[1]}/"
            text = stage.config.read_text().removesuffix("...\n")
            key = sealing.new_identity()[1]
            stage.config.write_text(
                f"{text}alarms: {{webhook: {{url: '{url}'}}}}\nrecordings: {{recipients: [{key}]}}\n...\n"
            )
            look(stage)

    def look(stage: Stage) -> None:
        status, checks = examined(stage)
        clock = checks.pop("clock", {})  # of whatever machine this is
        assert {check["grade"] for check in checks.values()} == {"ok"}, checks
        assert status == 0
        shown = hotline("doctor", "--config", stage.config)
        assert "✓ FastAGI: the service answers Asterisk" in shown.stdout
        assert shown.stdout.count("→") == bool(clock.get("remedy"))

    on_stage(act)


def test_without_the_service_asterisk_cannot_reach_it_and_has_no_plan() -> None:
    def act(stage: Stage) -> None:
        status, checks = examined(stage)
        assert status == 1
        assert "start the service" in checks["FastAGI"]["remedy"]
        assert "HOTLINE_WORD" in checks["FastAGI"]["remedy"]
        assert checks["survival plan"]["grade"] == "failed"
        assert checks["endpoints"]["grade"] == "warning"
        assert "not registered: s01, s02" in checks["endpoints"]["found"]

    on_stage(act, service=False)


def test_a_rostered_softphone_that_pjsip_does_not_know() -> None:
    def act(stage: Stage) -> None:
        status, checks = examined(stage)
        assert status == 1
        assert "PJSIP does not know: s02" in checks["endpoints"]["found"]
        assert "module reload res_pjsip.so" in checks["endpoints"]["remedy"]

    on_stage(act, softphones=("s01",))


def test_faults_of_settings_roster_folders_and_prompts() -> None:
    def act(stage: Stage) -> None:
        config = stage.config.read_text()

        def with_settings(old: str, new: str) -> dict[str, dict[str, str]]:
            stage.config.write_text(config.replace(old, new))
            status, checks = examined(stage)
            assert status == 1
            return checks

        secret = stage.folder / "wrong-secret"
        secret.write_text("wrong")
        checks = with_settings(str(stage.folder / "ami-secret"), str(secret))
        assert "refused the AMI login" in checks["AMI login"]["found"]
        checks = with_settings(f"port: {stage.pbx.site.ami_port}", "port: 1")
        assert "start Asterisk" in checks["AMI login"]["found"]
        checks = with_settings(f"state: {stage.state}", "state: /nowhere/state")
        assert "install -d -o hotline -g hotline -m 0700 /nowhere/state" in checks["state folder"]["remedy"]
        checks = with_settings(f"messages: {stage.pbx.messages}", f"messages: {stage.state}")
        assert checks["messages"]["grade"] == "failed"
        empty = stage.folder / "silence"
        empty.mkdir()
        sounds = next(line for line in config.splitlines() if line.startswith("sounds: "))
        checks = with_settings(sounds, f"sounds: {empty}")
        assert "hotline prompts build" in checks["prompts"]["remedy"]
        people = stage.rosters / "test/people.yaml"
        good = people.read_text()
        people.write_text(good.replace("...", ""))
        checks = with_settings("", "")
        assert "hotline roster check" in checks["roster"]["remedy"]
        people.write_text(good)

    on_stage(act)


def test_secrets_that_everybody_can_read() -> None:
    def act(stage: Stage) -> None:
        paths = {"AMI secret": stage.folder / "ami-secret", "contacts": stage.contacts, "state folder": stage.state}
        for path in paths.values():
            path.chmod(0o755)
        status, checks = examined(stage)
        for name, path in paths.items():
            assert checks[name]["grade"] == "warning" and f"chmod o= {path}" in checks[name]["remedy"]
        assert status == 0

    on_stage(act)


def test_rights_that_are_too_few_or_too_many() -> None:
    async def play(write: str) -> dict[str, dict[str, str]]:
        manager = (CONF / "hotline/manager.conf").read_text().replace("write = originate,call", f"write = {write}")
        async with open_stage(
            files=SCENERY.files(),
            contacts=SCENERY.contacts(),
            softphones=SCENERY.accounts,
            pbx_files={"hotline/manager.conf": manager},
        ) as stage:
            return (await asyncio.to_thread(examined, stage))[1]

    too_many = asyncio.run(play("originate,call,system,command"))["AMI rights"]
    assert too_many["grade"] == "warning"
    assert "Command" in too_many["found"]
    too_few = asyncio.run(play("call"))["AMI rights"]
    assert too_few["grade"] == "failed"
    assert "Originate" in too_few["found"]


def test_the_doctor_knows_every_module_of_the_dialplan() -> None:
    modules = (CONF / "modules.conf").read_text()
    for name in NEEDED_MODULES:
        assert f"require = {name}.so" in modules, name
    for name in FORBIDDEN_MODULES:
        assert f"noload = {name}.so" in modules, name


def test_asterisk_loads_the_configuration_without_a_warning() -> None:
    async def play() -> str:
        async with open_stage(files=SCENERY.files(), contacts=SCENERY.contacts(), softphones=SCENERY.accounts) as stage:
            await stage.start_service()
            return stage.pbx.log()

    complaints = [line for line in asyncio.run(play()).splitlines() if "WARNING" in line or "ERROR" in line]
    assert complaints == []


@pytest.mark.parametrize("module", ["res_pjsip_authenticator_digest", "app_read", "app_stack", "func_timeout"])
def test_asterisk_does_not_start_without_a_module_that_fails_open(module: str, tmp_path: Path) -> None:
    """`require`, not `load`: without the digest module any password passes, without app_read the prompt is skipped."""

    async def play() -> str:
        text = (CONF / "modules.conf").read_text().replace(f"require = {module}.so", f"require = {module}-gone.so")
        try:
            async with open_stage(
                files=SCENERY.files(), contacts=SCENERY.contacts(), softphones=(), pbx_files={"modules.conf": text}
            ):
                return "started"
        except Exception as error:
            return str(error)

    assert "Asterisk ended at once" in asyncio.run(play())


def test_a_dialplan_older_than_the_menu_is_named() -> None:
    older = (CONF / "hotline/extensions.conf").read_text().replace(",Menu: 1)", ")")

    async def play() -> None:
        async with open_stage(
            files=SCENERY.files(),
            contacts=SCENERY.contacts(),
            softphones=SCENERY.accounts,
            pbx_files={"hotline/extensions.conf": older},
        ) as stage:
            await stage.start_service()
            _, checks = await asyncio.to_thread(examined, stage)
            assert checks["volunteers' menu"]["grade"] == "failed"
            assert "copy asterisk-conf/hotline anew" in checks["volunteers' menu"]["remedy"]

    asyncio.run(play())
