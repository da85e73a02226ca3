#!/usr/bin/env python3
"""CSV, 1C and DBF: tilmash beside Python, on files made here. MB/s of input, CPU time of one thread, medians. CSV is
Python's own csv module, which is C; 1C is a loop over lines; DBF is the library dbf (Debian python3-dbf), if it is there.

    compare.py FILES_BENCH FOLDER
"""
import csv
import datetime
import decimal
import io
import pathlib
import random
import statistics
import struct
import subprocess
import sys
import time

PROGRAM, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
LAYOUTS = pathlib.Path(__file__).resolve().parent
ROUNDS = 5
COUNT = 60_000
NAMES = ["Айгерім Сұлтанова", "ТОО \"Көпір\"", "Kopeika LLC", "Brücke, Söhne & Co", "Иванов Иван Иванович", "ACME Ltd"]
RUSSIAN_NAMES = ["ТОО \"Ромашка\"", "Иванов Иван Иванович", "АО Чистая вода", "ACME Ltd"]
HEADER = ["reference", "value_date", "amount", "currency", "debtor", "debtor_account", "creditor", "creditor_account", "purpose"]


def payments(names):
    chance = random.Random(4)
    for i in range(COUNT):
        yield [f"REF{i:012}", f"2026-11-{chance.randrange(1, 31):02}", f"{chance.randrange(1, 10**9)}.{chance.randrange(100):02}",
               chance.choice(["KZT", "USD", "EUR"]), chance.choice(names), f"KZ{chance.randrange(10**18):018}",
               chance.choice(names), f"KZ{chance.randrange(10**18):018}", f"Invoice {i}, November; \"{i % 7}\""]


def median(work):
    times = []
    for _ in range(ROUNDS):
        start = time.thread_time()
        work()
        times.append(time.thread_time() - start)
    return statistics.median(times)


def make_csv():
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([HEADER, *payments(NAMES)])
    return text.getvalue().encode()


def read_csv(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))


def read_typed_csv(data):
    """The same conversions and checks as the layout's: lengths, dates, decimals, codes."""
    rows = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
    assert next(rows) == HEADER
    out = []
    for reference, day, amount, currency, debtor, from_account, creditor, to_account, purpose in rows:
        assert 0 < len(reference) <= 16 and len(from_account) <= 34 and len(to_account) <= 34
        assert currency in ("KZT", "USD", "EUR")
        out.append((reference, datetime.date.fromisoformat(day), decimal.Decimal(amount), currency, debtor, from_account,
                    creditor, to_account, purpose))
    return out


def write_csv(rows):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def csv_peers(data):
    rows = read_csv(data)
    assert write_csv(rows) == data
    return [("csv.reader, texts", lambda: read_csv(data), "decode"),
            ("csv.reader, dates, decimals and checks", lambda: read_typed_csv(data), "decode"),
            ("csv.writer", lambda: write_csv(rows), "encode")]


def make_one_c():
    lines = ["1CClientBankExchange", "ВерсияФормата=2.0", "Кодировка=Windows", "Отправитель=Бухгалтерия",
             "ДатаСоздания=20.11.2026", "ДатаНачала=01.11.2026", "ДатаКонца=30.11.2026"]
    for number, day, amount, currency, payer, payer_account, payee, payee_account, purpose in payments(RUSSIAN_NAMES):
        year, month, day = day.split("-")
        lines += ["СекцияДокумент=ПлатежноеПоручение", f"НомерДокумента={number}", f"ДатаДокумента={day}.{month}.{year}",
                  f"ПлательщикНаименование={payer}", f"ПлательщикИИК={payer_account}", "ПлательщикКБЕ=17",
                  f"ПолучательНаименование={payee}", f"ПолучательИИК={payee_account}", "ПолучательКБЕ=17",
                  "КодНазначенияПлатежа=710", f"НазначениеПлатежа={purpose}", f"Сумма={amount}", f"Валюта={currency}",
                  "КонецДокумента"]
    return "\r\n".join([*lines, "КонецФайла", ""]).encode("cp1251")


def read_one_c(data):
    """Sections as dictionaries, dates and amounts converted."""
    documents, section = [], {}
    for line in data.decode("cp1251").split("\r\n"):
        key, mark, value = line.partition("=")
        if key == "СекцияДокумент":
            section = {key: value}
        elif key == "КонецДокумента":
            documents.append(section)
        elif key == "Сумма":
            section[key] = decimal.Decimal(value)
        elif key == "ДатаДокумента":
            section[key] = datetime.datetime.strptime(value, "%d.%m.%Y").date()
        elif mark:
            section[key] = value
    assert len(documents) == COUNT
    return documents


def one_c_peers(data):
    return [("loop over lines, dates and decimals", lambda: read_one_c(data), "decode")]


COLUMNS = [("REFERENCE", "C", 16, 0), ("VALUE_DATE", "D", 8, 0), ("AMOUNT", "N", 16, 2), ("CURRENCY", "C", 3, 0),
           ("DEBTOR", "C", 40, 0), ("DR_ACCOUNT", "C", 34, 0), ("CREDITOR", "C", 40, 0), ("CR_ACCOUNT", "C", 34, 0),
           ("PURPOSE", "C", 100, 0)]


def make_dbf():
    width = 1 + sum(column[2] for column in COLUMNS)
    head = struct.pack("<BBBBIHH17xB2x", 3, 126, 11, 21, COUNT, 32 + 32 * len(COLUMNS) + 1, width, 0x65)
    for name, kind, length, decimals in COLUMNS:
        head += struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), length, decimals)
    out = [head, b"\r"]
    for row in payments(RUSSIAN_NAMES):
        row[1] = row[1].replace("-", "")
        out.append(b" " + b"".join((value.rjust if kind == "N" else value.ljust)(length).encode("cp866")
                                   for value, (_, kind, length, _) in zip(row, COLUMNS)))
    return b"".join([*out, b"\x1a"])


def dbf_peers(_):
    try:
        import dbf
    except ImportError:
        print("(no python3-dbf here: DBF stands alone)")
        return []

    def read():
        with dbf.Table(str(FOLDER / "bench.dbf"), codepage="cp866") as table:
            rows = [tuple(record) for record in table]
        assert len(rows) == COUNT
    return [("library dbf", read, "decode")]


print("| file | task | MB/s | tilmash against it |\n|---|---|---:|---:|")
for kind, name, make, peers in [("csv", "CSV, 9 columns", make_csv, csv_peers), ("one_c", "1C, 12 keys", make_one_c, one_c_peers),
                                ("dbf", "DBF, 9 columns", make_dbf, dbf_peers)]:
    path = FOLDER / f"bench.{kind}"
    data = make()
    path.write_bytes(data)
    run = subprocess.run([PROGRAM, LAYOUTS / f"{kind}.toml", path], check=True, capture_output=True, text=True)
    ours = dict(line.split() for line in run.stdout.splitlines())
    print(f"| {name}, {float(ours['mb']):.1f} MB | tilmash decode, checked | {float(ours['decode']):.0f} | 1 |")
    print(f"| | tilmash encode | {float(ours['encode']):.0f} | 1 |")
    for peer, work, task in peers(data):
        speed = len(data) / 1e6 / median(work)
        print(f"| | Python {peer} | {speed:.{0 if speed > 10 else 1}f} | {float(ours[task]) / speed:.1f} |")
    print(f"| | memcpy | {float(ours['memcpy']):.0f} | {float(ours['decode']) / float(ours['memcpy']):.3f} |")
