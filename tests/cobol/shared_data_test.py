"""Files that other people wrote, decoded by their own copybooks and compared value by value with what other readers
made of them; then written back to the same bytes. Prints a table: files, records, values, differences with reasons.

The files are read where they stand, in ../shared; what their readers were told (Cobrix options, a compiler's dialect)
becomes options of the layout, by `--set`.
"""
import csv
import decimal
import json
import re
import subprocess
import unittest

from program import SHARED, TILMASH, Case, main, tilmash

COBOL = SHARED / "legacy/cobol"


def need(path):
    if not path.exists():
        print(f"SKIP: {path} is not here")
        raise unittest.SkipTest(str(path))


def settings(options):
    return [word for key, value in options.items() for word in ("--set", f"{key}={value}")]


class Decoded:
    """The records of a file, or what was said instead."""

    def __init__(self, copybook, data, options, rejects=None):
        self.options = settings(options)
        self.copybook = copybook
        run = tilmash("decode", "--layout", copybook, *self.options, data, *(["--rejects", rejects] if rejects else []))
        self.status, self.err = run.status, run.err
        self.lines = run.out
        self.records = [json.loads(line) for line in run.out.split("\n") if line]

    def encoded(self, folder):
        lines = folder / "lines.jsonl"
        lines.write_text(self.lines, encoding="utf-8")
        out = folder / "encoded.bin"
        with out.open("wb") as file:
            subprocess.run([TILMASH, "encode", "--layout", self.copybook, *self.options, lines], stdout=file,
                           stderr=subprocess.PIPE, timeout=300, check=False)
        return out.read_bytes()


def write_back(table, name, decoded, data, folder):
    """Adds the file to the table of what was written back: every byte, or where the first other one is."""
    out = decoded.encoded(folder)
    table.add(name, len(decoded.records), len(data), len(data) if out == data else 0)
    if out != data:
        at = next((i for i, (a, b) in enumerate(zip(out, data)) if a != b), min(len(out), len(data)))
        table.bad.append(f"{name}: byte {at} of {len(data)} differs ({len(out)} written)")


class Table:
    """Rows of what was compared; a difference without a reason is a failure."""

    def __init__(self, title):
        self.title, self.rows, self.bad = title, [], []

    def add(self, name, records, values, equal, note=""):
        self.rows.append((name, records, values, equal, note))

    def show(self):
        print(f"\n{self.title}\n{'file':<28} {'records':>8} {'values':>8} {'equal':>8}  note")
        for name, records, values, equal, note in self.rows:
            print(f"{name:<28} {records:>8} {values:>8} {equal:>8}  {note}")
        print(f"{len(self.rows)} files, {sum(r[1] for r in self.rows)} records, {sum(r[2] for r in self.rows)} values, "
              f"{sum(r[3] for r in self.rows)} equal")
        for line in self.bad[:40]:
            print("DIFFERS", line)


def plain(text):
    """A text as other readers print it: control characters are blanks, and blanks at both ends nothing."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text or "").strip()


def same(ours, theirs):
    """One value: numbers by value, texts without their padding; nothing is the same as blanks."""
    if isinstance(theirs, (int, decimal.Decimal)) and not isinstance(theirs, bool):
        try:
            return ours is not None and decimal.Decimal(plain(ours)) == theirs
        except decimal.InvalidOperation:
            return False
    return plain(ours) == plain(theirs)


def leaves(value, path=""):
    """(path, value) of every leaf; an empty array is one leaf."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield from leaves(each, f"{path}[{i}]")
    else:
        yield path, value


def merge(first, second):
    """Both readings of one record: what one of them lacks, the other has."""
    if isinstance(first, dict) and isinstance(second, dict):
        return {key: merge(first.get(key), second.get(key)) for key in {**first, **second}}
    if isinstance(first, list) and isinstance(second, list):
        return [merge(a, b) for a, b in zip(first, second)]
    return second if first is None else first


