"""The command line as its users see it: outcome on standard output, one sentence on standard error, exit status."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from databases import COPY_PREFIX
from popmap.cli import beside, marks, popmap, working
from popmap.cli.serving import check_port
from popmap.config import PROJECT
from popmap.errors import SetupError
from popmap.gazetteer import filling
from popmap.postgres import OPEN_FOLDER


@pytest.fixture
def run(seeded, tmp_path):
    """Run `popmap` as a process of its own, on the database with the seed."""

    def run(*arguments, **environment):
        ours = {"POPMAP_DATA": str(tmp_path / "data"), "POPMAP_DATABASE_URL": seeded.owner_url, "LANG": "C.UTF-8"}
        return subprocess.run(
            [sys.executable, "-m", "popmap.cli", *map(str, arguments)],
            cwd=PROJECT,
            env={**os.environ, **ours, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def everything(command, path=()):
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from everything(command.get_command(context, name), (*path, name))


@pytest.mark.parametrize("path", list(everything(popmap)), ids=" ".join)
def test_every_command_explains_itself(path):
    shown = CliRunner().invoke(popmap, [*path, "--help"])
    assert shown.exit_code == 0
    assert "Usage" in shown.output


def test_the_private_database_is_started_shown_and_stopped(run, private_cluster_in, tmp_path):
    private_cluster_in(tmp_path / "data")
    steps = {"status": "absent", "start": "started", "stop": "stopped"}
    for command, answer in steps.items():
        assert run("db", command, POPMAP_DATABASE_URL="").stdout.startswith(answer)
    assert run("db", "status", POPMAP_DATABASE_URL="").stdout.startswith("stopped")


def test_an_outside_database_is_not_started_or_stopped(run):
    refused = run("db", "stop")
    assert refused.returncode == 1
    assert "POPMAP_DATABASE_URL" in refused.stderr


def test_an_export_loads_again_to_the_same_catalogue(run, tmp_path):
    file = tmp_path / "services.csv"
    assert run("export", "csv", "--output", file).returncode == 0
    loaded = run("load", file, "--dry-run")
    assert loaded.returncode == 0, loaded.stderr
    assert "0 added, 0 changed" in loaded.stdout


def test_an_export_takes_the_criteria_of_the_pages(run):
    lines = run("export", "csv", "--filter", "country=FR", "--filter", "kind=helpline").stdout.splitlines()
    assert len(lines) > 1
    assert len(lines) < len(run("export", "csv").stdout.splitlines())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export", "csv", "--filter", "colour=red"), "colour: unknown_name"),
        (("export", "csv", "--filter", "kind=circus"), "kind: unknown_value (circus); allowed: "),
        (("export", "csv", "--filter", "kind"), "KEY=VALUE"),
        (("export", "papyrus"), "papyrus"),
        (("export", "csv", "--output", "no-such-folder/x.csv"), "popmap: no-such-folder/x.csv: "),
        (("load", "no-such-file.csv"), "no-such-file.csv"),
        (("fly",), "fly"),
    ],
)
def test_what_is_refused_is_told_in_words(run, arguments, told):
    refused = run(*arguments)
    assert refused.returncode != 0
    assert told in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_file_with_errors_shows_each_with_row_and_column(run, tmp_path):
    header, first = (PROJECT / "seed" / "services.csv").read_text().splitlines()[:2]
    (tmp_path / "bad.csv").write_text(f"{header}\n{first}\n{first}\n")
    refused = run("load", tmp_path / "bad.csv")
    assert refused.returncode == 1
    assert "row 3, id: duplicate" in refused.stderr


@pytest.fixture
def blank(databases):
    """A database in which nothing was ever done."""
    name = f"{COPY_PREFIX}blank_{os.getpid()}"
    databases.cluster.create_database(name)
    yield databases.cluster.url(name)
    databases.cluster.drop_database(name)


@pytest.mark.parametrize("command", [("export", "csv"), ("load", "seed/emergency_numbers.csv")])
def test_a_database_that_was_never_set_up_is_told_as_that_and_nothing_is_written(run, blank, command):
    refused = run(*command, POPMAP_DATABASE_URL=blank)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "was never set up" in refused.stderr


def test_both_who_skip_loading_leave_out_the_same_files():
    assert {f"popmap/gazetteer/{name}" for name in filling.ONLY_ASK} == marks.ONLY_ASK


def test_an_export_that_cannot_be_written_leaves_no_half_file(run, tmp_path):
    (tmp_path / "closed").write_text("")
    assert run("export", "csv", "--output", tmp_path / "closed" / "file.csv").returncode != 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["closed"]


def test_a_taken_port_is_told_before_anything_is_started(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = run("serve", POPMAP_PORT=str(taken.getsockname()[1]), POPMAP_DATABASE_URL="")
    assert refused.returncode == 1
    assert "is taken" in refused.stderr
    assert run("db", "status", POPMAP_DATABASE_URL="").stdout.startswith("absent")


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(SetupError, match="not of this machine"):
        check_port("192.0.2.1", 8000)


def test_a_data_folder_that_cannot_be_used_is_told(run, tmp_path):
    (tmp_path / "file").write_text("")
    refused = run("db", "start", POPMAP_DATA=str(tmp_path / "file" / "data"), POPMAP_DATABASE_URL="")
    assert refused.returncode == 1
    assert "set POPMAP_DATA" in refused.stderr


@pytest.fixture
def small_disk():
    """Makes a disk of some megabytes, where PostgreSQL's user may go, and takes it away afterwards."""
    folder = Path(tempfile.mkdtemp(dir=OPEN_FOLDER))
    folder.chmod(0o755)

    def mount(megabytes):
        if os.geteuid() != 0:
            pytest.skip("only root makes a small disk")
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], check=False)
        if made.returncode:
            pytest.skip("this machine lets nobody make a small disk")
        return folder

    yield mount
    subprocess.run(["umount", folder], check=False, stderr=subprocess.DEVNULL)
    folder.rmdir()


