"""Find out what a model knows, teach it to say what it does not, measure the price.

    interviews = interrogate(model, tokenizer, questions, Judge.of(world))
    answers_it_knows(interviews), refusals_of_unknown(interviews, dice)   # examples
    Tally.of(verdicts).rate("wrong")                                      # measures
    auroc(confidences, right)                                             # confidence

Templates write the questions and lists of values judge the answers: they stand in for
the LLM that does both where the facts are not known beforehand.
"""

from course_lib.factuality.confidence import (
    ReliabilityBin,
    TradeOff,
    answer_log_probabilities,
    auroc,
    correct_at,
    reliability,
    trade_off,
)
from course_lib.factuality.interrogation import (
    Interview,
    answer_all,
    interrogate,
    judged,
    prompts_of,
    questions_from,
)
from course_lib.factuality.judging import (
    Judge,
    Verdict,
    refuses,
)
from course_lib.factuality.lessons import (
    REFUSALS,
    answers_it_knows,
    exchange,
    mixed,
    refusal,
    refusals_about_nobody,
    refusals_of_unknown,
    rephrased,
)
from course_lib.factuality.measures import (
    Tally,
    over_refused,
    tally_by_bin,
    together,
)

__all__ = [
    "REFUSALS",
    "Interview",
    "Judge",
    "ReliabilityBin",
    "Tally",
    "TradeOff",
    "Verdict",
    "answer_all",
    "answer_log_probabilities",
    "answers_it_knows",
    "auroc",
    "correct_at",
    "exchange",
    "interrogate",
    "judged",
    "mixed",
    "over_refused",
    "prompts_of",
    "questions_from",
    "refusal",
    "refusals_about_nobody",
    "refusals_of_unknown",
    "refuses",
    "reliability",
    "rephrased",
    "tally_by_bin",
    "together",
    "trade_off",
]
