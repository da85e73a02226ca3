#!/usr/bin/env python3
"""Makes everything under samples/demo-kz that a bank's core or its gateway would have written: the outgoing extract of
the invented Kazakh bank "demo-kz", the files with something wrong, and the gateway's answers.

    tools/demo_bank/generate.py                                     writes samples/demo-kz
    tools/demo_bank/generate.py --folder DIR                        the same below DIR
    tools/demo_bank/generate.py --records 1000000 --out FILE        one long extract

It shares no code with src/, so that both sides can be wrong only in different ways: the code page is Python's, check
digits are computed here by the texts of the rules. The same arguments give the same bytes on any Python 3.

Nobody here exists. Names are put together from lists, accounts have bank code 999, BICs are invented, phone numbers
begin with 7000. Not a test of the layout: samples/demo-kz/expected is typed by hand.
"""
import argparse
import pathlib
import random
import sys

CODE_PAGE = "kz1048"
RECORD_LENGTH = 672
RECORDS = 1024
VALUE_DATE = "20261120"
BANK_BIC = "DEMOKZKA"

# The record, in order: column, bytes. Numbers are right-aligned with zeros by whoever fills them in.
DETAIL = [
    ("REC_TYPE", 1), ("REF_NO", 16), ("DOC_NO", 10), ("AMOUNT", 15), ("CCY", 3), ("VALUE_DATE", 8), ("FLOW", 4),
    ("PRIORITY", 1), ("CHARGES", 1), ("INSTD_AMT", 20), ("INSTD_CCY", 3), ("RATE", 11),
    ("DR_NAME", 60), ("DR_ACCT", 20), ("DR_ID_TYPE", 1), ("DR_ID", 12), ("DR_BIC", 11), ("DR_KOD", 2), ("DR_RES", 2),
    ("DR_CITY", 20), ("DR_STREET", 30), ("DR_BLDG", 6), ("DR_POST", 6), ("DR_CTRY", 2),
    ("CR_NAME", 60), ("CR_ACCT", 20), ("CR_ID_TYPE", 1), ("CR_ID", 12), ("CR_BIC", 11), ("CR_KBE", 2), ("CR_RES", 2),
    ("CR_CITY", 20), ("CR_STREET", 30), ("CR_BLDG", 6), ("CR_POST", 6), ("CR_CTRY", 2), ("CR_PHONE", 13),
    ("KNP", 3), ("ULT_DR", 35), ("ULT_CR", 35), ("NARR_1", 70), ("NARR_2", 70), ("FILLER", 9),
]
OFFSETS = {}
for _name, _length in DETAIL:
    OFFSETS[_name] = (sum(OFFSETS[n][1] for n in OFFSETS), _length)
assert sum(length for _, length in DETAIL) == RECORD_LENGTH
PAYER = [name for name, _ in DETAIL if name.startswith("DR_")]
PAYEE = [name for name, _ in DETAIL if name.startswith("CR_")]

MALE = "Қанат Нұрлан Ерлан Өмірбек Ғалым Іңкәрбек Асқар Бауыржан Дәурен Жәнібек Серік Мұхтар Санжар Тимур Олег".split()
FEMALE = "Әйгерім Ғалия Үміт Жұлдыз Сәуле Айнұр Шынар Гүлнәр Қарлығаш Ұлпан Назгүл Меруерт Дана Ольга Ирина".split()
SURNAMES = ("Сәрсенов Қожахметов Ғабдуллин Өтепов Нұрпейісов Ұлықпанов Әбдірахманов Шәріпов Жұмағұлов Тұрсынов "
            "Бекмұхамбетов Қалиев Мыңбаев Һашимов Ермеков Щукин Ёлкин").split()
FATHERS = "Қанат Ерлан Асқар Серік Мұхтар Нұрлан Бауыржан Әлібек Дәурен".split()
TRADES = ("Дала-Құрылыс Көкжиек Өрлеу-Агро Ақ-Жайық Шаңырақ Жетісу-Транс Қарлығаш Алтын-Дән Тұлпар Еңбек-Сервис "
          "Самал-Сауда Ұлы-Дала Бәйтерек-Тест Шыңғыс-Металл Үркер").split()
