"""One small, evil-minded sample of every widget, for what all of them must keep."""

import math

import torch

from course_lib.chat import Piece
from course_lib.intervals import wilson
from course_lib.tokenizer import BPETokenizer
from course_lib.tools import Step
from course_lib.widgets import (
    AttentionView,
    ChatPanel,
    CurveGuess,
    GuessGame,
    LabelPairs,
    LiveChart,
    MergeStepper,
    NextTokenStepper,
    PickOut,
    PracticeScrubber,
    Present,
    QueryArrow,
    RunSheet,
    ScoreScrubber,
    ThresholdBars,
    TokenExplorer,
    ToolTrace,
    predict,
)
from course_lib.widgets.guess_game import Round

EVIL = "<b onclick=x>hat</b>"
TOKENIZER = BPETokenizer.train(["The hat blew off the ferry. "] * 5, 275)


def attention() -> AttentionView:
    weights = torch.ones(3, 3).masked_fill(torch.ones(3, 3).triu(1).bool(), -math.inf)
    return AttentionView([weights.softmax(-1)[None, None]], ["the", "·hat", EVIL])


def chart() -> LiveChart:
    drawn = LiveChart(f"Loss {EVIL}", "step", "bits")
    for step in range(5):
        drawn.add(step, train=7 - step, counts=4.0)
        drawn.say(EVIL)
    drawn.flush()
    return drawn


def panel() -> ChatPanel:
    said = [Piece(EVIL, 0.9), Piece(" hat", 0.1), Piece("", 0.99, token=b"<|end|>")]
    talk = ChatPanel({"assistant": lambda _: iter(said)})
    talk.say(EVIL)
    return talk


# By the name of its class; a widget of its own each time.
SAMPLES = {
    "AttentionView": attention,
    "ChatPanel": panel,
    "CurveGuess": lambda: CurveGuess(
        EVIL, [EVIL, "more"], [wilson(1, 9), wilson(8, 9)]
    ),
    "GuessGame": lambda: GuessGame(
        [Round(f"The {EVIL} blew off the", (" ferry", " moon", " owl"), 0)],
        {"even": lambda _, options: [1.0] * len(options)},
    ),
    "LabelPairs": lambda: LabelPairs([(EVIL, "Tea!", EVIL)], "no_such_file.jsonl"),
    "LiveChart": chart,
    "MergeStepper": lambda: MergeStepper(TOKENIZER, EVIL),
    "NextTokenStepper": lambda: NextTokenStepper(
        lambda _: torch.tensor([2.0, 1.0, 0.0]), ["the", "·hat", EVIL].__getitem__, [1]
    ),
    "PickOut": lambda: PickOut(EVIL, [EVIL, "ferry"], [True, False], [EVIL, "told"]),
    "PracticeScrubber": lambda: PracticeScrubber(
        {EVIL: {"before": [(EVIL, False)], "step 10": [("4", True)]}}
    ),
    "Prediction": lambda: predict(EVIL, [EVIL, "4"], lambda: "4"),
    "Present": lambda: Present([RunSheet(EVIL, EVIL, EVIL, EVIL, 3, EVIL)]),
    "QueryArrow": lambda: QueryArrow(
        {"hat": (2, 1), EVIL: (-1, 2)}, {"hat": (1, 0), EVIL: (0, 1)}
    ),
    "ScoreScrubber": lambda: ScoreScrubber(
        {"step 0": [(EVIL, 0.1, 0.0)], "step 10": [("Tea!", 1.2, 0.5)]}, EVIL
    ),
    "ThresholdBars": lambda: ThresholdBars({EVIL: [(0.1, False), (0.9, True)]}, EVIL),
    "TokenExplorer": lambda: TokenExplorer({"ours": TOKENIZER}, EVIL),
    "ToolTrace": lambda: ToolTrace(
        EVIL,
        [
            Step("said", EVIL),
            Step("call", EVIL, "search"),
            Step("result", EVIL, "search"),
            Step("problem", EVIL, "search"),
        ],
    ),
}
