"""Settings: read from the environment, checked, and the secret key kept."""

import stat

import pytest

from popmap.config import PROJECT, Settings, writable_folder
from popmap.errors import SetupError


def test_defaults_serve_this_machine_only_from_the_checkout():
    settings = Settings.from_environment({})
    assert (settings.host, settings.port, settings.data) == ("127.0.0.1", 8000, PROJECT / "var")


def test_an_empty_variable_counts_as_not_set():
    assert Settings.from_environment({"POPMAP_PORT": "", "POPMAP_DATA": " "}) == Settings()


def test_a_relative_data_folder_becomes_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environment({"POPMAP_DATA": "here"}).data == tmp_path / "here"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "8_0", "٨٠", "http", "80.0", "99999999999999"])
def test_a_port_that_is_none_is_refused_by_name(port):
    with pytest.raises(SetupError, match=r"POPMAP_PORT is .* from 1 to 65535"):
        Settings.from_environment({"POPMAP_PORT": port})


def test_an_unknown_two_person_rule_is_refused_with_what_is_allowed():
    with pytest.raises(SetupError, match=r"POPMAP_TWO_PERSON .* acute, all, off"):
        Settings.from_environment({"POPMAP_TWO_PERSON": "maybe"})


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"POPMAP_HOST": "0.0.0.0", "POPMAP_PORT": "81"}, "http://127.0.0.1:81"),  # noqa: S104 - compared
        ({"POPMAP_HOST": "::"}, "http://[::1]:8000"),
        ({"POPMAP_SITE_ADDRESS": "https://help.example/"}, "https://help.example"),
        ({"POPMAP_SITE_ADDRESS": "https://help.example:8443"}, "https://help.example:8443"),
    ],
)
def test_the_public_address_is_set_or_made_of_host_and_port(environment, address):
    assert Settings.from_environment(environment).public_address == address


@pytest.mark.parametrize(
    "text", ["help.example", "ftp://x", "https://", "https://a@b", "https://a/b", "https://a?b", "https://a:x", "//a"]
)
def test_a_site_address_that_is_none_is_refused_by_name(text):
    with pytest.raises(SetupError, match="POPMAP_SITE_ADDRESS is"):
        Settings.from_environment({"POPMAP_SITE_ADDRESS": text})


def test_the_secret_key_is_made_once_kept_and_private(tmp_path):
    key = Settings(data=tmp_path).secret_key
    assert len(key) >= 64
    assert Settings(data=tmp_path).secret_key == key
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_a_given_secret_key_leaves_no_file(tmp_path):
    assert Settings(data=tmp_path, given_secret_key="given").secret_key == "given"
    assert list(tmp_path.iterdir()) == []


def test_a_secret_key_cut_short_is_refused(tmp_path):
    (tmp_path / "secret-key").write_text("abc")
    with pytest.raises(SetupError, match="cut short"):
        _ = Settings(data=tmp_path).secret_key


def test_a_data_folder_that_cannot_be_made_is_told_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match=r"cannot be made .*set POPMAP_DATA"):
        writable_folder(tmp_path / "file" / "data")
