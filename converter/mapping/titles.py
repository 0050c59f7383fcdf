"""Which forms a sheet's title names. The longest known title counts: 财政拨款收入支出决算总表 is no 收入支出决算总表."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from converter.mapping.forms import Form
from converter.mapping.page import Page
from converter.vocabulary.labels import plain

#: A longer text is a sentence that names a table, not its title.
_LONGEST_TITLE = 60


class Titles:
    """The titles of all forms, asked once for each sheet."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self.forms = forms
        self._titles = {form.form: [plain(title) for title in form.titles] for form in forms}
        self._unless = {form.form: [plain(word) for word in form.unless] for form in forms}
        self._any = re.compile("|".join(re.escape(title) for titles in self._titles.values() for title in titles))

    def of(self, page: Page) -> list[list[Form]]:
        """The forms whose title stands in the sheet's head (else in its name), longest title first, equals together.

        A title inside a longer known one, or beside a word of the form's `unless`, does not count; of equally long ones
        those with one of their `marks` come first.
        """
        around = [plain(text) for text in (page.sheet.name, *page.head_texts)]
        for texts in (around[1:], around[:1]):
            ranks = {
                name: (-length, not any(plain(mark) in text for mark in form.marks for text in around))
                for name, (form, length) in self._lengths(texts).items()
            }
            if ranks:
                ranked = sorted((form for form in self.forms if form.form in ranks), key=lambda form: ranks[form.form])
                return [list(group) for _, group in groupby(ranked, key=lambda form: ranks[form.form])]
        return []

    def _lengths(self, texts: Iterable[str]) -> dict[str, tuple[Form, int]]:
        """Form by name, with the length of its longest title in one of the texts."""
        lengths: dict[str, tuple[Form, int]] = {}
        for text in texts:
            if len(text) > _LONGEST_TITLE or not self._any.search(text):
                continue
            hits = [(form, hit) for form in self.forms for hit in self._hits(text, form)]
            for form, hit in hits:
                if not any(hit != longer and hit in longer for _, longer in hits):
                    former = lengths[form.form][1] if form.form in lengths else 0
                    lengths[form.form] = form, max(len(hit), former)
        return lengths

    def _hits(self, text: str, form: Form) -> Iterator[str]:
        hits = [title for title in self._titles[form.form] if title in text]
        if hits and not any(word in text for word in self._unless[form.form]):
            yield from hits
