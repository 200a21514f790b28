"""Contacts of a stage as they lie in git: encrypted."""

import subprocess

from hotline_agi.lab.stage import Stage


def encrypt_contacts(stage: Stage) -> bytes:
    """The stage's contacts by age, as in git; returns the secret line of the key."""
    key = stage.folder / "age-key"
    subprocess.run(("age-keygen", "-o", key), check=True, capture_output=True)
    key.chmod(0o600)
    recipient = subprocess.run(("age-keygen", "-y", key), check=True, capture_output=True, text=True).stdout.strip()
    closed = stage.contacts.with_name("contacts.yaml.age")
    subprocess.run(("age", "-r", recipient, "-o", closed, stage.contacts), check=True)
    stage.contacts.unlink()
    text = stage.config.read_text().replace(f"contacts: {stage.contacts}", f"contacts: {closed}\ncontacts_key: {key}")
    stage.config.write_text(text)
    return key.read_bytes().splitlines()[-1]
