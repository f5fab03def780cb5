"""What a tool answers in place of a result."""


class ToolError(ValueError):
    """A tool could not do what it was asked; the message is for the model to read."""
