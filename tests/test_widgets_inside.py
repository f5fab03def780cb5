"""Stepper, attention view and query arrow without a browser: the page's messages."""

import math

import numpy as np
import pytest
import torch

from course_lib.generate import SamplingConfig, next_probabilities
from course_lib.widgets import AttentionView, NextTokenStepper, QueryArrow
from course_lib.widgets.query_arrow import weigh_keys

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
V = 30
STOP = 29
ROWS = torch.randn(V, V, generator=torch.Generator().manual_seed(0)) * 2


def stepper(**options) -> NextTokenStepper:
    """A toy language: what comes next depends on the last token only."""
    return NextTokenStepper(
        lambda ids: ROWS[ids[-1]], lambda i: f"·{i}", [0, 1], **options
    )


def likeliest(last: int, rank: int = 0) -> int:
    return int(torch.argsort(-ROWS[last])[rank])


def press(view: NextTokenStepper, name: str, argument=None) -> None:
    """Send what the page sends for a click."""
    view._handle_custom_msg({"do": name, "argument": argument}, [])


def attention() -> AttentionView:
    weights = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    hidden = torch.ones(4, 4).triu(1).bool()
    weights = weights.masked_fill(hidden, -math.inf).softmax(-1)
    return AttentionView(list(weights[:, None]), ["the", "·hat", "·blew", "<b>"])


def arrow() -> QueryArrow:
    keys = {"hat": (2.0, 1.0), "ferry": (-1.0, 2.0), "<b>": (0.0, -2.0)}
    return QueryArrow(keys, {name: (y, x) for name, (x, y) in keys.items()})


@pytest.mark.parametrize("make", [stepper, attention, arrow])
def test_every_widget_has_three_forms_that_never_change(make):
    first, second = (make()._repr_mimebundle_()[0] for _ in range(2))
    assert set(first) == {"text/plain", "text/html", WIDGET_VIEW}
    assert first["text/plain"] == second["text/plain"]
    assert first["text/html"] == second["text/html"]
    assert "object at 0x" not in first["text/plain"]
    assert "<b>" not in first["text/html"]


def test_the_page_hears_of_a_node_and_of_standing_there_at_once(monkeypatch):
    view, sent = stepper(), []
    monkeypatch.setattr(view, "send_state", lambda key=None: sent.append(set(key)))
    view.greedy()
    assert [{"here", "nodes"} <= names for names in sent] == [True]


def test_bars_show_the_likeliest_tokens_and_the_rest_adds_up():
    view = stepper()
    assert [bar[0] for bar in view.bars] == [likeliest(1, k) for k in range(8)]
    own, now = (sum(bar[k] for bar in view.bars) for k in (2, 4))
    n_others, kept, others_own, others_now = view.others
    assert (n_others, kept) == (V - 8, V - 8)
    assert own + others_own == pytest.approx(1, abs=1e-4)
    assert now + others_now == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("temperature", [0.0, 0.3, 1.0, 1.7])
@pytest.mark.parametrize("top_k", [0, 1, 3, 100])
@pytest.mark.parametrize("top_p", [0.1, 0.6, 1.0])
def test_sliders_do_what_generation_does(temperature, top_k, top_p):
    view = stepper()
    view.set_state({"temperature": temperature, "top_k": top_k, "top_p": top_p})
    expected = next_probabilities(
        ROWS[1], SamplingConfig(temperature, top_k or None, top_p)
    )
    for token_id, _, _, _, now in view.bars:
        assert now == pytest.approx(float(expected[token_id]), abs=1e-5)
    assert sum(bar[4] > 0 for bar in view.bars) + view.others[1] == int(
        (expected > 0).sum()
    )


def by_hand(logits: list[float], temperature: float, top_k: int, top_p: float):
    """Temperature, then top-k, then top-p, written down once more without tensors."""
    powers = [math.exp((x - max(logits)) / temperature) for x in logits]
    order = sorted(range(len(logits)), key=lambda i: -powers[i])[:top_k]
    total, so_far, kept = sum(powers[i] for i in order), 0.0, []
    for i in order:
        if so_far < top_p:
            kept.append(i)
        so_far += powers[i] / total
    mass = sum(powers[i] for i in kept)
    return [powers[i] / mass if i in kept else 0.0 for i in range(len(logits))]


def test_sliders_agree_with_arithmetic_by_hand():
    view = stepper()
    view.set_state({"temperature": 0.7, "top_k": 6, "top_p": 0.8})
    expected = by_hand(ROWS[1].tolist(), 0.7, 6, 0.8)
    assert [bar[4] for bar in view.bars] == pytest.approx(
        [expected[bar[0]] for bar in view.bars], abs=1e-5
    )
    assert [bar[4] > 0 for bar in view.bars].count(False) >= 2, "the test cuts some"


def test_clicking_the_third_bar_forks_the_story():
    view = stepper()
    press(view, "greedy")
    press(view, "back")
    press(view, "append", view.bars[2][0])
    assert view.ids == [0, 1, likeliest(1, 2)]
    assert view.text == f"·0·1·{likeliest(1, 2)}"
    assert view.n_branches == 2
    assert view.bars[0][0] == likeliest(likeliest(1, 2))
    press(view, "go_to", 1)
    assert view.ids == [0, 1, likeliest(1)], "the first branch is still there"


def test_the_same_choice_again_is_no_new_branch():
    view = stepper()
    for _ in range(2):
        press(view, "append", 7)
        press(view, "back")
    assert len(view.nodes) == 2
    press(view, "back")
    assert view.ids == [0, 1], "before the prompt there is nothing"


