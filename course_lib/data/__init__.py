"""Turn token ids into batches: what a model reads, and what it is asked to predict.

Texts come in once, in `encode_documents`; from there on everything is ids. A batch
depends on the ids, the seed and the step alone, so training can be cut anywhere and go
on exactly as if it had never stopped.
"""

from course_lib.data.batch import Batch
from course_lib.data.documents import encode_documents, load_ids, save_ids
from course_lib.data.examples import Example, pack_examples, pad_examples
from course_lib.data.ring import windows

__all__ = [
    "Batch",
    "Example",
    "encode_documents",
    "load_ids",
    "pack_examples",
    "pad_examples",
    "save_ids",
    "windows",
]
