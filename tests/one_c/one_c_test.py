"""1CClientBankExchange on the command line: every file of ../shared/legacy/1c-client-bank against the keys and values
that its collector (and the upstream test) expects, and back to the same bytes; files that must fail, with their place.
"""
import json
import re
import subprocess

from program import ROOT, SHARED, TILMASH, Case, convert, load_toml, main, tilmash

FILES = SHARED / "legacy/1c-client-bank"
SAMPLES_1C = ROOT / "samples/1c"

UTF8 = 'code_page = "utf-8"\nline_end = "lf"\nencoding_key = "ignore"\n'
RU_UTF8 = 'dictionary = "ru-1.03"\n' + UTF8
NO_END = 'final_line_end = "none"\n'
# file -> its layout. What an upstream author wrote by hand and is not so in life is declared here, with the reason.
LAYOUTS = {
    # An upstream sample of all keys: two documents do not add up to what its account sections state.
    "Xini1__client-bank-exchange/data/sample1.txt": RU_UTF8 + NO_END + 'movements = "ignore"\n',
    "Xini1__client-bank-exchange/data/sample2.txt": RU_UTF8,
    "Xini1__client-bank-exchange/data/sample3.txt": RU_UTF8,
    "Xini1__client-bank-exchange/data/sample4.txt": RU_UTF8,
    "Xini1__client-bank-exchange/data/sample5.txt": RU_UTF8,
    "Xini1__client-bank-exchange/derived/sample1.cp1251.txt":
        'dictionary = "ru-1.03"\ncode_page = "cp1251"\nmovements = "ignore"\n' + NO_END,
    "Xini1__client-bank-exchange/derived/sample1.cp866.txt":
        'dictionary = "ru-1.03"\ncode_page = "cp866"\nmovements = "ignore"\n' + NO_END,
    "Xini1__client-bank-exchange/derived/sample3.cp1251.txt": 'dictionary = "ru-1.03"\ncode_page = "cp1251"\n',
    "Xini1__client-bank-exchange/derived/sample3.cp866.txt": 'dictionary = "ru-1.03"\ncode_page = "cp866"\n',
    "bx-shef__client-bank-alfa-by/data/vypiska-1c.txt":
        'dictionary = "ru-1.03"\ncode_page = "cp1251"\nline_end = "lf"\n',
    "bx-shef__client-bank-alfa-by/belarus/demo-type3-vpsk.txt":
        'dictionary = "by"\ncode_page = "cp1251"\nline_end = "lf"\n',
    "bx-shef__client-bank-alfa-by/belarus/demo-type5-vpsk.txt":
        'dictionary = "by"\ncode_page = "cp1251"\nline_end = "lf"\n',
    "bx-shef__client-bank-alfa-by/belarus/vypiska-prior.txt":
        'dictionary = "by"\ncode_page = "cp1251"\nline_end = "lf"\n',
    # One line of a key that nobody knows, and no version of the format.
    "odoo-ru__client-bank-1c/data/1c_to_kl-win-min-example.txt":
        'dictionary = "ru-1.03"\ncode_page = "cp1251"\nline_end = "lf"\nmay_lack = "header.format_version"\n',
    "odoo-ru__client-bank-1c/derived/1c_to_kl-win-min-example.cp866.txt":
        'dictionary = "ru-1.03"\ncode_page = "cp866"\nline_end = "lf"\nmay_lack = "header.format_version"\n',
    "odoo-ru__client-bank-1c/data/kl_to_1c.txt": 'dictionary = "ru-1.03"\ncode_page = "cp1251"\nline_end = "lf"\n',
    "odoo-ru__client-bank-1c/derived/kl_to_1c.cp866.txt":
        'dictionary = "ru-1.03"\ncode_page = "cp866"\nline_end = "lf"\n',
    # The bank writes no last line; upstream kept one document of the many that its section adds up.
    "unnamed__kz-literals/data/kz_1c_v2.txt":
        'dictionary = "kz-2.0"\ncode_page = "cp1251"\nend_line = "optional"\nmovements = "ignore"\n',
}


def dictionary(name):
    """{section kind: {field name: (key, type)}} of a dictionary and those it extends, read by nobody's code but this."""
    data = load_toml(ROOT / f"schemas/one_c/{name}.toml")
    sections = dictionary(data["extends"]) if "extends" in data else {}
    for section in data["section"]:
        rows = sections.setdefault(section["kind"], {})
        for row in section.get("keys", []):
            rows[row["name"]] = (row["key"], row.get("type", "text"))
    return sections