CITIES = [("Астана", "010000"), ("Алматы", "050000"), ("Шымкент", "160000"), ("Қарағанды", "100000"),
          ("Өскемен", "070000"), ("Ақтөбе", "030000"), ("Қызылорда", "120000"), ("Түркістан", "161200")]
STREETS = ["Қабанбай батыр даңғылы", "Абай даңғылы", "Тәуелсіздік көшесі", "ул. Сатпаева", "Ұлы Дала даңғылы",
           "Әуезов көшесі", "ул. Желтоқсан", "Сығанақ көшесі"]
BANKS = [BANK_BIC, "TESTKZKA", "SYNTKZKA", "FIKTKZKAXXX", "PROBKZKAALM"]
FOREIGN = [("UZ", "Тошкент", "100000"), ("KG", "Бишкек", "720000"), ("CN", "Ürümqi", "830000")]
# Millionths of a tenge for one unit.
RATES = {"USD": 523450000, "EUR": 607100000, "RUB": 6420000, "CNY": 73550000, "KGS": 5990000, "UZS": 43500,
         "JPY": 3480000}
KNPS = ["119", "341", "710", "721", "841", "852", "858", "859", "890", "911"]
NARRATIVES = [
    ("Оплата по договору №{n} от 02.11.2026 за строительные материалы", "в т.ч. НДС 12%"),
    ("№{n} шарт бойынша қызмет көрсеткені үшін төлем", "ҚҚС-сыз"),
    ("За услуги связи & интернет, счёт {n}", ""),
    ("Аударым", ""),
    ("Қарызды қайтару, келісім №{n}", "соңғы төлем"),
    ("Оплата \"под ключ\" <этап {n}>: монтаж и пуско-наладка оборудования", "согласно акту выполненных работ, "
     "подписанному обеими сторонами"),
    ("Payment for goods, invoice INV-{n}", "Incoterms DAP Almaty"),
    # Seventy characters twice: with a blank between them they are one more than an Ustrd holds.
    ("Төлем тағайындалуы: жабдықты жеткізу, орнату және іске қосу, шарт 2026",
     "Қосымша келісім бойынша, екі жақ қол қойған акт негізінде, мерзімі 30к"),
]


class Dice:
    """Draws that do not depend on the version of Python: only random() is promised to stay."""

    def __init__(self, seed):
        self._random = random.Random(seed).random

    def below(self, limit):
        return int(self._random() * limit)

    def one(self, items):
        return items[self.below(len(items))]

    def chance(self, percent):
        return self._random() * 100 < percent

    def digits(self, count):
        return "".join(str(self.below(10)) for _ in range(count))


def iban(account):
    """ISO 13616: the two check digits make the number, country and check digits moved behind, 1 mod 97."""
    moved = account + "KZ00"
    number = int("".join(str(int(c, 36)) for c in moved))
    return f"KZ{98 - number % 97:02d}{account}"


def with_check_digit(eleven):
    """The 12th digit of an IIN or BIN; None where there is none. Weights 1..11, then 3..11, 1, 2."""
    for weights in (list(range(1, 12)), list(range(3, 12)) + [1, 2]):
        rest = sum(int(d) * w for d, w in zip(eleven, weights)) % 11
        if rest < 10:
            return eleven + str(rest)
    return None


def iin(dice, female):
    while True:
        born = f"{dice.below(100):02d}{dice.below(12) + 1:02d}{dice.below(28) + 1:02d}"
        century = (6 if female else 5) if born[:2] < "26" else (4 if female else 3)
        number = with_check_digit(f"{born}{century}{dice.digits(4)}")
        if number:
            return number


def bin_number(dice):
    while True:
        number = with_check_digit(f"{dice.below(27):02d}{dice.below(12) + 1:02d}40{dice.digits(5)}")
        if number:
            return number


