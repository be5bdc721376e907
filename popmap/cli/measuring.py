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

DOWNLOADS_HEAD: Final = (
    f"{'':15} {'services/s':>10} {'of COPY':>7} {'goal':>5} {'seconds':>8} {'first s':>8} {'MB':>8} {'server':>7} "
    f"{'apart':>6}  (memory in MB)"
)


@click.command()
@click.option("--seconds", default=5.0, show_default=True, help="How long each point is measured.")
@click.option("--database", "databases", multiple=True, help="Only this database (popmap, popmap_fake).")
@click.option("--only", multiple=True, help="Only this workload, such as W3.")
@click.option("--format", "formats", multiple=True, help="Of W7 only this format, such as csv.")
def bench(seconds: float, databases: tuple[str, ...], only: tuple[str, ...], formats: tuple[str, ...]) -> None:
    """Measure every workload beside the SQL floor and the server's trivial page (H) of the same run."""
    settings = private_settings()
    cluster = private_cluster(settings)
    cluster.start()
    bindir = find_installation(settings).bindir
    for name in databases or [one for one in (CATALOGUE, FAKE) if one in cluster.databases()]:
        if not only or {*only} - {measuring.DOWNLOADS}:
            click.echo(f"\n{name}\n{HEAD}")
            for result in measuring.run(cluster.url(name), seconds=seconds, only=only, bindir=bindir):
                click.echo(_line(result))
        if not only or measuring.DOWNLOADS in only:
            click.echo(f"\n{name}, all of it as files\n{DOWNLOADS_HEAD}")
            for outcome in measuring.measure(cluster.url(name), only=formats):
                click.echo(_downloaded(outcome))


def _downloaded(outcome: measuring.Outcome) -> str:
    download, taken = outcome.download, outcome.taken
    beside = f"{outcome.of_copy:7.2f} {download.of_copy:5.2f}" if download.sql else f"{'':13}"
    grown = "?" if taken.grown_mb is None else f"{taken.grown_mb:+.0f}"
    return (
        f"{measuring.DOWNLOADS} {download.format:12} {outcome.services / taken.seconds:10.0f} {beside} "
        f"{taken.seconds:8.1f} {taken.first_s:8.2f} {taken.bytes / 1e6:8.1f} {grown:>7} {taken.apart_mb:6.0f}  "
        f"{'kept' if outcome.kept else 'MISSED'}  ({outcome.services} services; COPY {outcome.copy_s:.1f} s)"
    )


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
