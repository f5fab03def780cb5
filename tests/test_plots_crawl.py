"""The funnel shows what it was given, and refuses an empty one."""

import pytest

from course_lib.crawl import Stage
from course_lib.plots import funnel_bars

STAGES = [Stage("crawled", 2_000, 9_000), Stage("text", 1_500, 5_000, 900),
          Stage("copies", 500, 2_000, 300)]  # fmt: skip


def test_every_stage_is_named_and_counted():
    (axes,) = funnel_bars(STAGES, "A funnel").axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["crawled", "text", "copies"]
    written = [t.get_text() for t in axes.texts]
    assert written == ["2,000", "1,500", "900 words", "500", "300 words"]
    widths = [bar.get_width() for bar in axes.patches[:6]]
    assert widths == pytest.approx([1, 0, 0.75, 1, 0.25, 1 / 3])


def test_an_empty_funnel_is_refused():
    with pytest.raises(ValueError, match="a funnel needs stages"):
        funnel_bars([], "Nothing")
