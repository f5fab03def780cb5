"""Name the tokens that no text can spell: what separates words from machinery.

Every tokenizer of the course carries them from the start, because a row that
is added to a trained model's embedding knows nothing yet. This module names them and
knows no ids: a tokenizer gives each an id, and never makes one out of ordinary text.
"""

END_OF_TEXT = "<|endoftext|>"  # between two documents, and where an answer may stop

SPECIAL_TOKENS = (
    END_OF_TEXT,
    "<|pad|>",  # fills rows of a batch, is never predicted
    "<|system|>",  # who speaks next ...
    "<|user|>",
    "<|assistant|>",
    "<|end|>",  # ... and that they have finished
    "<search_start>",  # what the model asks a tool ...
    "<search_end>",
    "<calc_start>",
    "<calc_end>",
    "<python_start>",
    "<python_end>",
    "<result_start>",  # ... and what the tool answers
    "<result_end>",
    "<think_start>",  # working that the reader need not see
    "<think_end>",
)
