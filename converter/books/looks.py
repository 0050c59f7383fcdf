"""The looks of cells, by what they hold: fonts, borders, number formats, colours."""

from typing import Any

from converter.books import fonts

#: What every look begins with.
BASE: dict[str, Any] = {**fonts.TEXT, "font_size": 10, "valign": "vcenter", "text_wrap": True}
_BORDER = {"border": 1, "border_color": "#7F7F7F"}
_NUMBER = {**fonts.NUMBER, **_BORDER}
#: Of one line, printed smaller where it is too long.
_SHORT = {"text_wrap": False, "shrink": True, **_BORDER}

#: The looks of cells, by what they hold.
LOOKS: dict[str, dict[str, Any]] = {
    "title": {**fonts.TITLE, "font_size": 18, "align": "center", "text_wrap": False},
    "note": {**fonts.RUNNING, "font_size": 10, "font_color": "#404040", "text_wrap": False},
    "head": {**fonts.HEAD, "align": "center", "bg_color": "#DDE6F0", **_BORDER},
    "left_title": {**fonts.TITLE, "font_size": 16, "text_wrap": False},
    "text": {"font_size": 9, **_BORDER},
    "center": {"font_size": 9, "align": "center", **_BORDER},
    "sentence": {"font_size": 8, **_BORDER},
    "money": {**_NUMBER, "num_format": "#,##0.00####", "align": "right"},
    "number": {**_NUMBER, "num_format": "General", "align": "right"},
    "score": {**_NUMBER, "num_format": "0.00", "align": "center"},
    "weight": {**_NUMBER, "num_format": "General", "align": "center"},
    "percent": {**_NUMBER, "num_format": "0.00%", "align": "center"},
    "whole": {**_NUMBER, "num_format": "0", "align": "center"},
    "missing": {"font_size": 9, "align": "center", "bg_color": "#E7E6E6", **_BORDER},
    "input": {**_NUMBER, "num_format": "#,##0.00####", "align": "right", "bg_color": "#FFF9E5"},
    "plain_input": {**_NUMBER, "num_format": "General", "align": "right", "bg_color": "#FFF9E5"},
    "entry": {"font_size": 9, "bg_color": "#FFF9E5", **_BORDER},
    "sum": {**_NUMBER, "num_format": "0.00", "align": "center", "bold": True, "bg_color": "#F2F2F2"},
    "fill": {**_NUMBER, "num_format": "#,##0.00####", "align": "right", "bg_color": "#FFF9E5", "locked": False},
    "fill_whole": {**_NUMBER, "num_format": "#,##0", "align": "right", "bg_color": "#FFF9E5", "locked": False},
    "fill_percent": {**_NUMBER, "num_format": "0.00##%", "align": "right", "bg_color": "#FFF9E5", "locked": False},
    "fill_text": {"font_size": 9, "bg_color": "#FFF9E5", "locked": False, **_BORDER},
    "fill_choice": {"align": "center", "bg_color": "#FFF9E5", "locked": False, **_BORDER},
    "fill_score": {**_NUMBER, "num_format": "0.00", "align": "center", "bg_color": "#FFF9E5", "locked": False},
    "fill_code": {"font_size": 9, "num_format": "@", "bg_color": "#FFF9E5", "locked": False, **_SHORT},
    "fill_label": {"num_format": "@", "bg_color": "#FFF9E5", "locked": False, **_SHORT},
    "label": {"text_wrap": False, **_BORDER},
    "taken": {**_NUMBER, "num_format": "#,##0.00####", "align": "right", "bg_color": "#E7E6E6"},
    "status": {**fonts.HEAD, "font_size": 9, "font_color": "#C00000", "text_wrap": False},
    "plain": {"text_wrap": False},
    "plain_right": {"text_wrap": False, "align": "right"},
    "sign": {"text_wrap": False, "locked": False},
    "wrong": {"font_color": "#C00000", "bold": True},
    "sumtext": {"align": "center", "bold": True, "bg_color": "#F2F2F2", **_BORDER},
    "link": {"font_size": 9, "font_color": "#0563C1", "underline": 1, **_BORDER},
    "old": {"font_size": 9, "font_color": "#C00000", "font_strikeout": True, **_BORDER},
    "new": {"font_size": 9, "font_color": "#006100", **_BORDER},
    "paragraph": {**fonts.RUNNING, "font_size": 11},
    "signature": {**fonts.RUNNING, "font_size": 11, "text_wrap": False},
}
