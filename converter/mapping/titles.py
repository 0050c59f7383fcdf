"""Which forms a sheet's title names. The longest known title counts: 财政拨款收入支出决算总表 is no 收入支出决算总表."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from converter.mapping.forms import Form
from converter.mapping.page import Page
from converter.vocabulary.labels import plain, shown

#: A longer text is a sentence that names a table, not its title.
_LONGEST_TITLE = 60


class Titles:
    """The titles of all forms, asked once for each sheet. What a text names is kept: departments print the same titles."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self.forms = forms
        self._titles = {form.form: [plain(title) for title in form.titles] for form in forms}
        self._unless = {form.form: [plain(word) for word in form.unless] for form in forms}
        self._marks = {form.form: [plain(mark) for mark in form.marks] for form in forms}
        self._any = re.compile("|".join(re.escape(title) for titles in self._titles.values() for title in titles))
        self._at = {form.form: at for at, form in enumerate(forms)}
        self._kept = lru_cache(maxsize=1 << 12)(self._named)

    def of(self, page: Page) -> list[list[Form]]:
        """The forms whose title stands in the sheet's head (else in its name), longest title first, equals together.

        A title inside a longer known one, or beside a word of the form's `unless`, does not count; of equally long ones
        those with one of their `marks` come first.
        """
        around = [page.sheet.name, *page.head_texts]
        for texts in (around[1:], around[:1]):
            lengths: dict[str, int] = {}
            for named in filter(None, map(self._kept, texts)):
                for name, length in named.items():
                    lengths[name] = max(length, lengths.get(name, 0))
            if lengths:
                ranks = {name: (-length, not self._marked(name, around)) for name, length in lengths.items()}
                ranked = sorted(ranks, key=lambda name: (ranks[name], self._at[name]))
                return [[self.forms[self._at[name]] for name in group] for _, group in groupby(ranked, key=ranks.get)]
        return []

    def _marked(self, name: str, around: Sequence[str]) -> bool:
        """Whether a text of the sheet's head bears one of a form's `marks`."""
        marks = self._marks[name]
        return bool(marks) and any(mark in plain(text) for mark in marks for text in around)

    def _named(self, text: str) -> dict[str, int]:
        """The forms that a text names, with the length of the longest title of each in it."""
        folded = plain(text)
        if len(folded) > _LONGEST_TITLE or not self._any.search(folded):
            return {}
        hits = [(form.form, hit) for form in self.forms for hit in self._hits(folded, form)]
        lengths: dict[str, int] = {}
        for name, hit in hits:
            if not any(hit != longer and hit in longer for _, longer in hits):
                lengths[name] = max(len(hit), lengths.get(name, 0))
        return lengths

    def _hits(self, text: str, form: Form) -> Iterator[str]:
        hits = [title for title in self._titles[form.form] if title in text]
        if hits and not any(word in text for word in self._unless[form.form]):
            yield from hits


def printed_title(page: Page, form: Form, head_row: int) -> str:
    """The line above the heads that bears one of the form's titles, as printed; else the form's first title."""
    texts = (shown(text) for row in range(head_row) for _, text in page.sheet.texts(row) if len(text) <= _LONGEST_TITLE)
    titles = [plain(title) for title in form.titles]
    return next((text for text in texts if any(title in plain(text) for title in titles)), form.titles[0])
