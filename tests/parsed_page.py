"""A report as a browser would read it."""

from html.parser import HTMLParser

_VOID = {"meta", "input", "wbr"}
_LOADING = {"script", "link", "img", "iframe", "object", "base", "form", "a"}
_ACTING = {"src", "href", "style", "onclick", "action"}


class Page(HTMLParser):
    """A parsed page; elements must be closed in the right order."""

    def __init__(self, text):
        super().__init__()
        self.source = text
        self.open, self.tags, self.attributes, self.text = [], [], [], []
        self.feed(text)
        assert not self.open

    def needs_nothing_else(self):
        """Check that the page loads nothing and runs nothing."""
        assert not _LOADING & set(self.tags)
        assert not _ACTING & {name for name, _ in self.attributes}
        assert "url(" not in self.source
        assert "@import" not in self.source

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)
