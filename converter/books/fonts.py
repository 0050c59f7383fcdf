"""Fonts of official papers (公文), by name only: nothing is embedded, nothing shipped.

A workbook cannot name a second choice. The character set (GB2312) and the family make Excel, WPS and LibreOffice put another
Chinese font of the kind in the place of a missing one. Every Chinese character is as wide as it is high in all of them, so
widths and line breaks hold whichever it is. Digits are those of Times New Roman, half as wide as a Chinese character.
"""

from typing import Any


def _chinese(name: str, family: int = 1) -> dict[str, Any]:
    return {"font_name": name, "font_charset": 134, "font_family": family}


TITLE = _chinese("方正小标宋简体")
HEAD = _chinese("黑体", 2)
TEXT = _chinese("宋体")
RUNNING = _chinese("仿宋_GB2312")
#: A number too long for its cell is printed smaller, never as ####.
NUMBER: dict[str, Any] = {"font_name": "Times New Roman", "font_charset": 0, "text_wrap": False, "shrink": True}
#: How a line of a footer begins.
FOOTER = '&"宋体,Regular"&9'
#: A note at a cell; a fixed author, so that the same content gives the same bytes.
NOTE: dict[str, Any] = {"author": "jixiao", "font_name": "宋体", "font_size": 9, "font_family": 1, "color": "#FFF9E5"}
