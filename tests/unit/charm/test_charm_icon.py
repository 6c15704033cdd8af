"""Charmhub accepts the icon: a packed SVG of 100 by 100 without references."""

from pathlib import Path
from xml.etree import ElementTree

import yaml

ROOT = Path(__file__).parents[3]
ICON = ROOT / "icon.svg"


def test_it_is_a_square_of_a_hundred():
    svg = ElementTree.parse(ICON).getroot()  # noqa: S314 - our own file

    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert (svg.get("width"), svg.get("height"), svg.get("viewBox")) == (
        "100",
        "100",
        "0 0 100 100",
    )


def test_it_fetches_nothing():
    assert ICON.read_text().count("http") == 1  # the name of SVG itself


def test_it_is_packed():
    parts = yaml.load((ROOT / "charmcraft.yaml").read_text(), yaml.CSafeLoader)["parts"]

    assert "icon.svg" in parts["files"]["stage"]
