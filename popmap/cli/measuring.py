"""``popmap bench``: what is promised about speed, measured on the seed and on the synthetic catalogue."""

from typing import Final

import click

from popmap import bench as measuring
from popmap.cli.database import private_settings
from popmap.cli.synthetic import FAKE
from popmap.db import CATALOGUE, private_cluster
from popmap.postgres import find_installation

HEAD: Final = (
    f"{'':10} {'requests/s':>10} {'of H':>6} {'goal':>5} {'of floor':>8} {'goal':>5} {'p50 ms':>7} {'p99 ms':>7}"
)


@click.command()
@click.option("--seconds", default=5.0, show_default=True, help="How long each point is measured.")
@click.option("--database", "databases", multiple=True, help="Only this database (popmap, popmap_fake).")
@click.option("--only", multiple=True, help="Only this workload, such as W3.")
def bench(seconds: float, databases: tuple[str, ...], only: tuple[str, ...]) -> None:
    """Measure every workload beside the SQL floor and the server's trivial page (H) of the same run."""
    settings = private_settings()
    cluster = private_cluster(settings)
    cluster.start()
    bindir = find_installation(settings).bindir
    for name in databases or [one for one in (CATALOGUE, FAKE) if one in cluster.databases()]:
        click.echo(f"\n{name}\n{HEAD}")
        for result in measuring.run(cluster.url(name), seconds=seconds, only=only, bindir=bindir):
            click.echo(_line(result))


def _line(result: measuring.Result) -> str:
    workload, rate = result.workload, result.rate
    goal_h = f"{workload.of_h:.2f}" if workload.of_h else ""
    goal_floor = f"{workload.of_floor:.2f}" if workload.of_floor else ""
    judged = "kept" if result.kept else "MISSED"
    judged += f" within {workload.within_ms:.0f} ms" if workload.within_ms else ""
    failed = f", {rate.failed} failed" if rate.failed else ""
    return (
        f"{workload.name:10} {rate.per_s:10.0f} {result.of_h:6.2f} {goal_h:>5} {result.of_floor:8.2f} {goal_floor:>5} "
        f"{rate.p50_ms:7.1f} {rate.p99_ms:7.1f}  {judged}{failed}  (H {result.trivial.per_s:.0f}, "
        f"floor {result.floor.per_s:.0f})  {workload.title}"
    )