def party(dice, index):
    """Name, account and the rest of a payer or payee that exists nowhere."""
    person = dice.chance(55)
    city, post = dice.one(CITIES)
    country, residence = "KZ", ""
    account = "999" + (("KZT" if dice.chance(30) else "A00" if dice.chance(30) else "000") + f"{index:010d}")
    if person:
        female = dice.chance(50)
        name = dice.one(SURNAMES) + ("а" if female else "") + " " + dice.one(FEMALE if female else MALE) + " "
        name += dice.one(FATHERS) + ("қызы" if female else "ұлы")
        identity, kind, sector = iin(dice, female), "I", "19"
        if dice.chance(4):
            country, city, post = dice.one(FOREIGN)
            city = city.encode(CODE_PAGE, "ignore").decode(CODE_PAGE)
            residence, sector = country, "29"
    else:
        form = dice.one(["ТОО", "ЖШС", "АО", "ИП"])
        quotes = dice.one(["«»", "\"\""])
        name = f"{form} {quotes[0]}{dice.one(TRADES)} {index % 97 + 1}{quotes[1]}"
        if dice.chance(12):
            name += " & Ко"
        if dice.chance(6):
            name = f"Steppe Trading {index % 97 + 1} LLP"
        identity, kind, sector = bin_number(dice), "B", "16" if form == "АО" else "17"
    return {"NAME": name, "ACCT": iban(account), "ID_TYPE": kind, "ID": identity, "SECTOR": sector, "RES": residence,
            "CITY": city, "STREET": dice.one(STREETS), "BLDG": str(dice.below(180) + 1) + dice.one(["", "", "А", "/2"]),
            "POST": post, "CTRY": country}


def fit(value, length):
    data = value.encode(CODE_PAGE)
    assert len(data) <= length, (value, length)
    return data.ljust(length)


def block(columns, values):
    return b"".join(fit(values[name], dict(DETAIL)[name]) for name in columns)


def payer_blocks(dice, count):
    blocks = []
    for index in range(count):
        p = party(dice, 1000 + index)
        blocks.append(block(PAYER, {"DR_" + key: p[key] for key in p} | {"DR_BIC": BANK_BIC, "DR_KOD": p["SECTOR"]}))
    return blocks


def payee_blocks(dice, count):
    blocks = []
    for index in range(count):
        p = party(dice, 500000 + index)
        phone = "+7700" + f"{index:07d}" if dice.chance(60) and p["ID_TYPE"] == "I" else ""
        blocks.append(block(PAYEE, {"CR_" + key: p[key] for key in p} |
                            {"CR_BIC": dice.one(BANKS), "CR_KBE": p["SECTOR"], "CR_PHONE": phone}))
    return blocks


def amount_in(dice):
    """Cents: mostly everyday sums, now and then a large one, never zero."""
    scale = dice.one([10_000, 1_000_000, 100_000_000, 5_000_000_000])
    return dice.below(scale) + 100


