"""Files of other people, and the samples, through `tilmash decode` and `encode`: what is read is written back byte for
byte; statements come to their closing balance; what is broken is refused at the right place."""
import json
import re
from collections import Counter
from decimal import Decimal

from program import Case, ROOT, SHARED, main, tilmash

FOLDER = SHARED / "legacy/swift-mt"
LAYOUTS = {name: ROOT / "mappings" / folder / "layout.toml"
           for name, folder in (("swift", "swift-mt"), ("statement", "swift-mt-statements"), ("kz", "swift-mt-kz"))}

SET_X = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ \n")

# Inputs that must fail, by the layout that is used for them: code and line:column.
MUST_FAIL = {
    # no SWIFT text at all; bytes that are no UTF-8
    ("statement", "svenstaro__mt940-rs/mt940/special-cases/invalid_statement.sta"): ("SMT-0201", "1:1"),
    ("statement", "svenstaro__mt940-rs/mt940/special-cases/invalid_utf8.sta"): ("SMT-0203", "7:11"),
    ("statement", "WoLpH__mt940/self-provided/raiffeisen-cmi.sta"): ("SMT-0203", "7:11"),
    # against SWIFT's own formats
    ("swift", "svenstaro__mt940-rs/mt940/special-cases/february_30.sta"): ("SMT-0207", "6:5"),
    ("swift", "svenstaro__mt940-rs/mt940/special-cases/incomplete_tag_61.sta"): ("SMT-0205", "5:22"),
    ("swift", "svenstaro__mt940-rs/mt940/special-cases/overly_long_details.sta"): ("SMT-0205", "12:1"),
    ("swift", "svenstaro__mt940-rs/mt940/special-cases/unexpected_tag.sta"): ("SMT-0209", "3:1"),
    ("swift", "svenstaro__mt940-rs/mt940/full/jejik/knab_broken.sta"): ("SMT-0205", "17:19"),
    ("swift", "svenstaro__mt940-rs/mt942/special-cases/long_statement_number.sta"): ("SMT-0209", "4:1"),
}
# Prowide's test messages that are cut off or have a tail.
MUST_FAIL_MESSAGES = {
    "MT900ParserTest.testMissingEOBandB5": ("SMT-0202", "1:51"),
    "MtSwiftMessageJsonSchemaTest.test_202": ("SMT-0202", "16:3"),
    "SwiftParserTest.testExtraDataSimple": ("SMT-0201", "18:3"),
    "SwiftParserConsumeTagTest.testTag77Exceptions_1": ("SMT-0204", "1:129"),
}


def is_enveloped(raw):
    return b"{1:" in raw[:4]


class Mt(Case):
    def setUp(self):
        self.need(FOLDER)

    def inputs(self):
        """(name, bytes) of all files and of the messages in Prowide's list."""
        for path in sorted(FOLDER.rglob("*")):
            if path.suffix in (".fin", ".rje", ".sta", ".txt"):
                yield str(path.relative_to(FOLDER)), path.read_bytes()
        for each in json.loads((FOLDER / "prowide__prowide-core/messages.json").read_text()):
            yield each["id"], each["raw"].encode()

    def decode(self, layout, raw):
        source = self.folder / "input"
        source.write_bytes(raw)
        run = tilmash("decode", "--layout", LAYOUTS[layout], source)
        self.assertIn(run.status, (0, 1), run.err)
        counts = re.search(r"(\d+) records: (\d+) items, (\d+) rejects", run.err)
        return run, int(counts[1]), int(counts[3])

    def first_error(self, run):
        found = re.search(r"error\[(SMT-\d+)\].*\n *--> [^\n]*:(\d+:\d+): record", run.err)
        return (found[1], found[2]) if found else None


class Test_every_file_is_written_back_byte_for_byte(Mt):
    def test(self):
        table = Counter()
        for name, raw in self.inputs():
            for layout in LAYOUTS:
                run, records, rejects = self.decode(layout, raw)
                table[layout, "files"] += 1
                table[layout, "records"] += records
                table[layout, "rejects"] += rejects
                if rejects:
                    continue
                back = tilmash("encode", "--layout", LAYOUTS[layout], stdin=run.out.encode())
                self.assertEqual(back.status, 0, (name, layout, back.err))
                self.assertEqual(back.out.encode(), raw.decode("utf-8", "replace").encode(), (name, layout))
                table[layout, "identical"] += 1
        for layout in LAYOUTS:
            print(f"{layout:<10} files {table[layout, 'files']}  records {table[layout, 'records']}  rejects "
                  f"{table[layout, 'rejects']}  files without rejects, written back identical {table[layout, 'identical']}")
        self.assertGreaterEqual(table["statement", "identical"], 259)
        self.assertGreaterEqual(table["swift", "identical"], 188)