@pytest.mark.parametrize("megabytes", [20, 90])
def test_a_full_disk_is_told(run, small_disk, megabytes):
    data = str(small_disk(megabytes) / "data")  # too small for a cluster, for the gazetteer
    refused = run("db", "prepare", POPMAP_DATA=data, POPMAP_DATABASE_URL="")
    run("db", "stop", POPMAP_DATA=data, POPMAP_DATABASE_URL="")
    assert refused.returncode == 1
    assert "is full" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_a_missing_postgis_is_told(run, tmp_path):
    refused = run("db", "start", POPMAP_DATABASE_URL="", POPMAP_PG_BINDIR=str(tmp_path))
    assert refused.returncode == 1
    assert "PostGIS was not found" in refused.stderr


def test_a_database_out_of_reach_is_told(run, tmp_path):
    refused = run("export", "csv", POPMAP_DATABASE_URL=f"postgresql://nobody@/nothing?host={tmp_path}")
    assert refused.returncode == 1
    assert "cannot be reached" in refused.stderr


@pytest.mark.parametrize(("started_here", "afterwards"), [("1", "stopped"), ("", "running")])
def test_ctrl_c_stops_the_database_only_if_the_server_started_it(
    private_cluster_in, tmp_path, started_here, afterwards
):
    cluster = private_cluster_in(tmp_path)
    cluster.start()
    (tmp_path / "trivial.py").write_text("def app(environ, start):\n    start('200 OK', [])\n    return [b'']\n")
    words = {"POPMAP_STOP_DATABASE": started_here, "POPMAP_WORK_BESIDE": started_here}
    server = serve_until_ready(tmp_path, {"POPMAP_DATA": str(tmp_path)} | words)
    children = processes_of(server)
    assert ["work-beside" in told for told in children.values()].count(True) == len(started_here)
    server.send_signal(signal.SIGINT)
    assert server.wait(timeout=20) == 0
    assert cluster.status() == afterwards
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def processes_of(server):
    """The children of a process, each with the words it was started with."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in children}


def test_the_worker_works_until_the_server_ends(tmp_path):
    """A round that is under way is stopped as well."""
    reading, writing = os.pipe()
    (tmp_path / "rounds").touch()
    work = ["sh", "-c", f"echo x >>{tmp_path}/rounds; [ $(wc -l <{tmp_path}/rounds) -lt 3 ] || exec sleep 600"]

    def end_at_the_third():
        while len((tmp_path / "rounds").read_text()) < 6:
            time.sleep(0.01)
        os.close(writing)

    server = threading.Thread(target=end_at_the_third)
    server.start()
    with os.fdopen(reading) as stream:
        beside.keep_working(work, stream, first_after_s=0, every_s=0)
    server.join()
    assert (tmp_path / "rounds").read_text() == "x\n" * 3


def test_one_process_at_a_time_works_on_a_folder(tmp_path):
    with working.turn(tmp_path) as first, working.turn(tmp_path) as second:
        assert (first, second) == (True, False)
    with working.turn(tmp_path) as afterwards:
        assert afterwards


def serve_until_ready(folder, environment):
    """gunicorn with the project's own configuration on an application that needs nothing; returns once it serves."""
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--workers", "1"]
    server = subprocess.Popen(
        [*command, "--pythonpath", str(folder), "trivial:app"],
        cwd=PROJECT,
        env={**os.environ, **environment, "POPMAP_PORT": str(free_port())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with server.stdout as output:
        assert "http://127.0.0.1:" in output.readline()
    return server


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_database_left_running_by_a_killed_server_is_taken_over(private_cluster_in, tmp_path):
    cluster = private_cluster_in(tmp_path)
    assert in_another_process(tmp_path) == "True"  # it started the database and died without stopping it
    assert cluster.status() == "running"
    assert in_another_process(tmp_path) == "True"


def test_a_database_that_somebody_else_started_is_left_to_them(private_cluster_in, tmp_path):
    private_cluster_in(tmp_path).start()
    assert in_another_process(tmp_path) == "False"


def in_another_process(data):
    """What `popmap serve` finds about the ownership of the database, in a process that then dies."""
    program = f"""
from pathlib import Path
from popmap.cli.serving import _start_cluster
from popmap.config import Settings
print(_start_cluster(Settings(data=Path({str(data)!r}))))
"""
    return subprocess.check_output([sys.executable, "-c", program], cwd=PROJECT, text=True).strip()


def test_a_version_is_made_once_a_day_and_a_map_is_a_file(run, tmp_path):
    made = run("version", "create")
    assert made.returncode == 0, made.stderr
    again = run("version", "create")
    assert again.returncode != 0
    assert "never written again" in again.stderr
    assert run("version", "list").stdout.startswith(made.stdout.partition(":")[0])
    shown = run("export", "html", "--filter", "country=NZ", "--language", "fr", "--output", tmp_path / "map.html")
    assert shown.returncode == 0, shown.stderr
    assert '<html lang="fr" dir="ltr">' in (tmp_path / "map.html").read_text()
