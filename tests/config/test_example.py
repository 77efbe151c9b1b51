"""The example file: true to the code, loadable, and complete."""

from __future__ import annotations

import re
from pathlib import Path

from connector.config import example_toml, load_settings
from connector.config.keys import keys
from tests.config.support import SECRETS, SMALLEST, Write

SHIPPED = Path(__file__).parents[2] / "config.example.toml"


def test_the_shipped_file_is_up_to_date() -> None:
    """Mend: ``python -c "from connector.config import *; print(example_toml(), end='')"``."""
    assert SHIPPED.read_text(encoding="utf-8") == example_toml()


def test_it_loads_as_it_stands(write: Write) -> None:
    """And means the same as the smallest file: everything else in it is a default."""
    shown = load_settings(write(example_toml()), SECRETS).describe()
    smallest = load_settings(write(SMALLEST), SECRETS).describe()
    for picture in (shown, smallest):
        del picture["platform"]["base_url"], picture["store"]["url"]
    assert shown == smallest


def test_every_key_is_in_it_and_its_default_loads(write: Write) -> None:
    """With all its settings uncommented it is still a good configuration."""
    text = re.sub(r"(?m)^#(?=\w+ = )", "", example_toml())
    path = write(text)
    path.chmod(0o600)
    settings = load_settings(path, {})
    set_in_file = {
        f"{section}.{name}" if section else name
        for section, names in settings.model_dump(exclude_unset=True).items()
        for name in (names if isinstance(names, dict) else [""])
    }
    assert {one.rstrip(".") for one in set_in_file} == set(keys())


def test_no_line_is_too_long() -> None:
    """It is read in a terminal first."""
    assert max(map(len, example_toml().splitlines())) <= 100