class Test_what_is_broken_is_refused_at_its_place(Mt):
    def test(self):
        by_name = dict(self.inputs())
        for (layout, name), expected in MUST_FAIL.items():
            run, _, rejects = self.decode(layout, by_name[name])
            self.assertGreaterEqual(rejects, 1, name)
            self.assertEqual(self.first_error(run), expected, (name, run.err))
        for name, expected in MUST_FAIL_MESSAGES.items():
            run, _, rejects = self.decode("swift", by_name[name])
            self.assertEqual(rejects, 1, name)
            self.assertEqual(self.first_error(run), expected, (name, run.err))
        print(f"{len(MUST_FAIL) + len(MUST_FAIL_MESSAGES)} inputs refused at the place that is wrong")


def sums(raw):
    """(closing balance, opening balance and entries) of each statement of a text, added up without our parser."""
    text = raw.decode("utf-8", "replace").replace("\r", "")
    for statement in re.split(r"(?m)^:20:", text)[1:]:
        opening = re.search(r"(?m)^:60[FM]:([CD])\d{6}[A-Z]{3}([\d,]+)", statement)
        closing = re.search(r"(?m)^:62[FM]:([CD])\d{6}[A-Z]{3}([\d,]+)", statement)
        entries = re.findall(r"(?m)^:61:\d{6}(?:\d{4})?(R?[CD])[A-Z]?(\d+,\d*)", statement)
        if not opening or not closing or len(entries) != len(re.findall(r"(?m)^:61:", statement)):
            continue
        total = sum(Decimal(amount.replace(",", ".")) * (1 if mark in ("C", "RD") else -1)
                    for mark, amount in [opening.groups(), *entries])
        mark, amount = closing.groups()
        yield Decimal(amount.replace(",", ".")) * (1 if mark == "C" else -1), total


class Test_statements_balance(Mt):
    def test(self):
        """Every verdict is that of an independent sum: what differs was shortened or changed by its author."""
        results = Counter()
        differ = Counter()
        for name, raw in self.inputs():
            if b":60" not in raw or name.startswith("ae1984"):
                continue
            run, _, _ = self.decode("statement", raw)
            ours = []
            for declared, counted, result in re.findall(r"(?m) stated +(\S+) +counted +(\S+) +(.*)$", run.err):
                results[result] += 1
                if result != "not comparable":
                    ours.append((Decimal(declared), Decimal(counted)))
                    self.assertEqual(result == "as stated", Decimal(declared) == Decimal(counted))
                if result == "DIFFERS":
                    differ[name] += 1
            for each in ours:
                if each not in list(sums(raw)) and name.startswith(("Bug", "Issue", "Unparsed")):
                    continue  # lines of these are broken on purpose
                self.assertIn(each, list(sums(raw)), name)
        print(f"statements: {dict(results)}; files with statements that differ: {len(differ)}")
        for name, count in sorted(differ.items()):
            print(f"  {count:3}  {name}")
        self.assertGreater(results["as stated"], 120)


