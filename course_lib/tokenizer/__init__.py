"""Turn text into token ids and back, with byte-pair encoding (BPE).

`pieces` cuts strings, `merges` knows ids only, `bpe` holds both together;
`published` reads the vocabularies of other people's models.
"""

from course_lib.tokenizer.bpe import BPETokenizer
from course_lib.tokenizer.merges import learn_merges, replace_pair
from course_lib.tokenizer.pieces import PATTERNS
from course_lib.tokenizer.published import PublishedTokenizer, Vocabulary

__all__ = [
    "PATTERNS",
    "BPETokenizer",
    "PublishedTokenizer",
    "Vocabulary",
    "learn_merges",
    "replace_pair",
]
