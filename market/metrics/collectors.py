"""What is looked up at the moment somebody asks for the metrics: rows of work, processes, what was built."""

import platform
import socket
import tomllib
from collections.abc import Iterator
from functools import cache

import django
import psutil
from django.db import connection
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from market.config import ROOT, config
from market.health.asking import Question
from market.metrics.folder import Process
from market.metrics.registry import folder

_MOST_KINDS = 100


def _count_work() -> list[tuple[str, int, int, int, float]]:
    """For each kind: open, due and not yet held, given up, and how long the oldest due one has waited in seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT kind,
                   count(*) FILTER (WHERE given_up_at IS NULL),
                   count(*) FILTER (WHERE given_up_at IS NULL AND due_at <= now()),
                   count(*) FILTER (WHERE given_up_at IS NOT NULL),
                   COALESCE(EXTRACT(EPOCH FROM now() - min(due_at)
                       FILTER (WHERE given_up_at IS NULL AND due_at <= now())), 0)::float8
              FROM work_work WHERE done_at IS NULL
             GROUP BY kind ORDER BY kind LIMIT %s
            """,
            [_MOST_KINDS],
        )
        return list(cursor.fetchall())


work_question = Question(_count_work)


class Work:
    """The queue. Its depth in messages says little, since a message only wakes somebody up: rows are the truth."""

    def collect(self) -> Iterator[Metric]:
        answer = work_question.ask()
        readable = GaugeMetricFamily("sightline_work_readable", "1 when the rows of work could be counted.")
        readable.add_metric([], 1.0 if answer.ok else 0.0)
        yield readable
        families = [
            GaugeMetricFamily("sightline_work_open", "Rows of work not done.", labels=["kind"]),
            GaugeMetricFamily("sightline_work_due", "Rows of work that are due and not done.", labels=["kind"]),
            GaugeMetricFamily("sightline_work_given_up", "Rows of work given up after many attempts.", labels=["kind"]),
            GaugeMetricFamily(
                "sightline_work_oldest_due_seconds", "How long the oldest due row has waited.", labels=["kind"]
            ),
        ]
        for kind, *numbers in answer.value or []:
            for family, number in zip(families, numbers, strict=True):
                family.add_metric([kind], float(number))
        yield from families


class Processes:
    """The processes of this machine that count, by what they are."""

    def collect(self) -> Iterator[Metric]:
        labels = ["role", "pid"]
        memory = GaugeMetricFamily("sightline_process_resident_bytes", "Memory in use.", labels=labels)
        seconds = CounterMetricFamily("sightline_process_cpu_seconds", "Processor time used.", labels=labels)
        files = GaugeMetricFamily("sightline_process_open_files", "Open file descriptors.", labels=labels)
        started = GaugeMetricFamily("sightline_process_start_time_seconds", "When it was started.", labels=labels)
        for process in folder.living():
            if process.host == socket.gethostname():
                _measure(process, memory, seconds, files, started)
        yield from (memory, seconds, files, started)


def _measure(
    process: Process,
    memory: GaugeMetricFamily,
    seconds: CounterMetricFamily,
    files: GaugeMetricFamily,
    started: GaugeMetricFamily,
) -> None:
    labels = [process.role, str(process.pid)]
    try:
        found = psutil.Process(process.pid)
        with found.oneshot():
            times = found.cpu_times()
            numbers = (found.memory_info().rss, times.user + times.system, found.num_fds(), found.create_time())
    except psutil.Error:  # it ended while we looked, or belongs to somebody else
        return
    families: tuple[GaugeMetricFamily | CounterMetricFamily, ...] = (memory, seconds, files, started)
    for family, number in zip(families, numbers, strict=True):
        family.add_metric(labels, float(number))


class Build:
    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "sightline_build_info", "What this is.", labels=["version", "revision", "python", "django"]
        )
        family.add_metric([_version(), config.sightline_revision, platform.python_version(), django.get_version()], 1.0)
        yield family


@cache
def _version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])
