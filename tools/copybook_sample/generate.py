#!/usr/bin/env python3
"""Makes samples/copybook/outpay.dat: payments of an invented bank as a mainframe writes them, by the copybook beside it.

    tools/copybook_sample/generate.py                writes samples/copybook
    tools/copybook_sample/generate.py --folder DIR   the same below DIR

It shares no code with src/: bytes are put together here by the copybook's text, so that both sides can be wrong only in
different ways. Python has no cp1025, so its Cyrillic rows are written out below. Nobody here exists.
"""
import argparse
import pathlib

# Cyrillic letters of cp1025 (CCSID 1025, "Cyrillic, Multilingual"), by byte.
CYRILLIC = {
    0x57: "Ъ", 0x76: "ю", 0x77: "а", 0x78: "б", 0x80: "ц", 0x8A: "д", 0x8B: "е", 0x8C: "ф", 0x8D: "г", 0x8E: "х",
    0x8F: "и", 0x90: "й", 0x9A: "к", 0x9B: "л", 0x9C: "м", 0x9D: "н", 0x9E: "о", 0x9F: "п", 0xA0: "я", 0xAA: "р",
    0xAB: "с", 0xAC: "т", 0xAD: "у", 0xAE: "ж", 0xAF: "в", 0xB0: "ь", 0xB1: "ы", 0xB2: "з", 0xB3: "ш", 0xB4: "э",
    0xB5: "щ", 0xB6: "ч", 0xB7: "ъ", 0xB8: "Ю", 0xB9: "А", 0xBA: "Б", 0xBB: "Ц", 0xBC: "Д", 0xBD: "Е", 0xBE: "Ф",
    0xBF: "Г", 0xCA: "Х", 0xCB: "И", 0xCC: "Й", 0xCD: "К", 0xCE: "Л", 0xCF: "М", 0xDA: "Н", 0xDB: "О", 0xDC: "П",
    0xDD: "Я", 0xDE: "Р", 0xDF: "С", 0xEA: "Т", 0xEB: "У", 0xEC: "Ж", 0xED: "В", 0xEE: "Ь", 0xEF: "Ы", 0xFA: "З",
    0xFB: "Ш", 0xFC: "Э", 0xFD: "Щ", 0xFE: "Ч",
}
BYTE = {letter: byte for byte, letter in CYRILLIC.items()}


def text(value, size):
    encoded = b"".join(bytes([BYTE[c]]) if c in BYTE else c.encode("cp037") for c in value)
    assert len(encoded) <= size, value
    return encoded.ljust(size, b"\x40")


def digits(value, size):
    return str(value).rjust(size, "0").encode("cp037")


def packed(unscaled, size, sign="C"):
    return bytes.fromhex(str(abs(unscaled)).rjust(2 * size - 1, "0") + ("D" if unscaled < 0 else sign))


def iban(account):
    """KZ, two check digits by ISO 7064 MOD 97-10, bank 999, thirteen characters."""
    rest = "999" + account
    number = int("".join(str(int(c, 36)) for c in rest + "KZ00"))
    return f"KZ{98 - number % 97:02}{rest}"


def iin_bin(stem):
    """Eleven digits and their check digit: weights 1 to 11, then 3 to 11, 1, 2 when that gives 10."""
    for weights in (range(1, 12), [*range(3, 12), 1, 2]):
        check = sum(int(digit) * weight for digit, weight in zip(stem, weights)) % 11
        if check < 10:
            return stem + str(check)
    raise ValueError(stem)


def party(name, account, bic, identifier, company):
    kind = b"\xC3" if company else b"\xD7"  # C, P
    return text(name, 40) + iban(account).encode("cp037") + text(bic, 11) + kind + digits(iin_bin(identifier), 12)


PAYMENTS = [
    ("PAY0000000000001", 20261120, 150000050, "KZT", ("Ахметов Данияр", "0000000000017", "DEMOKZKA", "85031530012", False),
     ("ТОО Степной Хлеб", "0000000000104", "GATEKZKA", "10114000555", True), "710",
     ["Оплата по договору 17", "от 12.10.2026"]),
    ("PAY0000000000002", 20261120, 7500000, "KZT", ("АО Алтын Дала", "0000000000025", "DEMOKZKA", "98024000321", True),
     ("Сулейменова Айгерим", "0000000000203", "GATEKZKA", "92070840031", False), "010", ["Заработная плата за октябрь"]),
    ("PAY0000000000003", 20261123, 99999999999, "KZT", ("ТОО Тау Жол", "0000000000033", "DEMOKZKA", "06054000123", True),
     ("ТОО Степной Хлеб", "0000000000104", "GATEKZKA", "10114000555", True), "859", []),
]


def record(reference, date, amount, currency, debtor, creditor, purpose, narrative):
    lines = b"".join(text(line, 35) for line in narrative)
    return (text(reference, 16) + digits(date, 8) + packed(amount, 8) + text(currency, 3) + party(*debtor) +
            party(*creditor) + digits(purpose, 3) + b"\x00\x00\x00\x00" + len(narrative).to_bytes(2, "big") + lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(__file__).parents[2] / "samples/copybook")
    folder = parser.parse_args().folder
    (folder / "outpay.dat").write_bytes(b"".join(record(*payment) for payment in PAYMENTS))


if __name__ == "__main__":
    main()
