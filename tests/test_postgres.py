"""The private cluster: made, found again, survives a kill, refuses what is not its own."""

import os
import shutil
import signal
import socket
import time
from pathlib import Path

import psycopg
import pytest

from databases import lend_postgis
from popmap import postgres
from popmap.config import Settings
from popmap.errors import SetupError
from popmap.postgres import Cluster, find_installation


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = lend_postgis(tmp_path_factory.mktemp("cluster"))
    made = Cluster(folder / "postgres", settings=Settings(data=folder))
    made.start()
    yield made
    made.stop()
    shutil.rmtree(made.directory)


def asked(cluster, query):
    with psycopg.connect(dbname="postgres", user="popmap", host=str(cluster.socket_directory)) as connection:
        return connection.execute(query).fetchone()[0]


def postmaster(cluster):
    return int((cluster.directory / "cluster" / "postmaster.pid").read_text().split()[0])


def test_starting_twice_starts_once(cluster):
    assert cluster.start() is False
    assert cluster.status() == "running"


@pytest.mark.parametrize("promise", ["fsync", "full_page_writes", "synchronous_commit", "data_checksums"])
def test_what_is_acknowledged_survives_a_power_cut(cluster, promise):
    assert asked(cluster, f"SHOW {promise}") == "on"


def test_it_listens_on_no_network_address(cluster):
    assert asked(cluster, "SHOW listen_addresses") == ""


def test_only_its_own_user_enters_folder_and_socket(cluster):
    for folder in (cluster.directory, cluster.socket_directory):
        assert folder.stat().st_mode & 0o077 == 0


def test_its_log_keeps_no_statement_and_no_value(cluster):
    with pytest.raises(psycopg.Error):
        asked(cluster, "SELECT 'canary 12.3456789' FROM nowhere_to_be_found")
    assert "canary" not in (cluster.directory / "log").read_text()


def test_ctrl_c_in_the_terminal_does_not_reach_it(cluster):
    assert os.getsid(postmaster(cluster)) != os.getsid(0)


def test_databases_are_made_copied_renamed_and_dropped(cluster):
    assert cluster.create_database("first") is True
    assert cluster.create_database("first") is False
    cluster.create_database("second", template="first")
    cluster.rename_database("second", "third")
    assert cluster.databases() == ["first", "third"]
    for name in ("first", "third"):
        cluster.drop_database(name)
    assert cluster.databases() == []


def test_it_starts_again_after_being_killed_with_all_it_kept(cluster):
    cluster.create_database("kept")
    os.kill(postmaster(cluster), signal.SIGKILL)
    wait_until_gone(cluster)
    assert cluster.status() == "stopped"
    assert cluster.start() is True
    assert "kept" in cluster.databases()


def wait_until_gone(cluster):
    address = str(cluster.socket_directory / ".s.PGSQL.5432")
    for _ in range(100):
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(address):
                return
        time.sleep(0.05)
    pytest.fail("the killed server still listens")


def test_stopping_twice_stops_once(private_cluster_in, tmp_path):
    fresh = private_cluster_in(tmp_path)
    assert fresh.status() == "absent"
    fresh.start()
    assert fresh.stop() is True
    assert fresh.stop() is False
    assert fresh.status() == "stopped"


def test_a_deep_folder_gets_a_short_socket_path(tmp_path):
    deep = Cluster(tmp_path / ("x" * 120), settings=Settings(data=tmp_path))
    assert len(str(deep.socket_directory)) < 80


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the cluster to another user")
def test_root_uses_an_open_folder_where_the_other_user_cannot_enter(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert Cluster(closed / "postgres", settings=Settings(data=closed)).directory.parent == postgres.OPEN_FOLDER


def test_a_cluster_of_another_version_is_refused_with_what_to_set(private_cluster_in, tmp_path):
    fresh = private_cluster_in(tmp_path)
    fresh.start()
    fresh.stop()
    (fresh.directory / "cluster" / "PG_VERSION").write_text("9\n")
    with pytest.raises(SetupError, match=r"made by PostgreSQL 9.*POPMAP_PG_BINDIR"):
        fresh.start()


def test_without_postgis_the_message_names_the_ways_out(tmp_path):
    with pytest.raises(SetupError, match=r"PostGIS was not found.*POPMAP_PG_BINDIR.*POPMAP_DATABASE_URL"):
        find_installation(Settings(data=tmp_path, pg_bindir=str(tmp_path)))


def test_newer_versions_are_tried_first():
    versions = [Path(f"/usr/lib/postgresql/{number}/bin") for number in ("9.6", "15", "16")]
    assert max(versions, key=postgres._version_key).parent.name == "16"