class Test_values_of_statements(Mt):
    """mt940-rs's own reading (level 1) of its files, value by value."""
    marks = {"Debit": "D", "Credit": "C", "ReverseDebit": "RD", "ReverseCredit": "RC"}

    def value(self, ours, theirs, what):
        reason = self.excuse(ours, theirs)
        if ours == theirs:
            self.equal += 1
        elif reason:
            self.excused[reason] += 1
        else:
            self.differences.append((what, ours, theirs))

    def excuse(self, ours, theirs):
        if not isinstance(ours, str) or not isinstance(theirs, str):
            return None
        if ours.strip() == theirs.strip():
            return "mt940-rs drops blanks at the ends of a value"
        if set(ours) - SET_X:
            return "mt940-rs writes . or plain letters for characters outside of set x"
        if self.repeated_86 and theirs.startswith(ours):
            return "mt940-rs joins 86 fields that follow each other; ours are kept with their position"
        return None

    def number(self, text):
        return None if text is None else Decimal(text)

    def balance(self, message, tags, theirs, what):
        ours = next((message[tag] for tag in tags if tag in message), None)
        if theirs is None:
            self.value(ours is None, True, what)
            return
        self.value(ours["mark"], self.marks[theirs["debit_credit_indicator"]], what)
        self.value(ours["date"], theirs["date"], what)
        self.value(ours["currency"], theirs["iso_currency_code"], what)
        self.value(self.number(ours["amount"]), Decimal(theirs["amount"]), what)

    def entry(self, ours, theirs, what):
        line = ours["61"]
        self.value(line["value_date"], theirs["value_date"], what)
        if theirs["entry_date"] is not None and line.get("entry_date") is not None:
            self.value(line.get("entry_date"), theirs["entry_date"][5:].replace("-", ""), what)
        mark = self.marks[theirs["ext_debit_credit_indicator"]]
        if line["mark"].startswith("R") and mark.startswith("R") and line["mark"] != mark:
            self.excused["mt940-rs calls RC, the reversal of a credit, ReverseDebit"] += 1
        else:
            self.value(line["mark"], mark, what)
        self.value(line.get("funds_code"), theirs["funds_code"], what)
        self.value(self.number(line["amount"]), Decimal(theirs["amount"]), what)
        code = theirs["transaction_type_ident_code"]
        self.value(line["code"], code["NonStandard"] if isinstance(code, dict) else code, what)
        self.value(line.get("owner_reference") or "", theirs["customer_ref"] or "", what)
        self.value(line.get("institution_reference"), theirs["bank_ref"], what)
        self.value("\n".join(line.get("supplementary") or []) or None, theirs["supplementary_details"], what)
        self.narrative("\n".join(ours["86"]["narrative"]) if "86" in ours else None,
                       theirs["information_to_account_owner"], what)

    def narrative(self, ours, theirs, what):
        if isinstance(theirs, dict):
            # mt940-rs cuts the German subfields ?00 to ?63; we keep the lines, in which each of its values stands.
            flat = re.sub(r"\?\d\d", "", ours.replace("\n", "")).replace(" ", "")
            for text in filter(None, (theirs.get("posting_text"), theirs.get("purpose"))):
                if text.replace(" ", "") in flat:
                    self.equal += 1
                else:
                    self.value(flat, text, what)
            self.german += 1
        else:
            self.value(ours, theirs, what)

    def test(self):
        self.equal = self.german = 0
        self.excused = Counter()
        self.differences = []
        files = statements = 0
        for path in sorted((FOLDER / "svenstaro__mt940-rs").rglob("*.expected.json")):
            source = path.with_name(path.name.replace(".expected.json", ".sta"))
            run, _, rejects = self.decode("statement", source.read_bytes())
            self.assertEqual(rejects, 0, source)
            messages = [json.loads(line)["fields"] for line in run.out.splitlines()]
            expected = json.loads(path.read_text())
            files += 1
            self.value(len(messages), len(expected), source.name)
            for fields, theirs in zip(messages, expected):
                statements += 1
                ours = fields["mt940"]
                self.repeated_86 = "extension" in ours
                what = f"{source.name} {theirs['transaction_ref_no']}"
                self.value(ours["20"]["reference"], theirs["transaction_ref_no"], what)
                self.value(ours["25"]["account"], theirs["account_id"], what)
                number = ours.get("28C") or ours.get("28")
                self.value(number.get("statement"), theirs["statement_no"], what)
                self.value(number.get("sequence"), theirs["sequence_no"], what)
                self.balance(ours, ("60F", "60M"), theirs["opening_balance"], what)
                self.balance(ours, ("62F", "62M"), theirs["closing_balance"], what)
                self.balance(ours, ("64",), theirs["closing_available_balance"], what)
                entries = ours.get("entry", [])
                self.value(len(entries), len(theirs["statement_lines"]), what)
                for mine, line in zip(entries, theirs["statement_lines"]):
                    self.entry(mine, line, what)
        print(f"mt940-rs: files {files}  statements {statements}  values equal {self.equal}  "
              f"different {len(self.differences)}")
        for reason, count in self.excused.items():
            print(f"  {count:3}  {reason}")
        print(f"  {self.german:3}  texts with German subfields, kept as lines; the library's values stand in them")
        self.assertEqual(self.differences, [])
        self.assertGreater(self.equal, 5000)