def test_a_click_takes_a_token_that_sampling_would_never_take():
    view = stepper()
    view.set_state({"top_k": 1})
    assert view.bars[3][4] == 0
    press(view, "append", view.bars[3][0])
    assert view.ids[-1] == likeliest(1, 3)


def test_samples_come_from_the_kept_tokens_and_from_the_seed():
    def told(seed: int, **sliders) -> list[int]:
        view = stepper(seed=seed)
        view.set_state(sliders)
        press(view, "sample", 12)
        return view.ids[2:]

    assert told(0) == told(0)
    assert told(0) != told(1)
    assert told(0, top_k=1) == told(5, top_k=1) == told(5, temperature=0.0)


def test_the_story_ends_at_a_stop_token_and_at_the_end_of_the_window():
    view = stepper(stop_ids=[STOP])
    press(view, "append", STOP)
    assert "ended here" in view.message
    for name, argument in (("sample", 3), ("greedy", None), ("append", 3)):
        press(view, name, argument)
    assert view.ids == [0, 1, STOP]
    assert view.bars == []
    assert view.static_html()
    press(view, "back")
    assert view.message == ""
    assert len(view.bars) == 8
    full = stepper(context=4)
    press(full, "sample", 10)
    assert len(full.ids) == 4
    assert "reads 4 tokens" in full.message


def test_logits_may_be_lists_arrays_or_tensors_with_a_history():
    with_history = ROWS.clone().requires_grad_()
    made = [
        NextTokenStepper(give, str, [0, 1]).bars
        for give in (
            lambda ids: ROWS[ids[-1]].tolist(),
            lambda ids: ROWS[ids[-1]].numpy(),
            lambda ids: with_history[ids[-1]],
        )
    ]
    assert made[0] == made[1] == made[2]


def test_text_form_counts_what_was_told():
    view = stepper()
    assert repr(view) == ("NextTokenStepper(2 tokens of prompt, 0 written, 1 branch)")
    press(view, "append", 5)
    press(view, "back")
    press(view, "sample", 3)
    assert repr(view) == ("NextTokenStepper(2 tokens of prompt, 3 written, 2 branches)")


def test_choosing_a_head_shows_its_matrix():
    view = attention()
    before = view.matrix
    view.set_state({"layer": 1, "head": 2})
    assert view.matrix != before
    assert [sum(row) for row in view.matrix] == pytest.approx([1] * 4, abs=1e-3)
    assert repr(view) == "AttentionView(layer 1 of 2, head 2 of 3, 4 tokens)"
    assert view.query == 3


def test_weights_may_be_plain_lists():
    view = AttentionView([[[[1, 0], [0.25, 0.75]]]], ["a", "b"])
    assert view.matrix == [[1, 0], [0.25, 0.75]]
    assert "75%" in view.static_html()


def test_weights_are_torchs_scaled_dot_product_attention():
    keys = torch.randn(5, 2, generator=torch.Generator().manual_seed(1))
    query = torch.tensor([0.5, -1.5])
    found = weigh_keys(query.tolist(), keys.tolist(), math.sqrt(2))
    mine = torch.nn.functional.scaled_dot_product_attention(
        query[None], keys, torch.eye(5)
    )
    assert found.weights == pytest.approx(mine[0].tolist(), abs=1e-6)
    assert found.products == pytest.approx((keys @ query).tolist(), abs=1e-6)


def test_dragging_the_query_changes_weights_and_output():
    view = arrow()
    assert max(view.weights, key=view.weights.get) == "hat"
    view.set_state({"query": [-0.5, 2.5]})
    assert max(view.weights, key=view.weights.get) == "ferry"
    weights = np.array(list(view.weights.values()))
    assert view.output == pytest.approx(
        (weights @ np.array(view.value_points)).tolist()
    )
    sharp = view.weights["ferry"]
    assert QueryArrow({"hat": (1, 1)}).output is None
    view.set_state({"scaled": False})
    assert view.weights["ferry"] > sharp, "undivided scores are further apart"


def test_a_long_query_does_not_overflow():
    assert weigh_keys([1e3, 0], [[3, 0], [0, 1]], 1.0).weights == [1.0, 0.0]


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: NextTokenStepper(len, str, []), "prompt is empty"),
        (lambda: stepper().append(V), f"0 to {V - 1}, got {V}"),
        (lambda: stepper().go_to(5), "0 to 0, got 5"),
        (lambda: AttentionView([[[[1]]]], ["a", "b"]), r"\[heads\]\[2\]\[2\]"),
        (lambda: AttentionView([[[[1]]]], []), "1 to 64 tokens"),
        (lambda: attention().set_state({"head": 3}), "head must be 0 to 2, got 3"),
        (lambda: attention().set_state({"query": 4}), "query must be 0 to 3, got 4"),
        (lambda: AttentionView([], ["the"]), "the weights of one layer at least"),
        (lambda: QueryArrow({}), "1 to 8 keys"),
        (lambda: QueryArrow({"a": (1, 2, 3)}), "a must be two numbers"),
        (lambda: QueryArrow({"a": (1, 9)}), "from -3 to 3"),
        (lambda: QueryArrow({"a": (1, 1)}, {"b": (1, 1)}), "names of the keys"),
        (lambda: QueryArrow({"a": (1, 1)}, scale=0), "scale must be positive"),
    ],
)
def test_bad_input_is_named_with_its_remedy(action, message):
    with pytest.raises(ValueError, match=message):
        action()
