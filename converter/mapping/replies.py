"""部门说明: what departments answer to a 问题清单, read from the sheet when it comes back (their own book, or a form)."""

from collections.abc import Sequence
from typing import NamedTuple

from converter.mapping.listings import lines_of
from converter.mapping.page import Page
from converter.vocabulary.findings import Place, mask

NUMBER, REPLY = "编号", "部门说明"
_HEADS: dict[str, tuple[str, ...]] = {NUMBER: ("问题编号",), REPLY: ("部门回复", "说明情况", "部门反馈"), "部门": ()}
#: What tells a sheet that may be a 问题清单.
LABELS = (NUMBER, *_HEADS[NUMBER])


class Reply(NamedTuple):
    """A department's answer to the finding of a 编号, with its cell. Phone and identity numbers are masked."""

    number: str
    text: str
    place: Place


def replies_on(page: Page, file: str) -> list[Reply] | None:
    """The answers on a sheet, in its order; None where it has no heads 编号 and 部门说明."""
    if not may_be_replies(page):
        return None  # the usual case, without looking at every row
    lines = lines_of([page.sheet], _HEADS, [NUMBER, REPLY], file)
    if lines is None:
        return None
    return [
        Reply(line.text(NUMBER), mask(line.text(REPLY)), line.place(REPLY))
        for line in lines
        if line.text(NUMBER) and line.text(REPLY)
    ]


def may_be_replies(page: Page) -> bool:
    """Whether a sheet has a head 编号, by any of its names."""
    return not page.places.keys().isdisjoint(LABELS)


def joined(replies: Sequence[Reply]) -> str:
    """Several answers to one finding as one text, each once."""
    return "；".join(dict.fromkeys(reply.text for reply in replies))
