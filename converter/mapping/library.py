"""The mappings: the built-in folder with a user's own folder laid over it."""

from collections.abc import Iterator
from functools import cached_property

from converter.mapping.documents import Document
from converter.mapping.fields import Dictionary, add_items, append_sources, check_sources, load_fields
from converter.mapping.forms import Form, load_form
from converter.mapping.layers import Layer, Layers, builtin

__all__ = ["Layer", "Library", "builtin"]


class Library(Layers):
    """Fields, forms, checks and schemes of the layers; later layers win. Raises ConfigurationError on first use."""

    def documents(self, pattern: str) -> Iterator[tuple[Layer, Document]]:
        """Every YAML file of every layer that fits `pattern`, layer by layer in the order of their names."""
        for layer, path, shown in self.files(pattern):
            yield layer, Document(path, shown)

    @cached_property
    def dictionary(self) -> Dictionary:
        """The data dictionary of all layers, with what forms bring along."""
        dictionary = load_fields([document for _, document in self.documents("fields.yaml")])
        for _, document in self._forms.values():
            form = document.parse(Form)
            add_items(dictionary, form.form, form.items, document)
        return dictionary

    @cached_property
    def _forms(self) -> dict[str, tuple[Layer, Document]]:
        """The file of each form by its name; a user's form replaces the built-in one."""
        owners: dict[str, tuple[Layer, Document]] = {}
        for layer, document in self.documents("forms/*.yaml"):
            name = document.parse(Form).form
            if (other := owners.get(name)) and other[0] == layer:
                message = f"与 {other[1].shown} 是同名的表单“{name}”"
                raise document.error("C06", message, "请改名或只保留一个", "form")
            owners[name] = layer, document
        return owners

    @cached_property
    def forms(self) -> list[Form]:
        """All forms. The built-in ones stand in the dictionary's sources; a user's own come after those."""
        produced: dict[bool, dict[str, set[str]]] = {True: {}, False: {}}
        forms = []
        for layer, document in self._forms.values():
            form = load_form(document, self.dictionary)
            forms.append(form)
            produced[layer == self.layers[0]][form.form] = form.fields()
        append_sources(self.dictionary, produced[False])
        check_sources(self.dictionary, produced[True] | produced[False])
        return forms
