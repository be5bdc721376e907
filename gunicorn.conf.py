"""How gunicorn serves: one process per core, threads for waiting, no access log (it would keep addresses and queries).

``popmap serve`` starts the private database first and sets POPMAP_STOP_DATABASE: the same process stops it again. While
it serves, a process beside it (``popmap db keep``) starts a private database that was killed once more, and another
(``popmap work-beside``, where POPMAP_WORK_BESIDE is set) forgets in time what is to be forgotten; their standard input
is ours, so they end with us however we end.
"""

import gc
import os
import subprocess
import sys

import popmap.app  # noqa: F401 - loaded once, here; the workers are born with it
from popmap.config import Settings
from popmap.db import private_cluster
from popmap.gazetteer import locating

_settings = Settings.from_environment()
_keepers = []
locating.warm_up()

bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = max(2, os.cpu_count() or 2)
threads = 4
timeout = 60
graceful_timeout = 10
keepalive = 5
limit_request_line = 8_190  # the most it allows; shorter ones that are too long for us get an answer in our words
accesslog = None
errorlog = "-"
loglevel = "error"  # a warning of a request that cannot be read names the visitor's address
proc_name = "popmap"
# a heartbeat must not wait for a disk; where shared memory is closed to us, the usual folder does
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None  # noqa: S108

_COLLECTED_AFTER = 10_000


def post_worker_init(worker):  # noqa: ANN001, ANN201, ARG001 - gunicorn's own hook
    """Leave what stays for good out of every later search for garbage, and search less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER, 20, 20)


def when_ready(server):  # noqa: ANN001, ANN201 - gunicorn's own hook
    """Tell people where to look, and have the database and what is due looked after."""
    server.log.debug("ready")
    wanted = [["db", "keep"]] if not _settings.database_url else []
    wanted += [["work-beside"]] if os.environ.get("POPMAP_WORK_BESIDE") else []
    for words in wanted:
        # a process, not a thread: gunicorn collects the ends of all children of its own, pg_ctl's as well
        command = [sys.executable, "-m", "popmap.cli", *words]
        keeper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True)
        _keepers.append(keeper)
    print(f"PoP Map is at http://{_settings.host}:{_settings.port}/  (Ctrl-C stops it)", flush=True)  # noqa: T201


def on_exit(server):  # noqa: ANN001, ANN201, ARG001 - gunicorn's own hook
    """Stop the private database if this server started it; first whoever would start it again or work on it."""
    for keeper in _keepers:
        keeper.stdin.close()
        keeper.wait()
    if os.environ.get("POPMAP_STOP_DATABASE"):
        private_cluster(_settings).stop()
        (_settings.data / "server.lock").unlink(missing_ok=True)
