"""The data folder of the private servers: whose it is, and who may use it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from rtdash.errors import ServerError
from rtdash.servers.folders import DataFolder, default_folder


@pytest.fixture
def folder(server_folder):
    """Does not exist yet; its parent can be entered by all."""
    with tempfile.TemporaryDirectory(dir=server_folder) as name:
        Path(name).chmod(0o711)
        yield Path(name) / "demo"


def test_root_keeps_its_data_where_the_servers_can_reach_them(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_folder() == Path("/var/lib/rtdash")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", "/home/alice/data")
    assert default_folder() == Path("/home/alice/data/rtdash")


def test_a_second_demo_on_the_same_folder_is_told_so(folder):
    in_use = rf"in use by another rtdash demo \(process {os.getpid()}\)"
    with DataFolder.open(folder), pytest.raises(ServerError, match=in_use):
        DataFolder.open(folder)
    DataFolder.open(folder).close()


@pytest.mark.parametrize("fresh", [False, True])
def test_a_folder_of_somebody_else_is_left_alone(folder, fresh):
    folder.mkdir()
    (folder / "thesis.tex").write_text("years of work")
    with pytest.raises(ServerError, match="was not made by rtdash"):
        DataFolder.open(folder, fresh=fresh)
    assert [entry.name for entry in folder.iterdir()] == ["thesis.tex"]


def test_a_fresh_start_follows_no_link_out_of_the_folder(folder, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with DataFolder.open(folder) as data:
        data.subfolder("postgresql").joinpath("data").mkdir()
        (folder / "elsewhere").symlink_to(tmp_path)
    with DataFolder.open(folder, fresh=True):
        assert not (folder / "postgresql").exists()
    assert (tmp_path / "thesis.tex").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only servers of root change their account")
def test_a_folder_that_is_closed_to_the_servers_is_told_so(folder):
    folder.parent.chmod(0o700)
    with pytest.raises(ServerError, match="is closed to user postgres"):
        DataFolder.open(folder)


def test_a_path_that_cannot_be_a_folder_is_told_so(folder):
    folder.write_text("a file")
    with pytest.raises(ServerError, match="Not a directory"):
        DataFolder.open(folder)


def test_sockets_have_a_short_path_that_only_the_servers_enter(folder, monkeypatch):
    long = folder.parent / ("long" * 20)
    long.mkdir(mode=0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with DataFolder.open(folder) as data:
        assert data.sockets.parent == Path("/tmp")
        assert data.sockets.stat().st_mode & 0o777 == 0o700
        assert data.sockets.stat().st_uid == data.account.uid
        sockets = data.sockets
    assert not sockets.exists()


def test_sockets_of_a_killed_demo_are_removed_at_the_next_start(folder):
    with DataFolder.open(folder) as data:
        sockets = data.sockets
    sockets.mkdir()
    os.chown(sockets, data.account.uid, data.account.gid)
    (folder / "sockets").symlink_to(sockets)
    with DataFolder.open(folder):
        assert not sockets.exists()


def test_a_link_to_another_folder_is_only_unlinked(folder, tmp_path):
    DataFolder.open(folder).close()
    (folder / "sockets").symlink_to(tmp_path)
    DataFolder.open(folder).close()
    assert tmp_path.exists()
