"""Which forms a sheet's title names. The longest known title counts: 财政拨款收入支出决算总表 is no 收入支出决算总表."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from converter.mapping.forms import Form
from converter.mapping.page import Page
from converter.vocabulary.labels import plain

#: A longer text is a sentence that names a table, not its title.
_LONGEST_TITLE = 60


def titled(page: Page, forms: Sequence[Form]) -> list[list[Form]]:
    """The forms whose title stands in the sheet's head (else in its name), longest title first, equals together.

    A title inside a longer known one, or beside a word of the form's `unless`, does not count; of equally long ones
    those with one of their `marks` come first.
    """
    around = [plain(text) for text in (page.sheet.name, *page.head_texts)]
    for texts in (page.head_texts, [page.sheet.name]):
        ranks = {
            name: (-length, not any(plain(mark) in text for mark in form.marks for text in around))
            for name, (form, length) in _lengths(texts, forms).items()
        }
        if ranks:
            ranked = sorted((form for form in forms if form.form in ranks), key=lambda form: ranks[form.form])
            return [list(group) for _, group in groupby(ranked, key=lambda form: ranks[form.form])]
    return []


def _lengths(texts: Iterable[str], forms: Sequence[Form]) -> dict[str, tuple[Form, int]]:
    """Form by name, with the length of its longest title in one of the texts."""
    lengths: dict[str, tuple[Form, int]] = {}
    for text in texts:
        folded = plain(text)
        if len(folded) > _LONGEST_TITLE:
            continue
        hits = [(form, hit) for form in forms for hit in _hits(folded, form)]
        for form, hit in hits:
            if not any(hit != longer and hit in longer for _, longer in hits):
                former = lengths[form.form][1] if form.form in lengths else 0
                lengths[form.form] = form, max(len(hit), former)
    return lengths


def _hits(folded: str, form: Form) -> Iterator[str]:
    if any(plain(word) in folded for word in form.unless):
        return
    yield from (title for title in map(plain, form.titles) if title in folded)
