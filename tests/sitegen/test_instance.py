"""The instance folder: where secrets come from, and that nothing goes without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sitegen import instance
from sitegen.errors import SecretError


def test_secrets_are_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    assert instance.create(folder) == list(instance.SECRETS)
    settings = instance.read({"ESPALIER_INSTANCE": str(folder)})
    assert all(len(settings[name]) == 64 for name in instance.SECRETS)
    assert len({settings[name] for name in instance.SECRETS}) == len(instance.SECRETS)
    assert instance.create(folder) == []
    assert instance.read({"ESPALIER_INSTANCE": str(folder)}) == settings


def test_secrets_are_their_owners_alone_and_never_committed(tmp_path: Path) -> None:
    instance.create(tmp_path / "instance")
    assert (tmp_path / "instance").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "instance" / instance.ENV_FILE).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "instance" / ".gitignore").read_text() == "*\n"


def test_a_missing_secret_is_added_and_the_others_kept(tmp_path: Path) -> None:
    (tmp_path / instance.ENV_FILE).write_text("ESPALIER_TOKEN_KEY=mine")
    assert instance.create(tmp_path) == ["ESPALIER_SECRET_KEY"]
    settings = instance.read({"ESPALIER_INSTANCE": str(tmp_path)})
    assert settings["ESPALIER_TOKEN_KEY"] == "mine"
    assert len(settings["ESPALIER_SECRET_KEY"]) == 64


def test_the_environment_wins(tmp_path: Path) -> None:
    instance.create(tmp_path)
    environ = {"ESPALIER_INSTANCE": str(tmp_path), "ESPALIER_TOKEN_KEY": "new old", "HOME": "/"}
    settings = instance.read(environ)
    assert instance.token_keys(settings) == ["new", "old"]
    assert "HOME" not in settings


def test_where_it_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    site = tmp_path / "somewhere" / "content"
    site.mkdir(parents=True)
    assert instance.find({}, site) is None
    instance.create(site.parent / "instance")
    assert instance.find({}, site) == site.parent / "instance"
    instance.create(site / "instance")
    assert instance.find({}, site) == site / "instance"
    instance.create(tmp_path / "instance")
    assert instance.find({}, site) == Path("instance")
    assert instance.find({"ESPALIER_INSTANCE": "/else"}, site) == Path("/else")


def test_comments_blank_lines_and_spaces(tmp_path: Path) -> None:
    (tmp_path / instance.ENV_FILE).write_text("# why\n\n A = b=c \n")
    assert instance.read({"ESPALIER_INSTANCE": str(tmp_path)})["A"] == "b=c"


def test_a_line_that_sets_nothing(tmp_path: Path) -> None:
    (tmp_path / instance.ENV_FILE).write_text("# why\nESPALIER_TOKEN_KEY\n")
    with pytest.raises(SecretError, match=r"espalier\.env:2: expected NAME=value"):
        instance.read({"ESPALIER_INSTANCE": str(tmp_path)})


@pytest.mark.parametrize("settings", [{}, {"ESPALIER_TOKEN_KEY": "  "}])
def test_nothing_is_signed_without_a_key(settings: dict[str, str]) -> None:
    with pytest.raises(SecretError) as caught:
        instance.token_keys(settings)
    assert "ESPALIER_TOKEN_KEY is not set" in str(caught.value) and "sitegen secrets" in str(caught.value)


def test_a_folder_for_the_database_alone(tmp_path: Path) -> None:
    environ = {"ESPALIER_INSTANCE": str(tmp_path / "data"), "ESPALIER_TOKEN_KEY": "key"}
    assert instance.token_keys(instance.read(environ)) == ["key"]