def compare(table, name, ours, theirs, ignore=(), note="", accept=()):
    """Compares rows; `accept` are (pattern of the path, reason) of values that are not here, for a reason."""
    values = equal = 0
    reasons = {}
    if len(ours) < len(theirs):
        table.bad.append(f"{name}: {len(ours)} records here, {len(theirs)} there")
    for i, (a, b) in enumerate(zip(ours, theirs)):
        found = dict(leaves(a))
        for path, value in leaves(b):
            if path.split(".")[0] in ignore:
                continue
            values += 1
            if same(found.get(path), value):
                equal += 1
                continue
            for pattern, reason in accept:
                if re.fullmatch(pattern, path) and (found.get(path) is None or reason == POINT):
                    reasons[reason] = reasons.get(reason, 0) + 1
                    break
            else:
                table.bad.append(f"{name} record {i + 1} {path}: {found.get(path)!r} here, {value!r} there")
    note = "; ".join([note] * bool(note) + [f"{count}: {reason}" for reason, count in reasons.items()])
    table.add(name, len(theirs), values, equal, note)


def number(text):
    return decimal.Decimal(text)


def read_rows(path):
    """The JSON values of a file: one a line, over several lines, or in one array."""
    text = path.read_text(encoding="utf-8")
    decoder, rows, at = json.JSONDecoder(parse_float=number), [], 0
    while text[at:].strip():
        row, at = decoder.raw_decode(text, at + len(text[at:]) - len(text[at:].lstrip()))
        rows.append(row)
    return rows[0] if len(rows) == 1 and isinstance(rows[0], list) else rows


