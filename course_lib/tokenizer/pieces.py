"""Cut text into the pieces that merging never crosses.

Without these fences the most frequent pairs would reach from one word into the next.
"""

import regex

# Text is cut into pieces before any merging, and no merge ever crosses a cut.
# The names are those of llama.cpp's `tokenizer.ggml.pre`, so that an exported
# model carries its pattern by name. They differ most in how they cut numbers.
PATTERNS = {
    # a number is one piece, however long
    "gpt-2": (
        r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
    ),
    # every digit is a piece of its own
    "smollm": (
        r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+"
        r"|\s+(?![^\s\p{N}])|\s+"
    ),
    # digits in groups of up to three, as in GPT-4 and Llama 3
    "llama-bpe": (
        r"(?i:'(?:[sdmt]|ll|ve|re))|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
}


def compiled_pattern(pattern: str) -> regex.Pattern:
    """Return the compiled pattern of that name.

    Raises:
        ValueError: if no pattern has this name.
    """
    if pattern not in PATTERNS:
        raise ValueError(f"unknown pattern {pattern!r}; known: {', '.join(PATTERNS)}")
    return regex.compile(PATTERNS[pattern])


def checked_text(text: str) -> str:
    """Return the text, having refused what UTF-8 cannot write.

    Raises:
        ValueError: if it is no string or holds half a surrogate pair.
    """
    if not isinstance(text, str):
        raise ValueError(f"expected a string, got {type(text).__name__}: {text!r:.60}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"character {error.start} of the text is {text[error.start]!r}, half of a "
            "surrogate pair, which is no character; remove it or repair the text with "
            "text.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')"
        ) from None
    return text