class Extract:
    """The details of an extract, one after the other, and what its trailer must say."""

    def __init__(self, seed=20261120):
        self.dice = Dice(seed)
        self.payers = payer_blocks(self.dice, 300)
        self.payees = payee_blocks(self.dice, 500)
        self.narratives = [(fit(a.format(n=n), 70) + fit(b.format(n=n), 70))
                           for n in range(11, 41) for a, b in NARRATIVES]
        self.ultimates = [fit(party(self.dice, 900000 + i)["NAME"][:35].strip(), 35) for i in range(40)]
        self.count = 0
        self.total = 0

    def detail(self, amount=None, currency=None):
        """One good record."""
        dice = self.dice
        self.count += 1
        amount = amount or amount_in(dice)
        self.total += amount
        currency = currency or dice.one(["KZT"] * 32 + ["USD", "EUR", "RUB", "CNY", "KGS", "UZS"])
        instructed = b" " * 34
        if currency != "KZT" and dice.chance(30):
            rate = RATES[currency]
            instructed = b"%020dKZT%011d" % (amount * rate // 1_000_000, rate)
        roll = dice.below(100)
        flow, priority = ("C2C2", "N") if roll < 40 else ("C2B2", "N") if roll < 55 else ("    ", "NH"[roll % 2])
        value_date = VALUE_DATE if dice.below(20) else "20261123"
        return b"".join((
            b"DDK261120%08d%-10d%015d" % (self.count, 100000 + self.count % 900000, amount),
            f"{currency}{value_date}{flow}{priority}{'SOB'[roll % 3]}".encode("ascii"), instructed,
            dice.one(self.payers), dice.one(self.payees), dice.one(KNPS).encode("ascii"),
            dice.one(self.ultimates) if roll % 10 == 3 else b" " * 35,
            dice.one(self.ultimates) if roll % 10 == 4 else b" " * 35,
            dice.one(self.narratives), b" " * 9))


def put(record, column, data):
    at, length = OFFSETS[column]
    assert len(data) == length, (column, data)
    return record[:at] + data + record[at + length:]


def get(record, column):
    at, length = OFFSETS[column]
    return record[at:at + length]


def wrong_iban(record):
    account = get(record, "CR_ACCT")
    return put(record, "CR_ACCT", account[:2] + (b"%02d" % (int(account[2:4]) % 97 + 2)) + account[4:])


def overflowing(record):
    """An instructed amount of twenty digits; no ISO 20022 amount has more than eighteen."""
    return put(put(put(record, "INSTD_AMT", b"9" * 20), "INSTD_CCY", b"USD"), "RATE", b"00523450000")


# What is wrong with which record of outgoing.dat (header = record 1). samples/demo-kz/README.md says the same to people
# and expected/rejects.toml to tests; both are typed by hand.
DEFECTS = {
    77: wrong_iban,
    154: lambda r: put(r, "DR_ACCT", "КZ".encode(CODE_PAGE) + get(r, "DR_ACCT")[2:]),  # a Cyrillic К
    231: lambda r: put(r, "VALUE_DATE", b"20261131"),
    308: overflowing,
    385: lambda r: put(r, "NARR_1", b"\x98" + get(r, "NARR_1")[1:]),
    462: lambda r: r[:320],
    539: lambda r: put(r, "DR_ID", get(r, "DR_ID")[:11] + (b"%d" % ((int(get(r, "DR_ID")[11:]) + 1) % 10))),
    616: lambda r: put(r, "CR_BIC", b"DEMOKZ     "),
    693: lambda r: put(r, "CCY", b"KZZ"),
    770: lambda r: put(r, "REF_NO", b" " * 16),
    847: lambda r: put(r, "KNP", b"999"),
    924: lambda r: put(r, "CR_NAME", b" " * 60),
}


def header(created="20261120183000", code_page=CODE_PAGE):
    text = f"HDEMOKZ-000117  {VALUE_DATE}{created}{BANK_BIC:<11}{'Демо Банк АҚ':<40}001"
    return text.encode(code_page).ljust(RECORD_LENGTH)


def trailer(count, total):
    return (b"T%09d%018d" % (count, total)).ljust(RECORD_LENGTH)


def write_extract(path, records, defects):
    extract = Extract()
    with open(path, "wb", buffering=1 << 20) as out:
        out.write(header() + b"\r\n")
        for number in range(2, records + 2):
            record = extract.detail(150050, "JPY") if number == 1001 and defects else extract.detail()
            if number in defects:
                record = defects[number](record)
            out.write(record + b"\r\n")
        out.write(trailer(extract.count, extract.total) + b"\r\n")


def old_capitals(data):
    """The same text as a core of the DOS days wrote it: capitals in cp866, look-alikes for Kazakh letters."""
    alike = str.maketrans("ӘҒҚҢӨҰҮҺІЁ«»", "АГКНОУУХI" + "Е\"\"")
    return data.decode(CODE_PAGE).upper().translate(alike).encode("cp866")


def write_bad_files(folder):
    """Twenty payments each, with one thing wrong with the file as a whole."""
    folder.mkdir(parents=True, exist_ok=True)

    def lines(seed):
        extract = Extract(seed)
        details = [extract.detail() for _ in range(20)]
        return details, extract

    def save(name, records, end=b"\r\n"):
        (folder / name).write_bytes(b"\r\n".join(records) + end)

    details, extract = lines(1)
    save("wrong-sum.dat", [header(), *details, trailer(20, extract.total + 1)])
    save("wrong-count.dat", [header(), *details, trailer(21, extract.total)])
    save("no-trailer.dat", [header(), *details])
    save("truncated.dat", [header(), *details[:12], details[12][:400]], b"")
    whole = [header(), *details, trailer(20, extract.total)]
    save("wrong-code-page.dat", [old_capitals(record) for record in whole])
    # The core's own way to say that a number does not fit its column. The trailer, which is wider, still counts it.
    hidden = [put(d, "AMOUNT", b"#" * 15) if i == 7 else d for i, d in enumerate(details)]
    save("unreadable-amount.dat", [header(), *hidden, trailer(20, extract.total + 10**15)])
    save("after-trailer.dat", [*whole, details[0]])
    save("empty.dat", [header(), trailer(0, 0)])


ANSWER_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10">
  <FIToFIPmtStsRpt>
    <GrpHdr>
      <MsgId>{message_id}</MsgId>
      <CreDtTm>2026-11-20T18:31:{second:02d}+05:00</CreDtTm>
    </GrpHdr>
"""
ANSWER_ITEM = """    <TxInfAndSts>
      <OrgnlGrpInf>
        <OrgnlMsgId>DEMOKZ-000117</OrgnlMsgId>
        <OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId>
      </OrgnlGrpInf>
      <OrgnlEndToEndId>{ref_no}</OrgnlEndToEndId>
      <TxSts>{status}</TxSts>
{reason}{accepted}    </TxInfAndSts>
"""
ANSWER_TAIL = "  </FIToFIPmtStsRpt>\n</Document>\n"


def answer(number, items):
    text = ANSWER_HEAD.format(message_id=f"GATE-20261120-{number:04d}", second=number)
    for ref, status, code, words in items:
        reason = ""
        if code:
            kind = "Cd" if len(code) == 4 else "Prtry"
            info = f"        <AddtlInf>{words}</AddtlInf>\n" if words else ""
            reason = f"      <StsRsnInf>\n        <Rsn>\n          <{kind}>{code}</{kind}>\n        </Rsn>\n{info}      </StsRsnInf>\n"
        accepted = "      <AccptncDtTm>2026-11-20T18:31:05+05:00</AccptncDtTm>\n" if status == "ACSC" else ""
        text += ANSWER_ITEM.format(ref_no=f"DK261120{ref:08d}", status=status, reason=reason, accepted=accepted)
    return text + ANSWER_TAIL


ANSWERS = {
    "accepted.xml": [(1, "ACSC", "", "")],
    "pending.xml": [(2, "PDNG", "", "")],
    "rejected-account.xml": [(3, "RJCT", "AC04", "Шот жабылған")],
    "rejected-funds.xml": [(4, "RJCT", "AM04", "")],
    "unmapped-reason.xml": [(5, "RJCT", "MD07", "")],
    "proprietary-reason.xml": [(6, "RJCT", "MSMP-17", "Лимит получателя превышен")],
    "mixed.xml": [(10, "ACSC", "", ""), (11, "ACSC", "", ""), (12, "PDNG", "", ""), (13, "RJCT", "AC04", "Шот жабылған"),
                  (14, "RJCT", "AM04", "Қаражат жеткіліксіз"), (15, "RJCT", "BE05", ""), (16, "RJCT", "MD07", ""),
                  (17, "ACSC", "", "")],
}


def write_answers(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, items) in enumerate(ANSWERS.items(), 1):
        (folder / name).write_bytes(answer(number, items).encode("utf-8"))


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--folder", type=pathlib.Path, default=root / "samples/demo-kz")
    options.add_argument("--records", type=int, default=RECORDS)
    options.add_argument("--out", type=pathlib.Path, help="write one extract here and nothing else")
    options.add_argument("--clean", action="store_true", help="with --out: no bad records")
    given = options.parse_args()
    if given.out:
        write_extract(given.out, given.records, {} if given.clean else DEFECTS)
        return
    if given.records != RECORDS:
        sys.exit("--records needs --out: the samples have a fixed size")
    given.folder.mkdir(parents=True, exist_ok=True)
    write_extract(given.folder / "outgoing.dat", RECORDS, DEFECTS)
    write_bad_files(given.folder / "bad")
    write_answers(given.folder / "status")


main()