def inline(value):
    """A value as inline TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {inline(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[ " + ", ".join(map(inline, value)) + " ]"
    return json.dumps(value)


def by_segment(field, **names):
    """The choice of a redefinition by a segment id: names of alternatives by their ids."""
    return [{"use": name.replace("_", "-"), "when": {"field": field, "is": ids}} for name, ids in names.items()]


def bytes_kind(name, place, length):
    return {"kind": name, "place": place, "length": length,
            "fields": [{"name": "BYTES", "type": "hex", "length": length}]}


POINT = "S with a written point is no COBOL: its characters"
OTHER = "upstream reads every redefinition; here the segment id says which one it is"
FILLER = "FILLER is kept as bytes, under other names"


class Test_cobrix(Case):
    """Every row of the manifest: what that reader was told, as options of ours."""
    FOLDER = COBOL / "AbsaOSS__cobrix"
    GENERATED = ("File_Id", "Record_Id", "Record_Byte_Length", "Seg_Id0", "Seg_Id1", "Seg_Id2")
    RDW = {"by": "rdw", "byte_order": "little", "inclusive": False}
    COMMON = {"controls": True, "signs": "lenient"}
    ONE = {"COMPANY-ID-NUM": 1, "ACCOUNT-TYPE-N": 1}
    TWO = {"COMPANY-ID-NUM": 2, "ACCOUNT-TYPE-N": 2}

    @staticmethod
    def contacts():
        """Companies and the contacts that follow them: two record kinds of one record description."""
        kind = lambda name, ids, redefines: {"kind": name, "repeat": True, "select": {"at": 1, "is": ids},
                                             "redefines": {**redefines, "TAXPAYER-STR": by_segment(
                                                 "TAXPAYER-TYPE", TAXPAYER_STR="A", TAXPAYER_NUM="N")}}
        company = {**kind("company", "C", {"STATIC-DETAILS": 1}), "item": True}
        return [company, {**kind("contact", "P", {"STATIC-DETAILS": 2}), "within": "company"}]

    @staticmethod
    def hierarchy():
        tree = (("company", "1", None), ("dept", "2", "company"), ("employee", "3", "dept"), ("office", "4", "dept"),
                ("customer", "5", "company"), ("contact", "6", "customer"), ("contract", "7", "customer"))
        kinds = []
        for name, ids, within in tree:
            kind = {"kind": name, "repeat": True, "mixed": True, "select": {"field": "SEGMENT-ID", "is": ids},
                    "redefines": {"COMPANY": name.upper()}}
            kinds.append({**kind, "within": within} if within else {**kind, "item": True})
        return kinds

    @classmethod
    def cases(cls):
        """By id: the readings of a file whose results are merged, and how its rows are compared."""
        page = lambda name: {"code_page": name}
        return {
            "test1": [{"odo": "fixed", "redefines": cls.ONE}, {"odo": "fixed", "redefines": cls.TWO}],
            "test1a": [{"odo": "fixed", "length": 2202, "redefines": way,
                        "record": [{"kind": "RECORD", "repeat": True, "item": True, "skip": 2}]}
                       for way in (cls.ONE, cls.TWO)],
            "test4": [{"code_page": "ascii", "framing": cls.RDW, "record": cls.contacts()}],
            "test5": [{"framing": cls.RDW, "record": cls.contacts()}],
            # Three unsigned packed numbers have the sign C, and four a + where their pictures allow - and blank.
            "test6": [{"float": "ieee", "trunc": "bin", "fields": {
                **{name: {"plus": "C"} for name in ("COMMON-U03DDC", "COMMON-UPC5DDC", "COMMON-UPI5DDC")},
                "EX-NUM-INT03": {"type": "integer", "sign": "leading"},
                "EX-NUM-INT04": {"type": "integer", "sign": "trailing"},
                "EX-NUM-DEC02": {"type": "decimal", "scale": 2, "sign": "trailing"},
                "EX-NUM-DEC03": {"type": "decimal", "scale": 2, "point": ".", "sign": "trailing"}}}],
            "test7": [{"redefines": {"COMPANY_NAME": 1, "ADDRESS": 1, "FILL_FIELD": 2}},
                      {"redefines": {"COMPANY_NAME": 2, "ADDRESS": 2, "FILL_FIELD": 1}}],
            "test9_cp037": [page("cp037")], "test9_cp037_ext": [page("cp037")], "test9_cp1140": [page("cp1140")],
            "test9_cp500": [page("cp500")],
            "test10": [page("ascii")],
            "test12": [{"code_page": "ascii", "record": [{"kind": kind, "from": kind, "repeat": True, "item": True}]}
                       for kind in ("RECORD-A", "RECORD-B")],
            "test13a": [{"record": [bytes_kind("head", "first", 10), {"kind": "TRANSDATA", "repeat": True, "item": True},
                                    bytes_kind("tail", "last", 12)]}],
            "test16": [{"redefines": {"COMPANY": by_segment("SEGMENT-ID", COMPANY="C", PERSON="P", PO_BOX="B")}}],
            # Two numbers are filled up with low-values, which are no digits.
            "test17a": [{"framing": cls.RDW, "record": cls.hierarchy(),
                         "fields": {"FLOOR": {"type": "text"}, "ROOM-NUMBER": {"type": "text"}}}],
            "test19": [{"fields": {"WS-AMOUNT-FRACTION2": {"type": "decimal", "scale": 2, "point": ".", "align": "left",
                                                            "pad": " "}}}],
            "test21": [page("ascii")],
        }

    SAME_AS = {"test1b": "test1", "test5c": "test5", "test17b": "test17a", "test17c": "test17a",
               **{f"test7{letter}": "test7" for letter in "abcd"}}

    ACCEPT = {
        **{case: [(r"(STATIC_DETAILS|CONTACTS)\..*", OTHER)] for case in ("test4", "test5", "test5c")},
        **{case: [(r".*FILLER.*|COMPANY_PREFIX_.*|COMPANY_NAME_.*|.*STR._?.*|FILL_FIELD\..*|ADDRESS_.*|CONTACT.*", FILLER)]
           for case in ("test7a", "test7b", "test7c", "test7d")},
        "test6": [(r"NUM_STR_EDEC0\d", POINT)],
        "test19": [(r"WS_AMOUNT_FRACTION", "blanks: no value here, 0 there")],
        "test10": [(r".*_NT", "a group as one text besides its items; here every byte is read once")],
    }

    def rows_of(self, case, decoded):
        """Records as the other reader's rows."""
        rows = [dict(record["fields"], _type=record["type"]) for record in decoded.records]
        if case == "test13a":
            rows = [row for row in rows if row["_type"] == "TRANSDATA"]
        if case.startswith("test3"):
            rows = [row for row in rows if row["SIGNATURE"] == "S9276511"]
        if case == "test12":
            rows = [{row["_type"].replace("-", "_"): row} for row in rows]
        if case == "test17c":
            return self.nested(rows)
        return rows

    @staticmethod
    def nested(rows):
        """Hierarchical rows: each segment below its parent."""
        parents = {"DEPT": "COMPANY", "EMPLOYEE": "DEPT", "OFFICE": "DEPT", "CUSTOMER": "COMPANY", "CONTACT": "CUSTOMER",
                   "CONTRACT": "CUSTOMER"}
        out, latest = [], {}
        for row in rows:
            kind = row["_type"].upper()
            node = dict(row[kind])
            latest[kind] = node
            if kind == "COMPANY":
                out.append({"SEGMENT_ID": row["SEGMENT_ID"], "COMPANY": node})
            else:
                latest[parents[kind]].setdefault(kind, []).append(node)
        return out

    def test_cobrix(self):
        need(self.FOLDER)
        manifest = json.loads((self.FOLDER / "manifest.json").read_text(encoding="utf-8"))["cases"]
        table = Table("AbsaOSS/cobrix: every row of its manifest")
        back = Table("… written back")
        cases = self.cases()
        for row in manifest:
            case = row["id"]
            expected = read_rows(self.FOLDER / row["expected"])
            if case != "test21" and len(expected[0]) == 1 and list(expected[0])[0] in ("RECORD", "ENTITY"):
                expected = [next(iter(each.values())) for each in expected]
            if case == "test21":
                expected = [each["RECORD"] for each in expected]
            ways = cases.get(self.SAME_AS.get(case, case), [{}])
            rows = None
            for way in ways:
                options = {key: value if isinstance(value, str) else inline(value)
                           for key, value in {**self.COMMON, **way}.items()}
                decoded = Decoded(self.FOLDER / row["copybook"], self.FOLDER / row["data"], options)
                self.assertIn(decoded.status, (0, 1), decoded.err)
                here = self.rows_of(case, decoded)
                rows = here if rows is None else [merge(a, b) for a, b in zip(rows, here)]
                data = (self.FOLDER / row["data"]).read_bytes()
                write_back(back, case, decoded, data[:480] if case == "test19" else data, self.folder)
            if case in ("test6",):
                rows.sort(key=lambda each: int(each["ID"]))
            if case.startswith("test7"):
                rows.sort(key=lambda each: number(each["AMOUNT"]))
            if case == "test13a":
                rows.sort(key=lambda each: (each["COMPANY_ID"], number(each["AMOUNT"])))
            if case == "test19":
                # The last record has a date where a number should stand: a reject here, no value there.
                self.assertIn("record 7, byte 487", decoded.err)
                self.assertIsNone(expected.pop().get("WS_DATE_NUM"))
            compare(table, case, rows, expected, self.GENERATED, accept=self.ACCEPT.get(case, ()))
        table.show()
        back.show()
        self.assertEqual([], table.bad + back.bad)


