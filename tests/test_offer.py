"""Facts about how `start` offers the real model: once, and no script ever waits."""

import pytest

from course_lib.commands import copies, offer, start
from course_lib.commands.console import CommandError
from course_lib.commands.environment import Environment


@pytest.fixture
def terminal(monkeypatch):
    """Play a person at a terminal; their answers can be chosen, questions are noted."""

    class Person:
        def __init__(self):
            self.answers = []  # an exception among them is raised
            self.asked = []

        def answer(self, question):
            self.asked.append(question)
            one = self.answers.pop(0)
            if isinstance(one, BaseException):
                raise one
            return one

    person = Person()
    monkeypatch.setattr("builtins.input", person.answer)
    monkeypatch.setattr(offer, "somebody_is_there", lambda: True)
    return person


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [("y", True), (" YES ", True), ("", False), ("n", False), (EOFError(), False)],
)
def test_the_real_model_is_offered_once_and_the_default_is_no(
    tmp_path, terminal, capsys, answer, wanted
):
    terminal.answers = [answer]
    assert offer.is_wanted(tmp_path) is wanted
    said = capsys.readouterr().out
    assert "93 MB" in said
    assert "python -m course_lib fetch" in said
    assert offer.is_wanted(tmp_path) is False
    assert len(terminal.asked) == 1
    assert capsys.readouterr().out == ""


def test_who_has_the_model_is_not_asked(tmp_path, terminal, capsys):
    (tmp_path / offer.fetch.REAL_MODEL).touch()
    assert offer.is_wanted(tmp_path) is False
    assert terminal.asked == []
    assert capsys.readouterr().out == ""


def test_a_script_is_told_once_and_never_asked(tmp_path, terminal, capsys):
    assert offer.is_wanted(tmp_path, interactive=False) is False
    assert "python -m course_lib fetch" in capsys.readouterr().out
    assert offer.is_wanted(tmp_path, interactive=False) is False
    assert capsys.readouterr().out == ""
    assert terminal.asked == []
    terminal.answers = ["y"]  # a person may still be asked
    assert offer.is_wanted(tmp_path) is True


@pytest.mark.parametrize(
    ("at_terminal", "variables", "expected"),
    [(True, {}, True), (False, {}, False), (True, {"CI": "true"}, False)],
)
def test_nobody_is_there_without_a_terminal_or_in_ci(
    monkeypatch, at_terminal, variables, expected
):
    class Stream:
        def isatty(self):
            return at_terminal

    monkeypatch.setattr(offer.sys, "stdin", Stream())
    monkeypatch.setattr(offer.sys, "stdout", Stream())
    monkeypatch.setattr(offer.os, "environ", variables)
    assert offer.somebody_is_there() is expected
    monkeypatch.setattr(offer.sys, "stdin", None)  # as under pythonw
    assert offer.somebody_is_there() is False


@pytest.mark.parametrize("error", [CommandError("No line."), OSError("disk full")])
def test_without_a_network_the_course_begins_all_the_same(
    tmp_path, monkeypatch, capsys, error
):
    def fails(_):
        raise error

    monkeypatch.setattr(offer.fetch, "fetch", fails)
    offer.fetch_or_go_on(tmp_path)
    said = capsys.readouterr().out
    assert str(error) in said
    assert "goes on without it" in said


@pytest.mark.parametrize(("no_launch", "wanted"), [(False, True), (True, False)])
def test_start_asks_first_and_fetches_when_all_is_set_up(
    tmp_path, monkeypatch, no_launch, wanted
):
    done = []

    class Options:
        port, no_browser, wheelhouse = None, True, None

    def asked(*, interactive):
        done.append("ask" if interactive else "tell")
        return interactive

    def prepare(steps, *, sources):
        assert not sources
        done.append("set up")
        steps.number = 2
        return Environment(tmp_path)

    Options.no_launch = no_launch
    monkeypatch.setattr(offer, "is_wanted", asked)
    monkeypatch.setattr(offer, "fetch_or_go_on", lambda: done.append("fetch"))
    monkeypatch.setattr(start.bootstrap, "prepare", prepare)
    monkeypatch.setattr(
        start.copies, "update_copies", lambda *_: [copies.Outcome("02.ipynb", "new")]
    )
    monkeypatch.setattr(start, "launch", lambda *_: done.append("launch") or 0)
    assert start.run(Options) == 0
    expected = ["ask", "set up", "fetch", "launch"] if wanted else ["tell", "set up"]
    assert done == expected