class Test_Kazakh_messages(Mt):
    """The collector's reading (level 5) of the three literals, value by value."""
    names = {"NAME": "name", "IDN": "idn", "CHIEF": "chief", "MAINBK": "accountant", "IRS": "residence",
             "SECO": "sector", "NUM": "number", "DATE": "date", "SEND": "delivery", "VO": "operation",
             "KNP": "purpose_code", "PSO": "priority", "PRT": "urgency", "ASSIGN": "purpose", "OPV": "contribution",
             "FM": "surname", "NM": "given_name", "FT": "patronymic", "DT": "birth_date", "PERIOD": "period"}

    def same(self, ours, theirs, what):
        if isinstance(ours, list):
            ours = "\n".join(ours)
        if re.fullmatch(r"\d{4}-\d\d-\d\d", ours) and ours != theirs:
            ours = ours.replace("-", "")[-len(theirs):]
        self.assertEqual(ours, theirs, what)
        self.count += 1

    def fields(self, message, theirs):
        for tag, value in theirs.items():
            if isinstance(value, str):
                flat = "".join(part if isinstance(part, str) else "" for part in message[tag].values())
                if tag in ("32A", "32B"):
                    ours = message[tag]
                    flat = ours.get("date", "").replace("-", "")[2:] + ours["currency"] + ours["amount"].replace(".", ",")
                self.same(flat, value, tag)
                continue
            for name, each in value.items():
                self.same(message[tag][self.names.get(name, name)], each, (tag, name))

    def test(self):
        self.count = 0
        folder = FOLDER / "unnamed__kz-literals"
        run, _, rejects = self.decode("kz", (folder / "mt102_kz_pension_return.txt").read_bytes())
        self.assertEqual(rejects, 0)
        ours = json.loads(run.out)["fields"]["mt102"]
        theirs = json.loads((folder / "mt102_kz_pension_return.json").read_text())
        self.fields(ours, theirs["sequence_a"])
        for mine, each in zip(ours["transaction"], theirs["sequence_b"], strict=True):
            self.fields(mine, each)
        self.fields(ours, theirs["sequence_c"])
        expected = json.loads((FOLDER / "ae1984__iXora/expected.json").read_text())
        run, _, _ = self.decode("kz", (FOLDER / "ae1984__iXora/mt920_request.txt").read_bytes())
        ours = json.loads(run.out)["fields"]["mt920"]
        for tag, value in expected["mt920_request.txt"].items():
            for name, each in (value.items() if isinstance(value, dict) else [(None, value)]):
                self.same(ours[tag][name] if name else next(iter(ours[tag].values())), each, tag)
        run, _, _ = self.decode("kz", (FOLDER / "ae1984__iXora/mt970_clearing_statement.txt").read_bytes())
        ours = json.loads(run.out)["fields"]["mt970"]
        theirs = expected["mt970_clearing_statement.txt"]
        for mine, each in zip(ours["61"], theirs["61"], strict=True):
            for name, value in each.items():
                self.same(mine["bank" if name == "counterparty_bank" else name], value, ("61", name))
        for tag in ("60F", "62F", "25"):
            for name, value in theirs[tag].items():
                self.same(ours[tag][name], value, (tag, name))
        print(f"Kazakh messages: 3, values equal {self.count}, different 0")


class Test_samples(Case):
    """samples/swift-mt: read without a finding, written back identical."""
    layouts = {"mt103.fin": "mappings/swift-mt/layout.toml", "night.rje": "mappings/swift-mt/layout.toml",
               "statement.sta": "mappings/swift-mt-statements/layout.toml",
               "kz-mt102.txt": "mappings/swift-mt-kz/layout.toml"}

    def test(self):
        for name, layout in self.layouts.items():
            source = ROOT / "samples/swift-mt" / name
            run = tilmash("decode", "--layout", layout, source)
            self.assertEqual(run.status, 0, (name, run.err))
            back = tilmash("encode", "--layout", layout, stdin=run.out.encode())
            self.assertEqual(back.status, 0, (name, back.err))
            self.assertEqual(back.out.encode(), source.read_bytes(), name)

    def test_own_layout(self):
        own = ROOT / "samples/swift-mt/own.toml"
        text = ("{1:F01DEMOKZKAAXXX0001000042}{2:I777DEMOUZ22XXXXN}{4:\r\n:20:LONGER THAN SIXTEEN\r\n:25:A\r\n"
                ":62F:C261121KZT1,\r\n:25:B\r\n:79:NOTE\r\n-}$")
        run = tilmash("decode", "--layout", own, stdin=text.encode())
        self.assertEqual(run.status, 0, run.err)
        message = json.loads(run.out)["fields"]["mt777"]
        self.assertEqual([each["25"]["account"] for each in message["account"]], ["A", "B"])
        back = tilmash("encode", "--layout", own, stdin=run.out.encode())
        self.assertEqual(back.out, text)

    def test_every_layout_tells_its_fields(self):
        for layout in sorted(ROOT.glob("mappings/swift-mt*/layout.toml")):
            run = tilmash("decode", "--layout", layout, "--show-layout")
            self.assertEqual(run.status, 0, run.err)
            self.assertIn("block 1  1!a2!n12!c4!n6!n", run.out)


main()
