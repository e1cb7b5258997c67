#!/usr/bin/env python3
"""Writes the table of numbering plans and the cases that it is tested with, from libphonenumber.

    pip install phonenumbers
    python3 Fixtures/phone-numbers/generate.py

The table is Sources/PhoneNumbers/NumberingPlanTable.swift; the cases are cases.json, beside this file. Both are the
same for the same version of the package.
"""

import re
from pathlib import Path

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as REGIONS
from phonenumbers.phonemetadata import PhoneMetadata

import cases

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent.parent / "Sources/PhoneNumbers/NumberingPlanTable.swift"

# Prefixes that are no longer dialled, so that libphonenumber has dropped them, and that address books still have: before
# all ten digits Mexico dialled 01, and before mobile numbers 044 or 045, until 2019.
OLD_PREFIXES = {"MX": (r"(?:01|04[45])([2-9]\d{9})$", r"\1")}


def main():
    TABLE.write_text(table(), encoding="utf-8")
    cases.write(HERE / "cases.json")


def table():
    plans = "\n".join(case(code, regions) for code, regions in sorted(REGIONS.items()))
    width = 5
    directory = "".join(f"{region}{code:{width - 2}}" for region, code in sorted(
        (region, code) for code, regions in REGIONS.items() for region in regions if region != "001"))
    return f'''\
// Written by Fixtures/phone-numbers/generate.py: change that, not this.
//
// Derived from the metadata of libphonenumber {phonenumbers.__version__}, https://github.com/google/libphonenumber
// Copyright (C) 2009 The Libphonenumber Authors
// Licensed under the Apache License, Version 2.0, http://www.apache.org/licenses/LICENSE-2.0
// Changed: patterns are shortened, and of the kinds of numbers only what tells regions apart is kept.

/// Every region with its calling code, in {width} characters each and in alphabetical order.
let regionDirectory = """
{wrapped(directory)}
    """

/// The plans that share a calling code, one a line, the main region's first. ``NumberingPlan`` says what a line holds.
func numberingPlanLines(callingCode: Int) -> String? {{
    switch callingCode {{
{plans}
    default: nil
    }}
}}
'''


def case(code, regions):
    metadata = [(region, PhoneMetadata.metadata_for_region_or_calling_code(code, region)) for region in regions]
    lines = [plan(region, each, is_main=index == 0) for index, (region, each) in enumerate(metadata)]
    if len(lines) == 1 and len(lines[0]) < 100:
        return f'    case {code}: "{lines[0]}"'
    body = "\n".join(wrapped(line, "        ") for line in lines)
    return f'    case {code}:\n        """\n{body}\n        """'


def wrapped(text, indentation="    ", width=118):
    """The text in lines of a Swift literal that mean one line."""
    room = width - len(indentation)
    return "\\\n".join(indentation + text[start:start + room] for start in range(0, len(text), room))


def plan(region, metadata, is_main):
    prefix, transform = OLD_PREFIXES.get(region) or (
        metadata.national_prefix_for_parsing, metadata.national_prefix_transform_rule)
    general = metadata.general_desc
    fields = [
        region, mask(general.possible_length), mask(general.possible_length_local_only),
        short(metadata.international_prefix), ";".join(prefix_rules(prefix, transform)),
        "" if is_main else short(beginning(region, metadata)), short(general.national_number_pattern)]
    return " ".join(field or "-" for field in fields)


def mask(lengths):
    return f"{sum(1 << length for length in lengths):x}"


def short(pattern):
    """A regular expression in the dialect of DigitPattern.swift."""
    pattern = (pattern or "").replace("(?:", "(").replace(r"\d", "d")
    assert re.fullmatch(r"[0-9d()|?{},\[\]-]*", pattern), pattern
    return pattern


def beginning(region, metadata):
    """What tells a region's numbers from those of the main region of its calling code: their first digits, or the kinds
    of numbers that libphonenumber says are this region's."""
    if metadata.leading_digits:
        return metadata.leading_digits
    kinds = filter(None, (getattr(metadata, kind) for kind in cases.KINDS))
    return "|".join(dict.fromkeys(
        kind.national_number_pattern for kind in kinds if kind.example_number and phonenumbers.region_code_for_number(
            phonenumbers.parse(f"+{metadata.country_code}{kind.example_number}")) == region))


def prefix_rules(prefix, transform):
    """National prefixes in the dialect of PrefixRule.swift, in order; of libphonenumber's transforms there are those
    that put digits before the one group they keep."""
    if prefix is None:
        return
    inserted, kept_group = re.fullmatch(r"(\d*)\\(\d)", transform).groups() if transform else ("", None)
    group = 0
    for alternative in top_level_alternatives(prefix):
        starts = [match.start() for match in re.finditer(r"\((?!\?:)", alternative)]
        if kept_group is None or not group < int(kept_group) <= group + len(starts):
            yield short(alternative)
        else:
            yield from keeping(alternative, starts[int(kept_group) - group - 1], inserted)
        group += len(starts)


def keeping(alternative, start, inserted):
    """The rules for an alternative whose group at `start` is kept: with it and, if it may be missing, without it."""
    end = closing(alternative, start)
    before, kept, after = alternative[:start], alternative[start + 1:end], alternative[end + 1:]
    optional = re.fullmatch(r"(.*?)\)\?", after)
    if optional:
        opening = max(index for index in range(len(before)) if before.startswith("(?:", index)
                      and closing(alternative, index) > end)
        without, before, after = before[:opening], before[:opening] + before[opening + 3:], optional.group(1)
    is_whole, after = after.endswith("$"), after.removesuffix("$")
    yield (f"{short(before)}<{short(kept)}>{short(after)}" + ("$" if is_whole else "")
           + (f"={inserted}" if inserted else ""))
    if optional:
        yield short(without)


def top_level_alternatives(pattern):
    depth, start = 0, 0
    for index, character in enumerate(pattern):
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            yield pattern[start:index]
            start = index + 1
    yield pattern[start:]


def closing(pattern, start):
    """Where the bracket closes that opens at `start`."""
    depth = 0
    for index in range(start, len(pattern)):
        depth += (pattern[index] == "(") - (pattern[index] == ")")
        if depth == 0:
            return index
    raise ValueError(pattern)


if __name__ == "__main__":
    main()