class Test_jrecord(Case):
    """Sample files of JRecord with their text twins, and files that compilers wrote, which check themselves."""
    FOLDER = COBOL / "bmTas__JRecord"

    def setUp(self):
        need(self.FOLDER)
        self.table, self.back = Table("bmTas/JRecord"), Table("… written back")

    def finish(self):
        self.table.show()
        self.back.show()
        self.assertEqual([], self.table.bad + self.back.bad)

    def decode(self, name, copybook, data, options):
        decoded = Decoded(self.FOLDER / copybook, self.FOLDER / data, options)
        write_back(self.back, name, decoded, (self.FOLDER / data).read_bytes(), self.folder)
        return [record["fields"] for record in decoded.records], decoded

    def test_dtar020(self):
        rows, _ = self.decode("DTAR020", "dtar020/DTAR020.cbl", "dtar020/DTAR020.bin", {})
        text = (self.FOLDER / "dtar020/DTAR020.expected.csv").read_text(encoding="utf-8")
        expected = list(csv.DictReader(text.splitlines(), delimiter="\t"))
        ours = [{key.removeprefix("DTAR020_"): value for row in [{**row.pop("DTAR020_KCODE_STORE_KEY"), **row}]
                 for key, value in row.items()} for row in rows]
        theirs = [{key: number(value) if key != "KEYCODE_NO" else value for key, value in row.items()} for row in expected]
        ours = [{"KEYCODE_NO": row.pop("KEYCODE_NO"), **row} for row in ours]
        compare(self.table, "DTAR020", ours, theirs)
        self.finish()

    def test_tables_that_depend_on_counters(self):
        rows, _ = self.decode("OccursDependingOn", "odo/OccursDepending1.cbl", "odo/OccursDependingOn.txt",
                              {"code_page": "ascii", "line_end": "crlf", "names": "cobol", "occurs_min": "zero"})
        upper = lambda value: ({key.upper().replace("-", "_"): upper(each) for key, each in value.items()}
                               if isinstance(value, dict) else [upper(each) for each in value]
                               if isinstance(value, list) else value)
        ours = []
        for row in rows:
            row = upper(row)
            ours.append({**row.pop("LOCATION_DETAILS"), **row})
        as_numbers = lambda value, key="": ({name: as_numbers(each, name) for name, each in value.items()}
                                            if isinstance(value, dict) else [as_numbers(each) for each in value]
                                            if isinstance(value, list) else number(value) if key != "LOCATION_NAME" else value)
        compare(self.table, "OccursDependingOn", ours, [as_numbers(row) for row in
                                                        read_rows(self.FOLDER / "odo/expected.jsonl")])
        self.finish()

    def test_one_text_in_two_code_pages(self):
        """Texts, and the bytes they have in a code page."""
        copybook = "codepage_same_text/TestData.cbl"
        for page, python in (("Std", "ascii"), ("CP037", "cp037")):
            rows, _ = self.decode(f"TestData_{page}", copybook, f"codepage_same_text/TestData_{page}.txt",
                                  {"code_page": "ascii", "line_end": "crlf"})
            plain_text = [row for row in rows if row["Type_Number"] == "0"]
            compare(self.table, f"TestData_{page}",
                    [{"text": bytes.fromhex(row["Test_Result_Hex"]).decode(python).rstrip()} for row in plain_text],
                    [{"text": row["Test_Result"]} for row in plain_text])
        self.finish()

    def test_records_of_several_kinds(self):
        kinds = [{"kind": "order", "from": "PO-Record", "select": {"field": "Record-Type", "is": "H1"}, "repeat": True,
                  "item": True},
                 {"kind": "product", "from": "Product-Record", "select": {"field": "Record-Type", "is": "D1"},
                  "repeat": True, "within": "order"},
                 {"kind": "locations", "from": "Location-Record", "select": {"field": "Record-Type", "is": "S1"},
                  "repeat": True, "within": "product"}]
        # Not written back: lines of one kind end with blanks or without them, and a layout writes them one way.
        decoded = Decoded(self.FOLDER / "ams_po/amsPoDownload.cbl", self.FOLDER / "ams_po/Ams_PODownload_20041231.txt", {
            "code_page": "ascii", "line_end": "any", "short": "pad", "long": "blank", "record": inline(kinds),
            "fields": inline({"PO": {"type": "text"}})})
        rows = [record["fields"] for record in decoded.records]
        lines = (self.FOLDER / "ams_po/Ams_PODownload_20041231.txt").read_text(encoding="ascii").splitlines()
        kind = {"H1": "order", "D1": "product", "S1": "locations"}
        compare(self.table, "Ams_PODownload", [{"type": record["type"]} for record in decoded.records],
                [{"type": kind[lines[record["record"] - 1][:2]]} for record in decoded.records],
                note="line 13 has text beyond its record: its order of 13 lines is a reject")
        self.assertIn("record 13, byte 1565", decoded.err)
        self.assertEqual(len(lines), len(rows) + 13)
        self.assertEqual("LADIES KNI", rows[0]["Department_Name"])
        self.finish()

    def test_files_of_compilers(self):
        folder = self.FOLDER / "comp_selfcheck"
        for row in csv.DictReader((folder / "expected_layouts.tsv").read_text(encoding="utf-8").splitlines(), delimiter="\t"):
            name = row["file"]
            copybook = {"zzCpyComp.bin": "cpyComp.cbl", "zzMainframefComp.bin": "mainframeComp.cbl"}.get(
                name, name.replace(".bin", ".cbl"))
            # Two older files have their decimal text without the commas of the picture.
            no_commas = {"NumA": {"type": "decimal", "scale": 2, "point": ".", "sign": "floating", "pad": " "}}
            rows, _ = self.decode(name, f"comp_selfcheck/{copybook}", f"comp_selfcheck/{name}", {
                **({"fields": inline(no_commas)} if name.startswith("zz") else {}),
                "code_page": row["text"], "trunc": "bin",
                "binary_sizes": {"gnu": "gnucobol", "ibm": "ibm", "mf": "minimal"}[row["size_rule"]],
                "sync": "none" if row["alignment"] == "none" else "gnucobol", "native_byte_order": row["endian"]})
            self.assertEqual(int(row["records"]), len(rows), name)
            values = equal = cut = 0
            for record in rows:
                want = number(record["NumA"].replace(",", ""))
                for key, value in record.items():
                    if not key.startswith("Num") or key == "NumA":
                        continue
                    there = want if key != "Num0" else want.to_integral_value(decimal.ROUND_DOWN)  # without decimals
                    if number(value) == there:
                        values += 1
                        equal += 1
                    elif self.holds(folder / copybook, key, there):
                        values += 1
                        self.table.bad.append(f"{name} {key}: {value} here, {there} there")
                    else:
                        cut += 1
            self.table.add(name, len(rows), values, equal, f"and {cut} larger than their fields, cut by the compiler")
            self.assertGreaterEqual(equal, int(row["fields_equal_to_NumA"].split()[0]), name)
        self.finish()

    @staticmethod
    def holds(copybook, name, value):
        """Whether the picture of a field holds a value: with a sign or not, with so many digits."""
        match = re.search(rf"\b{name}\s+pic\s+(s?)9(?:\((\d+)\)|(9*))(v99)?", copybook.read_text(encoding="ascii"), re.I)
        whole = int(match.group(2)) if match.group(2) else 1 + len(match.group(3))
        fits = abs(value) < 10 ** whole and (match.group(4) or value == value.to_integral_value())
        return fits and (match.group(1) or value >= 0)


