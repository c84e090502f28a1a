from market.celery import app


@app.task
def sweep_work() -> None:
    pass
