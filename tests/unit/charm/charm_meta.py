"""The metadata of charmcraft.yaml, for charms of tests that use its relations."""

from pathlib import Path

import yaml

_FILE = yaml.load((Path(__file__).parents[3] / "charmcraft.yaml").read_text(), yaml.CSafeLoader)
META = {key: _FILE[key] for key in ("name", "peers", "provides", "requires")}
