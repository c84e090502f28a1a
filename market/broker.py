"""Celery's settings. The broker is the same Postgres, unless CELERY_BROKER_URL names another one."""

from typing import Any

from celery.schedules import crontab
from psycopg.conninfo import make_conninfo

from market.config import config

# No task may run longer than this. Twice as long a message stays hidden from others; what a killed worker held is
# found earlier than that by the sweep over the rows of work to do.
LONGEST_TASK_SECONDS = 120

_redis_or_other = config.celery_broker_url.get_secret_value()

broker_url = _redis_or_other or "pgmq://"
broker_transport_options: dict[str, Any] = {"visibility_timeout": LONGEST_TASK_SECONDS * 2}
if not _redis_or_other:
    broker_transport_options |= {
        # The transport's own parser of addresses loses socket folders, so it gets libpq's words.
        "conn_string": make_conninfo("", **config.database),
        "init_extension": False,  # the schema comes from a migration
        "use_notify": True,
        "notify_throttle_interval_ms": 0,
        "wait_time_seconds": 0,
        "pool_size": 4,
        "queue_name_prefix": "celery_",
    }
broker_connection_retry_on_startup = True
broker_connection_max_retries = None  # a broker that is away is waited for, however long
worker_cancel_long_running_tasks_on_connection_loss = True

task_acks_late = True
task_reject_on_worker_lost = True
task_ignore_result = True
task_time_limit = LONGEST_TASK_SECONDS
task_soft_time_limit = LONGEST_TASK_SECONDS - 10
task_serializer = "json"
accept_content = ["json"]
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
worker_send_task_events = False
worker_enable_remote_control = False  # nobody steers workers by broadcast; the queue has no fan-out to do it with
enable_utc = True
timezone = "UTC"

beat_schedule: dict[str, dict[str, Any]] = {
    "sweep-work": {"task": "market.work.tasks.sweep_work", "schedule": 15.0, "options": {"expires": 15}},
    "check-books": {"task": "market.ledger.tasks.check_books", "schedule": crontab(hour="4", minute="10")},
    "sweep-claims": {"task": "bounties.tasks.sweep_claims", "schedule": 5.0, "options": {"expires": 5}},
    "sweep-reviews": {"task": "bounties.tasks.sweep_reviews", "schedule": 5.0, "options": {"expires": 5}},
    "sweep-disputes": {"task": "bounties.tasks.sweep_disputes", "schedule": 10.0, "options": {"expires": 10}},
    "sweep-bounties": {"task": "bounties.tasks.sweep_bounties", "schedule": 5.0, "options": {"expires": 5}},
    "sweep-awards": {"task": "bounties.tasks.sweep_awards", "schedule": 5.0, "options": {"expires": 5}},
}
