#!/usr/bin/env python3
"""`tilmash decode` and `encode` as a user runs them: there and back, bad input, exit statuses, private rejects.

    tests/nacha/commands_test.py TILMASH

The file is made here; real ones are read by nacha_test.
"""
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile

TILMASH = os.path.abspath(sys.argv[1])
LAYOUT = "mappings/nacha/layout.toml"


def record(*parts):
    line = "".join(parts)
    assert len(line) == 94, (len(line), line)
    return line


def entry(code, amount, trace, account="12345678"):
    return record("6", code, "231380104", f"{account:<17}", f"{amount:010}", " " * 15, f"{'Aigerim':<22}", "  ", "0",
                  f"12104288{trace:07}")


HEADER = record("101", " 231380104", " 121042882", "261121", "1830", "A", "094", "10", "1", " " * 23, " " * 23, " " * 8)
BATCH = record("5", "200", f"{'Kopeika LLC':<16}", " " * 20, "121042882 ", "PPD", "PAYROLL   ", " " * 6, "261123", "   ",
               "1", "12104288", "0000001")
CONTROL = record("8", "200", "000002", "0046276020", "000000000500", "000000012345", "121042882 ", " " * 25, "12104288",
                 "0000001")
FILE_CONTROL = record("9", "000001", "000001", "00000002", "0046276020", "000000000500", "000000012345", " " * 39)
GOOD = [HEADER, BATCH, entry("22", 12345, 1), entry("27", 500, 2), CONTROL, FILE_CONTROL] + ["9" * 94] * 4


def run(*arguments, given=b""):
    # Another folder, so that the layout can only be the built-in one.
    return subprocess.run([TILMASH, *arguments], input=given, capture_output=True, cwd=tempfile.gettempdir(), timeout=60)


def lines(records):
    return ("\n".join(records) + "\n").encode()


def check(what, condition, run_result=None):
    if condition:
        return
    print(f"FAILED: {what}")
    if run_result is not None:
        print(run_result.returncode, run_result.stdout.decode()[-2000:], run_result.stderr.decode()[-2000:])
    sys.exit(1)


def main():
    good = lines(GOOD)
    decoded = run("decode", "--layout", LAYOUT, "-", given=good)
    check("a good file", decoded.returncode == 0, decoded)
    objects = [json.loads(line) for line in decoded.stdout.splitlines()]
    check("a line a record", [o["type"] for o in objects] ==
          ["file_header", "batch", "entry", "entry", "batch_control", "file_control"] + ["padding"] * 4, decoded)
    check("record and offset", (objects[2]["record"], objects[2]["offset"]) == (3, 190), decoded)
    fields = objects[2]["fields"]
    check("exact strings and nulls", (fields["amount"], fields["identification"]) == ("123.45", None), decoded)
    check("fields of its own form only", "addenda_count" not in fields, decoded)

    encoded = run("encode", "--layout", LAYOUT, given=decoded.stdout)
    check("there and back", encoded.returncode == 0 and encoded.stdout == good, encoded)

    objects[2]["fields"]["amount"] = "200.00"
    edited = run("encode", "--layout", LAYOUT, given="\n".join(map(json.dumps, objects)).encode())
    check("totals are computed, and the old ones reported",
          edited.returncode == 1 and b"000000020000" in edited.stdout and b"FMT-0407" in edited.stderr, edited)

    bad = GOOD.copy()
    bad[3] = entry("27", 500, 2).replace("231380104", "231380105")
    with tempfile.TemporaryDirectory() as folder:
        rejects = pathlib.Path(folder) / "rejects.jsonl"
        result = run("decode", "--layout", LAYOUT, "--rejects", str(rejects), given=lines(bad))
        check("a bad entry", result.returncode == 1 and result.stdout.count(b'"entry"') == 1, result)
        reject = json.loads(rejects.read_text())
        check("its code, place and bytes", (reject["code"], reject["record"], reject["offset"], reject["path"]) ==
              ("FMT-0212", 4, 296, "batch.entry.check_digit") and
              bytes.fromhex(reject["raw"]).decode() == bad[3] + "\n", result)
        check("rejects are private", stat.S_IMODE(os.stat(rejects).st_mode) == 0o600)

    check("no such layout", run("decode", "--layout", "no/such.toml").returncode == 3)
    check("no such file", run("decode", "--layout", LAYOUT, "/no/such/file").returncode == 4)
    check("usage", run("decode").returncode == 2)
    check("positions", b"batch[].entry[], form ctx" in run("decode", "--layout", LAYOUT, "--show-layout").stdout)
    for line in [b"nonsense", b"[]", b'{"type":"entry"}', b'{"type":"ghost","fields":{}}',
                 b'{"type":"batch","fields":{"sec_code":1}}', b'{"type":"batch","fields":{"ghost":"1"}}',
                 b'{"type":"batch","type":"entry","fields":{}}', b'{"type":"entry","fields":{"amount":"1.00"}}',
                 b"[" * 100000]:
        result = run("encode", "--layout", LAYOUT, given=line)
        check(f"refused: {line[:60]}", result.returncode == 1 and b"error[" in result.stderr, result)


main()
