#!/usr/bin/env python3
"""CSV: tilmash beside Python's csv module, on a file made here. MB/s of input, CPU time of one thread, medians.

    compare.py DELIMITED_BENCH FILE
"""
import csv
import datetime
import decimal
import io
import pathlib
import random
import statistics
import subprocess
import sys
import time

PROGRAM, FILE = sys.argv[1], pathlib.Path(sys.argv[2])
ROUNDS = 5
NAMES = ["Айгерім Сұлтанова", "ТОО \"Көпір\"", "Kopeika LLC", "Brücke, Söhne & Co", "Иванов Иван Иванович", "ACME Ltd"]
HEADER = ["reference", "value_date", "amount", "currency", "debtor", "debtor_account", "creditor", "creditor_account", "purpose"]


def make():
    chance = random.Random(4)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for i in range(60000):
        writer.writerow([f"REF{i:012}", f"2026-11-{chance.randrange(1, 31):02}", f"{chance.randrange(1, 10**9)}.{chance.randrange(100):02}",
                         chance.choice(["KZT", "USD", "EUR"]), chance.choice(NAMES), f"KZ{chance.randrange(10**18):018}",
                         chance.choice(NAMES), f"KZ{chance.randrange(10**18):018}", f"Invoice {i}, November; \"{i % 7}\""])
    FILE.write_bytes(text.getvalue().encode())


def median(work):
    times = []
    for _ in range(ROUNDS):
        start = time.thread_time()
        work()
        times.append(time.thread_time() - start)
    return statistics.median(times)


def read(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))


def read_typed(data):
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


def write(rows):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


make()
data = FILE.read_bytes()
ours = dict(line.split() for line in subprocess.run([PROGRAM, FILE], check=True, capture_output=True, text=True).stdout.splitlines())
mb = len(data) / 1e6
rows = read(data)
assert write(rows) == data
peers = [("csv.reader, texts", mb / median(lambda: read(data)), "decode"),
         ("csv.reader, dates, decimals and checks", mb / median(lambda: read_typed(data)), "decode"),
         ("csv.writer", mb / median(lambda: write(rows)), "encode")]
print(f"{ours['records']} records of 9 columns, {ours['mb']} MB; the way back is identical\n")
print("| task | MB/s | tilmash against it |\n|---|---:|---:|")
print(f"| tilmash decode, checked | {float(ours['decode']):.0f} | 1 |\n| tilmash encode, read back | {float(ours['encode']):.0f} | 1 |")
for name, speed, task in peers:
    print(f"| Python {name} | {speed:.0f} | {float(ours[task]) / speed:.1f} |")
print(f"| memcpy | {float(ours['memcpy']):.0f} | {float(ours['decode']) / float(ours['memcpy']):.3f} |")
