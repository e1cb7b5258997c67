#!/usr/bin/env python3
"""A second reader of the change format, written from Docs/FORMAT.md alone.

    reader.py delta FILE.hex...            the facts of fixtures
    reader.py check FIXTURES               whether all fixtures are read, or refused, as they say
    reader.py bundle FILE                  the facts of all deltas of a bundle
    reader.py deltas WORKSPACE < STREAM    the facts of a stream of sized deltas
"""

import argparse
import sys
from pathlib import Path

import dump
import fixtures
import limits
from bundle import open_bundle
from delta import read_delta
from primitives import Refused, Stream


def main() -> int:
    parser = argparse.ArgumentParser(description="A second reader of the change format.")
    commands = parser.add_subparsers(required=True)

    command = commands.add_parser("delta", help="the facts of fixtures")
    command.add_argument("files", type=Path, nargs="+")
    command.set_defaults(run=lambda arguments: dump_fixtures(arguments.files))

    command = commands.add_parser("check", help="whether all fixtures are read, or refused, as they say")
    command.add_argument("folder", type=Path)
    command.set_defaults(run=lambda arguments: check_fixtures(arguments.folder))

    command = commands.add_parser("bundle", help="the facts of all deltas of a bundle")
    command.add_argument("file", type=Path)
    command.set_defaults(run=lambda arguments: dump_bundle(arguments.file))

    command = commands.add_parser("deltas", help="the facts of a stream of sized deltas")
    command.add_argument("workspace", type=workspace_id)
    command.set_defaults(run=lambda arguments: dump_stream(arguments.workspace))

    arguments = parser.parse_args()
    return 0 if arguments.run(arguments) else 1


def workspace_id(text: str) -> bytes:
    workspace = bytes.fromhex(text)
    if len(workspace) != 32:
        raise ValueError("a workspace is named by 32 bytes")
    return workspace


def dump_fixtures(paths: list[Path]) -> bool:
    """Each file's facts, or why it is refused. True if none is."""
    return all([_dump_fixture(path) for path in paths])


def _dump_fixture(path: Path) -> bool:
    try:
        say(fixtures.delta_facts(fixtures.read_fixture(path)))
        return True
    except Refused as refusal:
        return refused(refusal)
    except fixtures.NotAFixture as fault:
        sys.exit(f"{path}: {fault}")


def check_fixtures(folder: Path) -> bool:
    """The differences, and how many files have any. True if none has."""
    passed = failed = 0
    for path, differences in fixtures.check(folder):
        if differences:
            failed += 1
            say([str(path), *(f"    {line}" for line in differences)])
        else:
            passed += 1
    say([f"{passed} passed, {failed} failed"])
    return failed == 0


def dump_bundle(path: Path) -> bool:
    """The workspace and the facts of delta after delta, as far as the bundle can be believed. True if that is all of
    it."""
    try:
        with path.open("rb") as file:
            bundle = open_bundle(file)
            say([f"workspace {bundle.workspace.hex()}"])
            for delta in bundle.deltas:
                say(list(dump.facts(read_delta(delta, bundle.workspace))))
            return True
    except Refused as refusal:
        return refused(refusal)


def dump_stream(workspace: bytes) -> bool:
    """The workspace, and of delta after delta the facts or why it is refused. True if none is."""
    say([f"workspace {workspace.hex()}"])
    stream = Stream(sys.stdin.buffer)
    all_read = True
    try:
        while not stream.at_end():
            all_read &= _dump_next(stream, workspace)
    except Refused as refusal:
        return refused(refusal)
    return all_read


def _dump_next(stream: Stream, workspace: bytes) -> bool:
    """Raises only if the stream itself is broken, so that nothing can be found after it."""
    length = stream.integer()
    if length > limits.DELTA:
        stream.skip(length)
        return refused(Refused(f"F10.6: a delta of {length} bytes"))
    delta = stream.take(length)
    try:
        say(list(dump.facts(read_delta(delta, workspace))))
        return True
    except Refused as refusal:
        return refused(refusal)


def say(lines: list[str]) -> None:
    """Lines all at once: whoever raises on the way to them has said nothing yet."""
    sys.stdout.write("\n".join([*lines, ""]))
    sys.stdout.flush()


def refused(refusal: Refused) -> bool:
    say([f"refused: {refusal}"])
    return False


if __name__ == "__main__":
    sys.exit(main())
