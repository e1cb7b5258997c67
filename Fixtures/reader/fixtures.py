"""Fixture files (section 14), and whether this reader comes to what they say."""

import difflib
import re
from pathlib import Path
from typing import Callable, Iterator, NamedTuple

import compression
import dump
import invitation
from delta import read_delta
from primitives import Refused
from signature import holds

HEX_LINE = re.compile(r"([0-9a-f]{2}){1,32}")
WORKSPACE = re.compile(r"workspace ([0-9a-f]{64})")
COMPRESSION_ROOM = 65_536


class NotAFixture(Exception):
    """A file that is not what section 14 says; which is another thing than bytes that are to be refused."""


class Fixture(NamedTuple):
    facts: list[str]
    content: bytes

    def workspace(self) -> bytes:
        """What the reader has to know beforehand."""
        named = [found for fact in self.facts if (found := WORKSPACE.fullmatch(fact))]
        if len(named) != 1:
            raise NotAFixture("it does not name one workspace")
        return bytes.fromhex(named[0][1])


def read_fixture(path: Path) -> Fixture:
    """Facts and bytes of a file: lines with `#`, and after them lines of at most 64 hexadecimal digits."""
    lines = path.read_text("utf-8").splitlines()
    comments = [line for line in lines if line.startswith("#")]
    digits = lines[len(comments) :]
    if not all(HEX_LINE.fullmatch(line) for line in digits):
        raise NotAFixture("it is not facts and then hexadecimal digits")
    facts = [line.removeprefix("#: ") for line in comments if line.startswith("#: ")]
    return Fixture(facts, bytes.fromhex("".join(digits)))


def delta_facts(fixture: Fixture) -> list[str]:
    """The facts of a delta, verified with the workspace that the file names."""
    workspace = fixture.workspace()
    delta = read_delta(fixture.content, workspace)
    return [f"workspace {workspace.hex()}", *dump.facts(delta)]


def signature_facts(fixture: Fixture) -> list[str]:
    key, signature, message = fixture.content[:32], fixture.content[32:96], fixture.content[96:]
    return ["verdict holds" if holds(key, signature, message) else "verdict fails"]


def compression_facts(fixture: Fixture) -> list[str]:
    return [f"unpacks to {compression.unpack(fixture.content, COMPRESSION_ROOM).hex() or '-'}"]


def invitation_facts(fixture: Fixture) -> list[str]:
    """The facts of an invitation; that its text is read back to the payload is one more that must be true."""
    facts = invitation.facts(fixture.content)
    text = facts[0].removeprefix("text ")
    for written in (text, invitation.PREFIX + text.removeprefix(invitation.PREFIX).upper()):
        if invitation.read_text(written) != fixture.content:
            raise NotAFixture("its text is not read back to the payload")
    return facts


def is_to_be_refused(path: Path, fixture: Fixture) -> bool:
    """A file under `rejected`, or one under `compression` that says nothing of what it unpacks to."""
    return path.parent.name == "rejected" or path.parent.name == "compression" and not fixture.facts


FOLDERS: dict[str, Callable[[Fixture], list[str]]] = {
    "changes/v1": delta_facts,
    "rejected": delta_facts,
    "signatures": signature_facts,
    "compression": compression_facts,
    "invitations/v1": invitation_facts,
}


def check(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """Every fixture, and the lines in which this reader differs from it."""
    for folder, find_facts in FOLDERS.items():
        paths = sorted((root / folder).glob("*.hex"))
        if not paths:
            yield root / folder, ["no fixtures here"]
        for path in paths:
            yield path, _differences(path, find_facts)


def _differences(path: Path, find_facts: Callable[[Fixture], list[str]]) -> list[str]:
    try:
        fixture = read_fixture(path)
        found = find_facts(fixture)
    except NotAFixture as fault:
        return [f"not a fixture: {fault}"]
    except Refused as refusal:
        return [] if is_to_be_refused(path, fixture) else [f"refused: {refusal}"]
    if is_to_be_refused(path, fixture):
        return ["was not refused"]
    return list(difflib.unified_diff(fixture.facts, found, "fixture", "reader", lineterm="", n=0))