class Test_refusals(Case):
    """Bytes that are no value: a reject with its code and place, and the records around it are read."""

    def damaged(self, source, at, byte):
        data = bytearray(source.read_bytes())
        data[at:at + 1] = byte
        path = self.folder / "damaged.dat"
        path.write_bytes(data)
        return path

    def check(self, copybook, data, options, code, place, records):
        decoded = Decoded(copybook, data, options)
        self.assertEqual(1, decoded.status)
        self.assertIn(f"error[{code}]", decoded.err)
        self.assertIn(place, decoded.err)
        self.assertEqual(records, len(decoded.records))

    def test_packed(self):
        folder = COBOL / "bmTas__JRecord/dtar020"
        need(folder)
        copybook, source = folder / "DTAR020.cbl", folder / "DTAR020.bin"
        # Record 3 (27 bytes each): the store number is bytes 8 and 9 of it, the sign its last half-byte.
        self.check(copybook, self.damaged(source, 2 * 27 + 9, b"\x05"), {}, "FMT-0211", "record 3, byte 63", 378)
        self.check(copybook, self.damaged(source, 2 * 27 + 8, b"\x0B"), {}, "FMT-0213", "record 3, byte 62", 378)
        short = self.folder / "short.dat"
        short.write_bytes(source.read_bytes()[:-5])
        self.check(copybook, short, {}, "FMT-0303", "record 379, byte 10206", 378)

    def test_record_descriptors(self):
        folder = Test_cobrix.FOLDER
        need(folder)
        copybook, source = folder / "test5_copybook.cob", folder / "test5_data/COMP.DETAILS.SEP30.DATA.dat"
        options = {key: inline(value) for key, value in
                   {**Test_cobrix.COMMON, "framing": Test_cobrix.RDW, "record": Test_cobrix.contacts()}.items()}
        whole = Decoded(copybook, source, options)
        self.assertEqual((0, 1000), (whole.status, len(whole.records)))
        # The descriptor of the second record says more bytes than there are, or none.
        for byte in (b"\xFF\xFF", b"\x00\x00"):
            data = bytearray(source.read_bytes())
            data[70:72] = byte
            path = self.folder / "damaged.dat"
            path.write_bytes(data)
            decoded = Decoded(copybook, path, options)
            self.assertEqual(1, decoded.status)
            self.assertRegex(decoded.err, r"error\[FMT-03\d\d\]")
            self.assertIn("record 2, byte", decoded.err)

    def test_counters(self):
        folder = COBOL / "bmTas__JRecord/odo"
        need(folder)
        copybook, source = folder / "OccursDepending1.cbl", folder / "OccursDependingOn.txt"
        options = {"code_page": "ascii", "line_end": "crlf", "occurs_min": "zero"}
        self.check(copybook, self.damaged(source, 29, b"9"), options, "FMT-0217", "record 1, byte 31", 191)
        self.check(copybook, self.damaged(source, 30, b"J"), options, "FMT-0217", "record 1, byte 31", 191)


