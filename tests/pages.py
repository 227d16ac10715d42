"""HTML pages, for the tests: their tree, and that nothing is fetched from elsewhere."""

from __future__ import annotations

import re
from typing import Any

import html5lib

HTML = "{http://www.w3.org/1999/xhtml}"


def parsed(text: str) -> Any:
    """The tree of a page that has no error of syntax."""
    parser = html5lib.HTMLParser(strict=True)
    return parser.parse(text)


def inside(text: str) -> None:
    tree = parsed(text)
    identifiers = {node.get("id") for node in tree.iter()}
    for node in tree.iter():
        assert node.tag not in (f"{HTML}script", f"{HTML}link", f"{HTML}img", f"{HTML}iframe")
        for name, value in node.attrib.items():
            name = str(name).rpartition("}")[2]
            assert name != "src"
            assert not name.startswith("on"), name
            if name == "href":
                assert value[:1] == "#"
                assert value[1:] in identifiers
    for style in tree.iter(f"{HTML}style"):
        assert not re.search(r"url\(|@import|http", style.text)
