"""Modules without which Asterisk would be open, or worse than silent: it must not start without one of them."""

import asyncio

import pytest

from hotline_agi.errors import SetupError
from hotline_agi.lab.install import asterisk
from hotline_agi.lab.pbx import CONF, PrivateAsterisk, Site

DANGEROUS = {
    "res_pjsip_authenticator_digest": "any password passes",
    "app_read": "the accept prompt is skipped: a voicemail gets the caller",
    "app_stack": "Gosub is skipped: the accept prompt, the sweep, the caller's number",
    "func_timeout": "no guard: a frozen service holds callers for ever",
    "res_pjsip_acl": "the trunk's address list is not looked at",
    "res_pjsip_endpoint_identifier_ip": "the trunk is known by its name",
    "res_srtp": "no encryption",
    "func_callerid": "the caller's number goes on",
    "res_security_log": "nobody sees who guesses",
}


def test_each_is_required():
    lines = (CONF / "modules.conf").read_text().splitlines()
    for module in DANGEROUS:
        assert f"require = {module}.so" in lines, module
    loaded = {line.split()[2] for line in lines if line.startswith(("load ", "preload "))}
    # without them nobody knows that a caller is silent, or no talk is recorded; nothing is open
    assert loaded <= {"func_talkdetect.so", "app_mixmonitor.so"}


@pytest.mark.asterisk
def test_a_start_without_one_of_them_fails(tmp_path_factory):
    """A sample of three for each run, four with tests/e2e/test_doctor.py: a start takes a second."""

    async def status(module: str) -> int | None:
        modules = (CONF / "modules.conf").read_text().replace(f"require = {module}.so", f"require = {module}-gone.so")
        folder = tmp_path_factory.mktemp("pbx")
        pbx = PrivateAsterisk(folder, asterisk(), folder, Site(files={"modules.conf": modules}))
        with pytest.raises(SetupError, match="ended at once"):
            await pbx.start()
        assert pbx._process is not None
        return pbx._process.returncode

    async def all_of_them():
        modules = ("res_pjsip_authenticator_digest", "res_pjsip_acl", "res_security_log")
        assert all(await asyncio.gather(*map(status, modules)))

    asyncio.run(all_of_them())
