"""Read hand-written lists from plain text, so that they are pleasant to write."""


def words(text: str) -> tuple[str, ...]:
    """Split at blanks; an underscore becomes a blank. Example: "hat top_hat"."""
    return tuple(word.replace("_", " ") for word in text.split())


def phrases(text: str) -> tuple[str, ...]:
    """Split at commas. Example: "red hat, top hat" -> ("red hat", "top hat")"""
    return tuple(" ".join(phrase.split()) for phrase in text.split(","))


def one_per_line(text: str) -> tuple[str, ...]:
    """Split into lines, without the empty ones and the blanks around them."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())
