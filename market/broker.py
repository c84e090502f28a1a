"""Celery's settings. The broker is the same Postgres, unless CELERY_BROKER_URL names another one."""

from typing import Any

from celery.schedules import crontab
from psycopg.conninfo import make_conninfo

from market import queue
from market.config import config

# No task may run longer than this. Twice as long a message stays hidden from others; what a killed worker held is
# found earlier than that by the sweep over the rows of work to do.
LONGEST_TASK_SECONDS = 120
VISIBILITY_SECONDS = LONGEST_TASK_SECONDS * 2


def _options(url: str) -> dict[str, Any]:
    """What each kind of broker is told. All of them: how long a message that was received stays hidden."""
    scheme = url.partition(":")[0].partition("+")[0]
    hidden = {"visibility_timeout": VISIBILITY_SECONDS}
    match scheme:
        case "pgmq":
            return hidden | {
                "conn_string": pgmq_conninfo(config.database),
                # Only the process that consumes listens, see market/celery.py: a connection that listens and is never
                # read fills up, and with it the notification queue of the whole server.
                "use_notify": False,
                "notify_throttle_interval_ms": 0,
                # While a worker has as many messages as it may, it hears of no more. This is what it waits then.
                "polling_interval": 0.1,
                "wait_time_seconds": 0,
                "pool_size": 4,
                "pool_timeout": 4,
                "queue_name_prefix": "celery_",
            }
        case "redis" | "rediss" | "sentinel":
            return hidden | {
                "health_check_interval": 25,
                "socket_keepalive": True,
                "socket_connect_timeout": 5,
                "retry_on_timeout": True,
            }
        case "amqp" | "amqps" | "pyamqp":
            # A message stays hidden for as long as the connection lives; the broker says that it has it.
            return {"confirm_publish": True}
        case "sqs":
            return hidden | {"polling_interval": 1, "wait_time_seconds": 10, "queue_name_prefix": "sightline-"}
        case _:
            return hidden


def pgmq_conninfo(database: dict[str, str]) -> str:
    """Messages only wake somebody up and the sweep makes up for lost ones, so they need not wait for the disk."""
    options = f"{database.get('options', '')} -c synchronous_commit=off".strip()
    return make_conninfo("", **{**database, "options": options, "application_name": "sightline queue"})


queue.register()
broker_url = config.celery_broker_url.get_secret_value() or "pgmq://localhost//"
broker_transport_options = _options(broker_url)
broker_pool_limit = 4
broker_connection_timeout = 4
# A request must not hang because the queue is away: the row is written, the sweep will find it.
task_publish_retry_policy = {"max_retries": 1, "interval_start": 0, "interval_max": 0.1}
broker_connection_retry_on_startup = True
broker_connection_max_retries = None  # a broker that is away is waited for, however long
# A task goes on when the broker goes away: its row is what counts, and a message that comes again finds it done.
worker_cancel_long_running_tasks_on_connection_loss = False

task_acks_late = True
task_reject_on_worker_lost = True
task_ignore_result = True
task_time_limit = LONGEST_TASK_SECONDS
task_soft_time_limit = LONGEST_TASK_SECONDS - 10
task_serializer = "json"
accept_content = ["json"]
# The transport asks again at most ten times a second while it has all it may have: so many it may have, or a burst of
# short tasks would wait for it. What waits behind a long task is found by the sweep, and done by somebody else.
worker_prefetch_multiplier = 8
# Celery's own care for Django closes the whole pool of connections before and after every task. With this it never
# does, and market/celery.py gives the connection back instead.
CELERY_DB_REUSE_MAX = 2**40
worker_hijack_root_logger = False
worker_send_task_events = False
worker_enable_remote_control = False  # nobody steers workers by broadcast; the queue has no fan-out to do it with
enable_utc = True
timezone = "UTC"

SWEEP_SECONDS = 5.0  # by so much comes late what is due at a later moment: a webhook's next try
HOUR = 3600.0
beat_schedule: dict[str, dict[str, Any]] = {
    "sweep-work": {
        "task": "market.work.tasks.sweep_work",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    },
    "forget-old-work": {"task": "market.work.tasks.forget_old_work", "schedule": HOUR, "options": {"expires": HOUR}},
    "forget-old-events": {
        "task": "market.events.tasks.forget_old_events",
        "schedule": HOUR,
        "options": {"expires": HOUR},
    },
    "look-again-for-webhooks": {
        "task": "market.webhooks.tasks.look_again",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "forget-old-deliveries": {
        "task": "market.webhooks.tasks.forget_old_deliveries",
        "schedule": HOUR,
        "options": {"expires": HOUR},
    },
    "forget-answers": {"task": "agents_api.tasks.forget_what_is_over", "schedule": HOUR, "options": {"expires": HOUR}},
    "check-books": {"task": "market.ledger.tasks.check_books", "schedule": crontab(hour="4", minute="10")},
    "begin-payouts": {"task": "market.payments.tasks.begin_payouts", "schedule": HOUR, "options": {"expires": HOUR}},
    "reconcile": {"task": "market.payments.tasks.reconcile", "schedule": crontab(hour="4", minute="40")},
    "list-missed-stripe-events": {
        "task": "market.payments.tasks.list_missed_events",
        "schedule": crontab(hour="3", minute="20"),
    },
    "sweep-top-ups": {"task": "market.payments.tasks.sweep_top_ups", "schedule": 600.0, "options": {"expires": 600}},
    "top-up-by-itself": {
        "task": "market.payments.tasks.top_up_by_itself",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "expire-evidence": {"task": "verification.tasks.expire", "schedule": HOUR, "options": {"expires": HOUR}},
    "look-around": {"task": "web.notices.tasks.look_around", "schedule": 60.0, "options": {"expires": 60}},
    "forget-notices": {"task": "web.notices.tasks.forget_old", "schedule": HOUR, "options": {"expires": HOUR}},
    "sweep-claims": {"task": "bounties.tasks.sweep_claims", "schedule": 5.0, "options": {"expires": 5}},
    "sweep-reviews": {"task": "bounties.tasks.sweep_reviews", "schedule": 5.0, "options": {"expires": 5}},
    "sweep-disputes": {"task": "bounties.tasks.sweep_disputes", "schedule": 10.0, "options": {"expires": 10}},
    "sweep-bounties": {"task": "bounties.tasks.sweep_bounties", "schedule": 5.0, "options": {"expires": 5}},
    "sweep-awards": {"task": "bounties.tasks.sweep_awards", "schedule": 5.0, "options": {"expires": 5}},
}
