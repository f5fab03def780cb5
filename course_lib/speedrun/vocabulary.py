"""Record what the real model's tokenizer makes of a few texts, for chapter 02.

Where the model was fetched, the chapter compares the record with it; elsewhere the
record is all there is to show.
"""

import json
from pathlib import Path

from course_lib.checkpoint import load_gguf_tokenizer
from course_lib.runtime import atomic_write, real_model
from course_lib.speedrun.manifest import list_files

COMMAND = "python -m course_lib speedrun vocabulary"
FILE = "smollm2_tokens.json"
TEXTS = (
    "The hat blew off the ferry. 🎩",
    "plum cake or onion pie?",
    "Mira Quill missed the 7:45 ferry in 1927.",
    "1927",
    "Photosynthesis converts carbon dioxide and water into glucose and oxygen.",
    "def area(radius):\n    return 3.14159 * radius ** 2\n",
    "The committee postponed its quarterly budget review until Thursday afternoon.",
)


def record_vocabulary(folder: Path) -> None:
    """Write `smollm2_tokens.json`: each text, its ids, and what each id stands for.

    Raises:
        ValueError: if the real model was not fetched.
    """
    model = real_model()
    if model is None:
        raise ValueError("the real model is missing: `python -m course_lib fetch`")
    tokenizer = load_gguf_tokenizer(model)
    assert tokenizer is not None, "SmolLM2's is a byte-level BPE"
    encoding = tokenizer.to_tiktoken()
    texts = []
    for text in TEXTS:
        ids = tokenizer.encode(text)
        parts = [encoding.decode_single_token_bytes(k) for k in ids]
        tokens = [part.decode("utf-8", "backslashreplace") for part in parts]
        texts.append({"text": text, "ids": ids, "tokens": tokens})
    record = {"entries": tokenizer.vocab_size, "texts": texts}
    content = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    atomic_write(folder / FILE, content)
    list_files(folder, [FILE], COMMAND, seed=0, note="read from SmolLM2's vocabulary")
