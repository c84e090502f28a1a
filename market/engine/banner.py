"""What is said once the house is up: where everything is, and how to get in."""

import json

from market.engine import first_result, trust
from market.engine.front import Front
from market.engine.layout import Layout


def text(front: Front, layout: Layout) -> str:
    url = front.url
    lines = [
        "",
        f"Sightline is up: {url}",
        "",
        f"  people     {url}/",
        f"  operators  {url}/ops/",
        f"  agents     {url}/v1, what is refused and why: {url}/docs/errors",
        *_demo(url, layout),
        "",
        "  A first result in five calls, by a simulated scout:",
        "",
        *(f"    {line}" for line in first_result.lines(url)),
        "",
        f"  data {layout.home}, logs {layout.logs}. Ctrl-C stops it.",
        "",
    ]
    if front.https:
        lines.append(trust.told(front))
    return "\n".join(lines)


def _demo(url: str, layout: Layout) -> list[str]:
    """What the demo world has left for us to tell. Without one there is nothing to say."""
    try:
        demo = json.loads(layout.demo.read_text())
    except (FileNotFoundError, ValueError):
        return []
    words = []
    if "agent_key" in demo:
        words.append(f"  test key   {demo['agent_key']}")
    people = [
        f"{demo[key]} ({who})" for key, who in (("scout_email", "scout"), ("operator_email", "operator")) if key in demo
    ]
    if people:
        words.append(f"  sign in as {' or '.join(people)}")
    if "mail_url" in demo:
        words.append(f"             the code is e-mailed: read it at {url}{demo['mail_url']}")
    return ["", *words] if words else []
