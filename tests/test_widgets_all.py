"""What every widget keeps: its static forms, its colours, and that they read well."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from seen_colours import SIGHT, closest, contrast
from widget_samples import EVIL, SAMPLES

from course_lib.plots import look
from course_lib.widgets import base, chart_picture, chat_picture, tool_trace
from course_lib.widgets.base import CourseWidget

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
FOLDER = Path(base.__file__).parent
CSS = (FOLDER / "course.css").read_text(encoding="utf-8")
CURVES = re.findall(r"--course-\d: (#\w{6});", CSS)
# To be told apart: curves from far away, the grounds of boxes side by side.
PALETTES = {
    "plots": (look.COLOURS, 20),
    "charts": (chart_picture.COLOURS, 20),
    "light theme": (CURVES[:5], 12),
    "dark theme": (CURVES[5:], 12),
    "tokens": (base.TOKEN_COLOURS, 5),
    "chat": (list(chat_picture.BOXES.values()), 5),
    "shades": ([colour for _, colour in chat_picture.SHADES], 5),
    "tool trace": (list(tool_trace.COLOURS.values()), 5),
}


class Page(HTMLParser):
    """The tags of a page, and what of it would run, load, or vanish."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.opened, self.tags, self.scripts, self.styles = [], [], [], []
        self.unnamed = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append(tag)
        if tag not in ("br", "wbr", "img", "hr", "input"):
            self.opened.append(tag)
        self.scripts += [n for n in found if n.startswith("on")]
        self.scripts += [tag] if tag in ("script", "iframe", "object", "link") else []
        self.styles += [found["style"]] if "style" in found else []
        self.unnamed += tag == "img" and not found.get("alt")

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag, "tags are closed in order"


def forms(name: str) -> tuple[dict, dict]:
    return SAMPLES[name]()._repr_mimebundle_()


def test_there_is_a_sample_of_every_widget():
    assert {one.__name__ for one in CourseWidget.__subclasses__()} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_widget_has_words_and_a_picture_that_never_change(name):
    (first, metadata), (second, _) = forms(name), forms(name)
    pictures = {"text/html", "image/png"} & set(first)
    assert set(first) == {"text/plain", WIDGET_VIEW} | pictures
    assert len(pictures) == 1, "a front end shows one picture, not two"
    for kind in ("text/plain", *pictures):
        assert first[kind] == second[kind]
    words = first["text/plain"]
    assert words.strip()
    assert "object at 0x" not in words
    if pictures == {"image/png"}:
        assert metadata["image/png"]["alt"] == words


@pytest.mark.parametrize("name", SAMPLES)
def test_the_static_form_needs_no_kernel_no_network_and_no_trust(name):
    text = SAMPLES[name]().static_html()
    page = Page(text)
    assert page.opened == []
    assert page.scripts == []
    assert page.unnamed == 0
    assert EVIL not in text
    assert not re.search(r"https?://|url\(", text)


@pytest.mark.parametrize("name", SAMPLES)
def test_its_colours_stand_on_their_own_in_either_theme(name):
    """Who sets a ground sets the ink, too: the page around it may be dark."""
    for style in Page(SAMPLES[name]().static_html()).styles:
        found = dict(re.findall(r"(?:^|;)\s*(background|color):\s*(#\w+)", style))
        assert set(found) in (set(), {"background", "color"}), style
        if found:
            ink, ground = (
                c if len(c) == 7 else "#" + "".join(2 * d for d in c[1:])
                for c in (found["color"], found["background"])
            )
            assert contrast(ink, ground) >= 4.5, style


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("name", PALETTES)
def test_colours_are_told_apart_by_every_reader(name, sight):
    colours, least = PALETTES[name]
    assert closest(colours, sight)[0] >= least


def test_the_page_draws_with_the_colours_of_the_pictures():
    assert tuple(CURVES[:2]) == chart_picture.COLOURS[:2]
    assert chart_picture.COLOURS == look.COLOURS
    assert len(CURVES) == 10
    for script in ("token_explorer.js", "merge_stepper.js"):
        text = (FOLDER / script).read_text(encoding="utf-8")
        assert all(colour in text for colour in base.TOKEN_COLOURS)


@pytest.mark.parametrize("ground", ["#ffffff", "#111111"])
def test_curves_stand_out_from_the_ground(ground):
    curves = CURVES[:5] if ground == "#ffffff" else CURVES[5:]
    assert min(contrast(colour, ground) for colour in curves) >= 3