class Test_card_demo(Case):
    """Fixed-length EBCDIC files, their twins in ASCII, and what fields they hold."""
    FOLDER = COBOL / "aws-samples__aws-mainframe-modernization-carddemo"

    def test_card_demo(self):
        need(self.FOLDER)
        table, twins, back = Table("aws-samples CardDemo"), Table("… and its twins in ASCII"), Table("… written back")
        for row in csv.DictReader((self.FOLDER / "twins.tsv").read_text(encoding="utf-8").splitlines(), delimiter="\t"):
            copybook, data, twin = (self.FOLDER / row[key] for key in ("copybook", "file", "expected"))
            ebcdic = Decoded(copybook, data, {"names": "cobol", "filler": "keep"})
            self.assertEqual(0, ebcdic.status, ebcdic.err)
            flat = lambda value: {name: each for key, child in value.items() for name, each in
                                  (flat(child) if isinstance(child, dict) else {key: child}).items()}
            rows = [flat(record["fields"]) for record in ebcdic.records]
            compare(table, data.name, rows, read_rows(self.FOLDER / f"expected/{data.stem}.jsonl"))
            write_back(back, data.name, ebcdic, data.read_bytes(), self.folder)
            ascii_twin = Decoded(copybook, twin, {"names": "cobol", "code_page": "ascii", "line_end": "any",
                                                  "length": row["record_length"], "short": "pad", "filler": "skip"})
            other = [flat(record["fields"]) for record in ascii_twin.records]
            known = [int(index) for index in (row["different_records"] or "").split(",") if index]
            keep = [i for i in range(len(rows)) if i not in known]
            compare(twins, twin.name, [other[i] for i in keep],
                    [{key: value for key, value in rows[i].items() if not key.startswith("FILLER")} for i in keep],
                    note=f"records that differ upstream: {row['different_records']}" if known else "")
        for each in (table, twins, back):
            each.show()
        self.assertEqual([], table.bad + twins.bad + back.bad)


