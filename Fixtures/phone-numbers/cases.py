"""Numbers of every region and kind, spelt in many ways and mutilated, each with what libphonenumber makes of it."""

import json
import random
import re

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as REGIONS, PhoneNumberFormat
from phonenumbers.phonemetadata import PhoneMetadata

LIMIT = 2500
SEED = 1

KINDS = ["fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan",
         "voicemail"]

# Spellings and numbers that chance would not bring, and what is answered otherwise on purpose.
BY_HAND = [
    ("tel:+49-30-23125017", None), ("Tel.: 030 23125017", "DE"), ("+49 (0)30 23125017", None),
    ("+44 (0)20 7946 0958", None), ("0049 30 23125017", "DE"), ("+0049 30 23125017", "DE"),
    ("49 30 23125017", "DE"), ("++49 30 23125017", None),
    ("030 23125017", None), ("030/23125017-17", "DE"), ("030 23125017 ext. 17", "DE"), ("030 23125017;ext=17", "DE"),
    ("+1 (530) 583-6985 x302/x2303", None), ("(530) 583-6985 extension 302", "US"), ("530-583-6985 - 503#", "US"),
    ("+1 530 583 6985,,302#", None), ("530 583 6985;302", "US"), ("+54 11 4123 4567 int 12", None),
    ("+7 495 123-45-67 доб. 12", None), ("+56 2 2345 6789 anexo 12", None), ("+34 915 550 123 extensión 4", None),
    ("+34 915 550 123 extensio\u0301n 4", None), ("０３０　９０１８２０", "DE"), ("＋４９　３０　９０１８２０", None),
    ("٠١٠٠١٢٣٤٥٦٧", "EG"), ("+۹۸ ۹۱۲ ۳۴۵ ۶۷۸۹", None), ("+९१ ८१२३४ ५६७८९", None), ("\u202a+49 30 23125017\u202c", None),
    ("(0xx11) 2345-6789", "BR"), ("0 15 11 2345-6789", "BR"), ("0 11 15 2345-6789", "AR"), ("+39 06 6982", None),
    ("06 698 12345", "IT"), ("0549 886377", "SM"), ("886377", "SM"), ("268 460 1234", "AG"), ("460 1234", "AG"),
    ("8 (495) 123-45-67", "RU"), ("8 (727) 258 12 34", "KZ"), ("310-1234", "CA"), ("555-1234", "US"), ("112", "DE"),
    ("+999 123456", None), ("+4930", None), ("+49" + "1" * 16, None), ("1" * 250, "US"), ("+1" + "0" * 248, None),
    ("", "DE"), ("+", "DE"), ("12", "DE"), ("1-2", "DE"), ("*#06#", "DE"), ("+55 90 93611 4307", None),
    ("030 23125017 oder 030 23125018", "DE"), ("1 730 812 6850", "MX"),
    # Answered otherwise: see PhoneNumberFixtureTests.swift.
    ("+52 1 55 1234 5678", None), ("044 55 1234 5678", "MX"), ("01 55 1234 5678", "MX"), ("1 800 FLOWERS", "US"),
    ("0800 REIMANN", "DE"), ("030 23125 01o", "DE"), ("tel:23125017;phone-context=+49-30", None),
    ("tel:+12125551234;isub=12345", None), ("0 90 93611 4307", "BR"),
]


def write(path):
    dice = random.Random(SEED)
    chosen = dict.fromkeys(BY_HAND)
    rest = dict.fromkeys(spelling for example in examples() for spelling in spellings(*example, dice))
    rest = [each for each in rest if each not in chosen]
    places = dice.sample(range(len(rest)), min(LIMIT - len(chosen), len(rest)))
    chosen.update(dict.fromkeys(rest[place] for place in sorted(places)))
    lines = [json.dumps([text, region, *answer(text, region)], ensure_ascii=False) for text, region in chosen]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def examples():
    for code, regions in sorted(REGIONS.items()):
        for region in regions:
            metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
            numbers = [getattr(getattr(metadata, kind), "example_number", None) for kind in KINDS]
            for number in dict.fromkeys(filter(None, numbers)):
                yield code, None if region == "001" else region, metadata, number


def spellings(code, region, metadata, number, dice):
    """Some ways to write a number, and some numbers like it."""
    parsed = phonenumbers.parse(f"+{code}{number}")
    written = phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
    yield f"+{code}{number}", dice.choice([None, region])
    yield written, dice.choice([None, region, "DE"])
    yield phonenumbers.format_number(parsed, PhoneNumberFormat.RFC3966) + dice.choice(["", ";ext=12"]), None
    yield f"{code}{number}", region
    yield dice.choice(["++", "+00", "(+)", "+ ", "Phone: +"]) + f"{code} {number[:3]}.{number[3:]}", region
    yield written.translate({ord("0") + digit: zero + digit for digit in range(10)
                             for zero in [dice.choice([0x660, 0x6F0, 0x966, 0xFF10])]}), None
    if region:
        national = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
        yield national, region
        yield number, region
        yield national + dice.choice([" x5", " ext. 42", " - 17#", ",,3", ";ext=4", "/ 12", " #9"]), region
        yield phonenumbers.format_out_of_country_calling_number(parsed, dice.choice(["DE", "US", "JP", "AU"])), \
            dice.choice(["DE", "US", "JP", "AU"])
    for _ in range(3):
        like = mutilated(number, dice)
        yield f"+{code}{like}", None
        if region:
            yield dice.choice(["", metadata.national_prefix or "0", f"{code}"]) + like, region


def mutilated(number, dice):
    place, digit = dice.randrange(len(number)), dice.choice("0123456789")
    return dice.choice([
        number[:place] + number[place + 1:], number[:place] + digit + number[place:],
        number[:place] + digit + number[place + 1:], digit + number[1:], number[:place], number + digit * place])


def answer(text, region):
    """The number in E.164; how much libphonenumber thinks of it; and of a valid one, the region.

    "valid", or "general": of a length that full numbers of the country have, and of the general pattern of a region
    with this calling code. Else "impossible", or no number at all.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None, None, None
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    length = phonenumbers.is_possible_number_with_reason(number)
    if length != phonenumbers.ValidationResult.IS_POSSIBLE or not has_general_pattern(number):
        return written, "impossible", None
    if not phonenumbers.is_valid_number(number):
        return written, "general", None
    region = phonenumbers.region_code_for_number(number)
    return written, "valid", None if region == "001" else region


def has_general_pattern(number):
    code, digits = number.country_code, phonenumbers.national_significant_number(number)
    plans = (PhoneMetadata.metadata_for_region_or_calling_code(code, region) for region in REGIONS[code])
    return any(re.fullmatch(plan.general_desc.national_number_pattern, digits) for plan in plans)
