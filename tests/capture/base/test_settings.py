"""What the service needs before it starts."""

from __future__ import annotations

import pytest

from capture.settings import Settings
from sitegen.errors import SecretError

KEYS = {"ESPALIER_TOKEN_KEY": "t" * 32, "ESPALIER_SECRET_KEY": "s" * 32}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_defaults(tmp_path):
    settings = Settings.from_environ(KEYS)
    assert settings.token_keys == ("t" * 32,)
    assert settings.database_url == f"sqlite:///{tmp_path}/instance/capture.sqlite"
    assert settings.demo is False


def test_the_instance_folder_is_found_and_the_environment_wins(tmp_path):
    (tmp_path / "instance").mkdir()
    lines = [f"{name}={value}" for name, value in KEYS.items()] + ["ESPALIER_DATABASE_URL=sqlite:////a"]
    (tmp_path / "instance" / "espalier.env").write_text("\n".join(lines))
    assert Settings.from_environ({}).database_url == "sqlite:////a"
    settings = Settings.from_environ({"ESPALIER_DATABASE_URL": "sqlite:////b", "ESPALIER_DEMO": "1"})
    assert (settings.database_url, settings.demo) == ("sqlite:////b", True)


def test_missing_secrets_are_told_together_with_a_hint():
    with pytest.raises(SecretError) as caught:
        Settings.from_environ({})
    assert [fault.message.split()[0] for fault in caught.value.faults] == list(KEYS)
    assert str(caught.value).count("hint: run `sitegen secrets`") == 2


@pytest.mark.parametrize("value", ["", "short"])
def test_a_weak_secret_is_refused(value):
    with pytest.raises(SecretError):
        Settings.from_environ({**KEYS, "ESPALIER_SECRET_KEY": value})


def test_no_secret_is_shown():
    settings = Settings.from_environ({**KEYS, "ESPALIER_DATABASE_URL": "postgresql://u:password@h/d"})
    assert not any(secret in repr(settings) for secret in ("tttt", "ssss", "password"))
