"""Every real NACHA file through mappings/nacha to pacs.008 and partner JSON, judged by an independent reading.

What each entry is (a live PPD, CCD, WEB or CTX credit, or something that must not become a payment) is decided here from
the columns alone, in Python, and held against what `tilmash convert` wrote and refused. Every written message must
satisfy xmllint with the official XSD. `--update` writes the table of docs/nacha.md anew.
"""

import argparse
import collections
import csv
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SHARED = PROJECT.parent / "shared"
NACHA = SHARED / "legacy/nacha"
XSD = SHARED / "iso20022/xsd"
DOC = PROJECT / "docs/nacha.md"
BEGIN, END = "<!-- credits begin -->", "<!-- credits end -->"
DISHONOURED = {"R61", "R62"} | {f"R{n}" for n in range(67, 78)}


def records(path):
    text = path.read_bytes().decode("latin-1")
    if "\n" in text[:96]:
        return [line.rstrip("\r").ljust(94)[:94] for line in text.split("\n") if line.rstrip("\r")]
    return [text[i:i + 94] for i in range(0, len(text), 94)]


def entries(path):
    """(batch header, entry, addenda) of every entry that stands in a batch."""
    found, batch, entry = [], None, None
    for record in records(path):
        kind = record[0]
        if kind == "5":
            batch, entry = record, None
        elif kind == "6" and batch:
            entry = (batch, record, [])
            found.append(entry)
        elif kind == "7" and entry:
            entry[2].append(record)
        elif kind == "8":
            batch, entry = None, None
    return found


def verdict(batch, entry, addenda):
    """The code an entry is refused with, or "" when it is a payment."""
    sec, code = batch[50:53], entry[1:3]
    types = [a[1:3] for a in addenda]
    if sec == "ADV":
        return "NCH-0001"
    if sec == "IAT" or batch[4:20].strip() == "IATCOR":
        return "NCH-0002"
    if sec == "COR" or "98" in types:
        return "NCH-0003"
    if any(a[1:3] == "99" and a[3:6] in DISHONOURED for a in addenda):
        return "NCH-0004"
    if "99" in types or code[1] in "16":
        return "NCH-0005"
    if code[1] in "38":
        return "NCH-0006"
    if batch[53:63].upper().startswith("REVERSAL"):
        return "NCH-0007"
    if code[1] not in "24":
        return "NCH-0008"
    if sec not in ("PPD", "CCD", "WEB", "CTX"):
        return "NCH-0009"
    if int(entry[29:39]) == 0:
        return "NCH-0010"
    return ""


def convert(tilmash, path, out):
    command = [tilmash, "convert", "--mapping", "mappings/nacha", str(path), "--to", "pacs.008.001.08", "--to",
               "partner/v1", "--out", str(out), "--as-of", "2026-11-21T00:00:00Z", "--shape", "files", "--quiet"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode in (0, 1), f"{path.name}: exit {done.returncode}\n{done.stderr}"
    folder = out if out.is_dir() else out.with_name(out.name + ".held")
    report = json.loads((folder / "report.json").read_text())
    rejects = [json.loads(line) for line in (folder / "rejects.jsonl").read_text().splitlines()]
    return folder, report, rejects


def check_file(tilmash, path, work):
    folder, report, rejects = convert(tilmash, path, work / path.name)
    items = report["items"]
    assert items["in"] == items["out"] + items["rejected"], path.name
    refused = collections.Counter(r["code"] for r in rejects)
    unread = sum(n for code, n in refused.items() if not code.startswith("NCH-"))
    # Entries that the layout can't read are rejects with a code of its own; all others must be judged as here.
    expected = collections.Counter()
    amounts = []
    bad = {bytes.fromhex(r["raw"])[:94].decode("latin-1").ljust(94) for r in rejects if not r["code"].startswith("NCH-")}
    for batch, entry, addenda in entries(path):
        if entry in bad:
            continue
        code = verdict(batch, entry, addenda)
        expected[code] += 1
        if code == "":
            amounts.append(int(entry[29:39]))
    payments = expected.pop("", 0)
    ours = collections.Counter({code: n for code, n in refused.items() if code.startswith("NCH-")})
    assert ours == expected, f"{path.name}: refused {dict(ours)}, expected {dict(expected)}"
    assert items["out"] == payments, f"{path.name}: {items['out']} payments, expected {payments}"
    documents = sorted(p for p in (folder / "pacs.008.001.08").glob("*.xml") if not p.name.endswith(".head.xml")) \
        if payments else []
    assert len(documents) == payments, path.name
    sent = [re.search(r'<IntrBkSttlmAmt Ccy="USD">([0-9.]+)<', p.read_text(encoding="utf-8")).group(1) for p in documents]
    assert [int(a.replace(".", "")) for a in sent] == amounts, f"{path.name}: amounts differ"
    return {"file": path.name, "result": report["result"], "entries": items["in"], "payments": payments, "unread": unread,
            "codes": ", ".join(f"{code} {n}" for code, n in sorted(refused.items())),
            "file_findings": ", ".join(sorted({f["code"] for f in report["file_findings"]})), "documents": documents,
            "heads": [p.with_name(p.name.replace(".xml", ".head.xml")) for p in documents]}


def check_schema(documents, xsd):
    if not documents:
        return
    done = subprocess.run(["xmllint", "--noout", "--schema", str(xsd)] + [str(d) for d in documents],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def table(rows):
    lines = ["| file | result | entries | payments | refused or rejected | of the file |", "|---|---|---:|---:|---|---|"]
    for row in rows:
        lines.append(f"| {row['file']} | {row['result']} | {row['entries']} | {row['payments']} | {row['codes']} | "
                     f"{row['file_findings']} |")
    payments = sum(row["payments"] for row in rows)
    lines.append(f"| **{len(rows)} files** | | {sum(r['entries'] for r in rows)} | {payments} | | |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tilmash", required=True)
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    if not NACHA.is_dir():
        if os.environ.get("CI") == "true":
            sys.exit(f"needed under CI=true but absent: {NACHA}")
        print(f"SKIP: {NACHA} is not here")
        return
    listed = {row["file"] for row in csv.DictReader((NACHA / "moov-io__ach/manifest.tsv").open(), delimiter="\t")}
    files = sorted(p for p in (NACHA / "moov-io__ach/data").iterdir())
    assert listed == {p.name for p in files}, listed ^ {p.name for p in files}
    files += sorted((NACHA / "DFDLSchemas__NACHA/data").iterdir())
    with tempfile.TemporaryDirectory() as work:
        rows = [check_file(os.path.abspath(arguments.tilmash), path, pathlib.Path(work)) for path in files]
        check_schema([d for row in rows for d in row["documents"]], XSD / "pacs.008.001.08.xsd")
        check_schema([d for row in rows for d in row["heads"]], XSD / "head.001.001.02.xsd")
    text = DOC.read_text(encoding="utf-8")
    assert BEGIN in text, "docs/nacha.md has lost its table"
    new = text[:text.index(BEGIN) + len(BEGIN)] + "\n" + table(rows) + "\n" + text[text.index(END):]
    if arguments.update:
        DOC.write_text(new, encoding="utf-8")
    assert arguments.update or new == text, "docs/nacha.md differs: run tests/nacha/credits.py --tilmash … --update"
    print(f"{len(rows)} files, {sum(r['payments'] for r in rows)} payments, all valid")


if __name__ == "__main__":
    main()
