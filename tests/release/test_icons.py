"""The icons of the installed page: drawn from static/icon.svg, named by the web manifest, and of the sizes it says."""

import json
import struct
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
MANIFEST = json.loads((STATIC / "app.webmanifest").read_text(encoding="utf-8"))


@pytest.mark.parametrize("icon", MANIFEST["icons"], ids=lambda icon: icon["src"])
def test_an_icon_of_the_manifest_is_there_in_the_size_it_says(icon):
    content = (STATIC / icon["src"]).read_bytes()
    if icon["type"] == "image/png":
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        assert "{}x{}".format(*struct.unpack(">II", content[16:24])) == icon["sizes"]
    else:
        assert content.startswith(b"<svg")


def test_the_icons_are_what_the_drawing_gives():
    pytest.importorskip("resvg_py", reason="pip install -e '.[artwork]' to test the tool that makes the icons")
    sys.path.insert(0, str(ROOT / "tools"))
    import make_icons

    drawn = make_icons.icons((STATIC / "icon.svg").read_text(encoding="utf-8"))
    assert set(drawn) == {icon["src"] for icon in MANIFEST["icons"]} - {"icon.svg"}
    assert [name for name, content in drawn.items() if (STATIC / name).read_bytes() != content] == []


def test_the_manifest_names_no_place_but_its_own_site():
    assert {MANIFEST[key] for key in ("id", "start_url", "scope")} == {"../"}
    style = (STATIC / "vizzy.css").read_text(encoding="utf-8")
    assert f"--ground: light-dark({MANIFEST['background_color']}," in style
