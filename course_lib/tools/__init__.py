"""Tools for an assistant: a search index, a calculator, Python in a sandbox."""
