import base64
import re
from html.parser import HTMLParser

from sinapsi.report import Picture, Section, Table, page

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
VOID = {"meta", "img"}


class Structure(HTMLParser):
    """Collects the texts, and fails where tags are not closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.texts, self.links, self.tags = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def parsed(text):
    structure = Structure()
    structure.feed(text)
    assert structure.open == []
    return structure


def whole_page():
    sections = [
        Section("Scores & more", ("a < b",), Table(("name", "score"), (("x<script>", "0.9"), ("y", "0.8")))),
        Section("Pictures", pictures=(Picture(PNG, 'caption with "quotes"'),)),
    ]
    return page("Title <1>", "Intro & all", sections)


def test_the_page_is_well_formed_and_shows_its_texts():
    texts = parsed(whole_page()).texts
    for shown in ("Title <1>", "Intro & all", "Scores & more", "a < b", "x<script>", "0.9", 'caption with "quotes"'):
        assert shown in texts


def test_nothing_is_loaded_or_run():
    structure = parsed(whole_page())
    assert "script" not in structure.tags
    assert all(link.startswith("data:image/png;base64,") for link in structure.links)
    assert "http" not in whole_page()


def test_pictures_come_out_as_they_went_in():
    data = re.search(r"base64,([^\"]+)", whole_page()).group(1)
    assert base64.b64decode(data) == PNG


def test_colors_follow_the_reader():
    assert "prefers-color-scheme: dark" in whole_page()
