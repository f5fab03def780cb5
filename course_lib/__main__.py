"""`python -m course_lib VERB`: the commands of the course.

Needs the standard library only. This one file also parses under old Pythons (so: no
f-strings, no annotations, nothing new), just far enough to say what to install.
"""

import sys

OLDEST_PYTHON = (3, 11)
INTERRUPTED = 130  # what shells report for a program that was ended by Ctrl-C

STOPPED = "\nStopped. Nothing is lost: run the same command again to go on.\n"
EPILOG = """\
first time here?  python -m course_lib start
every verb explains itself:  python -m course_lib start --help
"""


def old_python_message(version):
    """Say what to install, or return None if this Python is new enough."""
    if tuple(version[:2]) >= OLDEST_PYTHON:
        return None
    wanted = ".".join(str(part) for part in OLDEST_PYTHON)
    found = ".".join(str(part) for part in version[:3])
    return (
        "This course needs Python "
        + wanted
        + " or newer; this is Python "
        + found
        + ".\nInstall a newer one (python.org, your system's package manager, or"
        + " conda) and run the\nsame command again with it, for example:"
        + "\n\n    python"
        + wanted
        + " -m course_lib start\n"
    )


def build_parser():
    """Describe every verb; a command module adds its own options."""
    import argparse

    from course_lib.commands import (
        address,
        author,
        copy,
        doctor,
        fetch,
        progress,
        serve,
        speedrun,
        stage,
        start,
        test,
        wheelhouse,
    )

    parser = argparse.ArgumentParser(
        prog="python -m course_lib",
        description="How LLMs like ChatGPT are built: the commands of the course.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs")
    commands = {"start": start, "test": test, "doctor": doctor, "author": author}
    commands |= {"fetch": fetch, "speedrun": speedrun, "serve": serve}
    commands |= {"progress": progress, "stage": stage}
    commands |= {"wheelhouse": wheelhouse, "copy": copy, "address": address}
    for name, command in commands.items():
        verb = verbs.add_parser(
            name,
            help=command.HELP,
            description=command.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(verb)
        verb.set_defaults(run=command.run, passed_on=[])
    return parser


def parse(arguments):
    """Read the command line; for `test`, what follows `--` is kept for pytest."""
    own, passed_on = list(arguments), []
    if "--" in own:
        cut = own.index("--")
        own, passed_on = own[:cut], own[cut + 1 :]
    parser = build_parser()
    options = parser.parse_args(own)
    if options.verb is None:
        parser.print_help()
        return None
    if passed_on and options.verb != "test":
        parser.error("only the verb test passes on what follows --")
    options.passed_on = passed_on
    return options


def main(arguments=None):
    """Run one verb and return its exit code; a user error shows no traceback."""
    message = old_python_message(sys.version_info)
    if message is not None:
        sys.stderr.write(message)
        return 1

    from course_lib.commands.console import CommandError

    for stream in (sys.stdout, sys.stderr):
        # Windows writes to a file or a pipe in an encoding that lacks our signs.
        if hasattr(stream, "reconfigure") and not stream.isatty():
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
        return 0 if options is None else options.run(options)
    except CommandError as error:
        sys.stderr.write("\n" + str(error) + "\n")
        return 1
    except BrokenPipeError:  # `... | head` has seen enough
        return 1
    except OSError as error:  # no space, no permission, a file in use
        sys.stderr.write("\nThe system did not allow this: " + str(error) + "\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(STOPPED)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
