"""`.env.example`: every setting of `market.config` with its description and its default."""

from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from market.config import DEVELOPMENT_KEY, ROOT, Config
from market.documents import document

_HEAD = """\
# Every setting there is, with its default. Written by `manage.py write_documents` from market/config.py.
# The environment comes first, then a file named .env beside this one. With SIGHTLINE_ENV=production a missing or
# unsafe value stops the start and names itself.
"""


@document(".env.example")
def env_example() -> str:
    return _HEAD + "".join(
        f"\n# {field.description}\n{name.upper()}={_default(field)}\n" for name, field in Config.model_fields.items()
    )


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        # Who copies the file must not carry the development key into production by accident.
        return value.get_secret_value().replace(DEVELOPMENT_KEY, "")
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, Path):
        return f"./{value.relative_to(ROOT)}"
    text = str(value)
    return f'"{text}"' if " " in text else text
