"""``popmap bench``: each workload of the promise beside the database's floor and the server's trivial page.

Times drift with the machine, ratios of one run hold: a workload is judged by the rate of the trivial page (H) taken
just before it, and by the best plain SQL that gives the same answer (the floor). The promises are in ``workloads``.
"""

from popmap.bench.downloads import NAME as DOWNLOADS
from popmap.bench.downloads import Outcome, measure
from popmap.bench.runs import Result, run
from popmap.bench.workloads import WORKLOADS, Workload

__all__ = ["DOWNLOADS", "WORKLOADS", "Outcome", "Result", "Workload", "measure", "run"]