class Test_dfdl(Case):
    """The record of the DFDL schema project, whose copybook has one item that its data lacks."""
    FOLDER = COBOL / "DFDLSchemas__Cobol"

    def test_dfdl(self):
        need(self.FOLDER)
        text = (self.FOLDER / "cobol1.cob").read_text(encoding="ascii")
        copybook = self.folder / "cobol1.cob"
        copybook.write_text("".join(line for line in text.splitlines(True) if "TRANSACTION-IND" not in line), encoding="ascii")
        data = self.folder / "cobol1.bin"
        data.write_bytes((self.FOLDER / "cobol1.bin").read_bytes())
        # Two unsigned digits have the zone C, one has F: what sign a field has is for its layout to say.
        zones = {name: {"type": "integer", "sign": "overpunch_trailing"} for name in ("BILL-SOURCE", "BENEFITS-EXHAUST-IND")}
        decoded = Decoded(copybook, data, {"names": "cobol", "fields": inline(zones)})
        expected = json.loads((self.FOLDER / "expected.json").read_text(encoding="utf-8"))
        for name in ("FROM-DATE", "THRU-DATE"):  # written there as dates
            year, month, day = expected[name].split("-")
            expected[name] = month + day + year[2:]
        table, back = Table("DFDLSchemas/Cobol"), Table("… written back")
        compare(table, "cobol1.bin", [record["fields"] for record in decoded.records],
                [expected],
                note="TRANSACTION-IND of the copybook is not in the data")
        write_back(back, "cobol1.bin", decoded, data.read_bytes(), self.folder)
        table.show()
        back.show()
        self.assertEqual([], table.bad + back.bad)


if __name__ == "__main__":
    main()