def pairs(record, rows):
    """A printed record as the keys and values of its lines; blank lines left out."""
    found = []
    for name, value in record["fields"].items():
        if name == "extension":
            found += [(each["key"], each["value"] or "") for each in value if each["key"] is not None]
            continue
        if name not in rows:
            continue  # the title of a Belarusian statement
        key, kind = rows[name]
        for each in value if isinstance(value, list) else [value]:
            found.append((key, re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\3.\2.\1", each) if kind == "date" else each))
    return sorted(found)


def flat(section):
    """The collector's form of a section as pairs; what he computed begins with an underscore."""
    found = []
    for key, value in section.items():
        if key.startswith("_"):
            continue
        found += [(key, each) for each in (value if isinstance(value, list) else [value])]
    return sorted(found)


def expected_of(name):
    """The sections that the file holds, as (kind, pairs) in file order, accounts and documents each on their own."""
    if "/belarus/" in name:
        sections = json.loads((FILES / name).with_suffix(".json").read_text())["sections"]
        return [("request", sorted(map(tuple, sections["IN_PARAM"]))), ("rest", sorted(map(tuple, sections["OUT_PARAM"])))]
    folder, _, file = name.split("/")
    expected = json.loads((FILES / folder / "expected" / (file.split(".")[0] + ".json")).read_text())
    expected = expected.get("parsed", expected)
    header = dict(expected["header"])
    if ".cp866." in name and "Кодировка" in header:
        header["Кодировка"] = "DOS"  # derived files are recoded, and say so
    return ([("header", flat(header))] + [("account", flat(each)) for each in expected["accounts"]] +
            [("document", flat(each)) for each in expected["documents"]])


class Files(Case):
    def layout(self, text, name="layout.toml"):
        path = self.folder / name
        path.write_text('name = "test"\nformat = "1c_client_bank"\n' + text, encoding="utf-8")
        return path

    def decode(self, layout, source):
        run = tilmash("decode", "--layout", layout, source)
        return run, [json.loads(line) for line in run.out.splitlines()]

    def encode(self, layout, lines):
        return subprocess.run([TILMASH, "encode", "--layout", str(layout)], input=lines.encode(), capture_output=True,
                              cwd=ROOT, timeout=60, check=False)


class Test_files_that_other_people_wrote(Files):
    def check_file(self, name, text):
        layout = self.layout(text)
        rows = dictionary(re.search(r'dictionary = "(.*?)"', text).group(1))
        run, records = self.decode(layout, FILES / name)
        self.check_status(run, 0)
        found = [(r["type"], pairs(r, rows[r["type"]])) for r in records if r["type"] != "end"]
        if "/belarus/" in name:
            rest = sorted(pair for kind, each in found if kind not in ("header", "request") for pair in each)
            found = [("request", found[1][1]), ("rest", rest)]
        wanted = expected_of(name)
        self.assertEqual(found, wanted)
        written = self.encode(layout, run.out)
        self.assertEqual(written.returncode, 0, written.stderr)
        self.assertEqual(written.stdout, (FILES / name).read_bytes())
        documents = sum(r["type"] == "document" for r in records)
        values = sum(len(each) for _, each in wanted)
        sums = len(re.findall(r"as stated$", run.err, re.M))
        print(f"{name:<72} {documents:>4} {values:>6} {values:>6} {sums:>5}  same bytes")
        return documents, values

    def test_every_file(self):
        self.need(FILES)
        there = {str(p.relative_to(FILES)) for p in FILES.rglob("*.txt")}
        self.assertEqual(there, set(LAYOUTS))
        print(f"{'file':<72} docs values  equal  sums")
        totals = (0, 0)
        for name, text in LAYOUTS.items():
            with self.subTest(name):
                totals = tuple(map(sum, zip(totals, self.check_file(name, text))))
        print(f"{len(LAYOUTS)} files, {totals[0]} documents, {totals[1]} values, all equal, all written back as they were")

    def test_what_upstream_asserts_of_the_kazakh_statement(self):
        name = "unnamed__kz-literals/data/kz_1c_v2.txt"
        self.need(FILES / name)
        _, records = self.decode(self.layout(LAYOUTS[name]), FILES / name)
        upstream = json.loads((FILES / "unnamed__kz-literals/expected/kz_1c_v2.json").read_text())["upstream"]
        account = records[1]["fields"]
        self.assertEqual({"opening": account["opening_balance"], "received": account["received"],
                          "spent": account["spent"], "closing": account["closing_balance"],
                          "period_begin": account["period_begin"], "period_end": account["period_end"],
                          "account": account["number"]}, upstream)


class Test_what_other_people_left_out_is_found(Files):
    """The same files read by layouts that promise more."""
    def codes(self, name, text):
        self.need(FILES / name)
        run, _ = self.decode(self.layout(text), FILES / name)
        return run.status, re.findall(r"^(?:error|warning)\[(\w+-\d+)\]", run.err, re.M)

    def test_the_header_says_windows_and_the_file_is_utf8(self):
        self.assertEqual(self.codes("Xini1__client-bank-exchange/data/sample3.txt",
                                    'dictionary = "ru-1.03"\ncode_page = "utf-8"\nline_end = "lf"\n'), (1, ["ONC-0301"]))

    def test_a_dos_file_is_declared_windows(self):
        status, codes = self.codes("Xini1__client-bank-exchange/derived/sample3.cp866.txt",
                                   'dictionary = "ru-1.03"\ncode_page = "cp1251"\n')
        self.assertEqual((status, codes[:2]), (1, ["ONC-0202", "ONC-0302"]))

    def test_documents_are_missing(self):
        self.assertEqual(self.codes("unnamed__kz-literals/data/kz_1c_v2.txt",
                                    'dictionary = "kz-2.0"\ncode_page = "cp1251"\n'),
                         (1, ["ONC-0304", "ONC-0308", "ONC-0308"]))


class Test_samples_from_file_to_message(Files):
    LAYOUT = "mappings/demo-kz/1c/layout.toml"

    def test_samples_come_back_as_they_were(self):
        for name in ("payments.txt", "statement.txt"):
            run, _ = self.decode(self.LAYOUT, SAMPLES_1C / name)
            self.check_status(run, 0)
            self.assertEqual(self.encode(self.LAYOUT, run.out).stdout, (SAMPLES_1C / name).read_bytes())
            self.assertEqual(len(re.findall(r"as stated$", run.err, re.M)), 3 if name == "statement.txt" else 0)

    def test_orders_become_messages(self):
        out = self.folder / "orders"
        run = convert("mappings/demo-kz/1c", SAMPLES_1C / "payments.txt", out, to=["pacs.008.001.08"])
        self.check_status(run, 0)
        texts = [p.read_text(encoding="utf-8") for p in sorted((out / "pacs.008.001.08").glob("*[0-9].xml"))]
        self.assertEqual(len(texts), 2)
        for value in ("<EndToEndId>2026-11-20/101</EndToEndId>", 'Ccy="KZT">250000.00<', "Құрылыс Әлемі",
                      "<Purp><Prtry>710</Prtry></Purp>"):
            self.assertIn(value, texts[0])
        self.assertIn("<PrvtId>", texts[1])

    def test_messages_become_orders_again(self):
        """What comes back from the message is what the customer's file said, as far as the message has a place for it."""
        sent = self.folder / "sent"
        self.check_status(convert("mappings/demo-kz/1c", SAMPLES_1C / "payments.txt", sent, to=["pacs.008.001.08"]), 0)
        original = [line["fields"] for line in self.decode(self.LAYOUT, SAMPLES_1C / "payments.txt")[1]
                    if line["type"] == "document"]
        layout = "mappings/demo-kz/1c-received/layout.toml"
        for number, was in enumerate(original, 1):
            out = self.folder / f"received{number}"
            self.check_status(convert("mappings/demo-kz/1c-received", sent / f"pacs.008.001.08/000{number}.xml", out,
                                      to=["demo-kz.1c-received"]), 0)
            written = out / "demo-kz.1c-received.dat"
            lines = written.read_bytes().decode("kz1048").split("\r\n")
            self.assertEqual((lines[0], lines[5], lines[-2:]),
                             ("1CClientBankExchange", "СекцияДокумент=Платежное поручение", ["КонецФайла", ""]))
            run, records = self.decode(layout, written)
            self.check_status(run, 0)
            [order] = [line["fields"] for line in records if line["type"] == "document"]
            lost = {"section", "kind", "payer_kbe", "payee_kbe", "payer_bank_name", "payee_bank_name"}
            self.assertEqual({k: v for k, v in order.items() if k not in lost}, {k: v for k, v in was.items() if k not in lost})

    def test_a_bad_amount_is_a_reject_at_its_line(self):
        out = self.folder / "bad"
        self.check_status(convert("mappings/demo-kz/1c", SAMPLES_1C / "payments-bad.txt", out, to=["pacs.008.001.08"]), 1)
        rejects = [json.loads(line) for line in (out / "rejects.jsonl").read_text().splitlines()]
        self.assertEqual([(r["code"], r["path"], r["line"]) for r in rejects], [("ONC-0203", "document.amount", 29)])
        self.assertEqual(len(list((out / "pacs.008.001.08").glob("*[0-9].xml"))), 1)

    def test_lines_of_a_statement_are_never_sent(self):
        out = self.folder / "statement"
        run = convert("mappings/demo-kz/1c", SAMPLES_1C / "statement.txt", out, to=["pacs.008.001.08"])
        self.check_status(run, 1)
        self.assertIn("DKZ-0101: 3", run.out + run.err)


if __name__ == "__main__":
    main()
