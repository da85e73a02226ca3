"""A copybook on the command line and behind a mapping: its own text, its options, its findings."""
import json
import re
import shutil
import subprocess

from program import ROOT, TILMASH, Case, convert, main, tilmash

SAMPLE = ROOT / "samples/copybook"


class Test_sample(Case):
    """samples/copybook: decoded as its generator meant it, and written back."""

    def test_decode_and_encode(self):
        run = tilmash("decode", "--layout", SAMPLE / "layout.toml", SAMPLE / "outpay.dat")
        self.assertEqual(0, run.status, run.err)
        records = [json.loads(line)["fields"] for line in run.out.splitlines()]
        self.assertEqual(["1500000.50", "75000.00", "999999999.99"], [each["PAY_AMOUNT"] for each in records])
        self.assertEqual("Ахметов Данияр", records[0]["DEBTOR"]["DR_NAME"])
        self.assertEqual(["DR_PERSON_ID", "DR_COMPANY_ID", "DR_COMPANY_ID"],
                         [name for each in records for name in each["DEBTOR"] if name.endswith("_ID")])
        self.assertEqual([2, 1, 0], [len(each["NARRATIVE"]) for each in records])
        back = subprocess.run([TILMASH, "encode", "--layout", SAMPLE / "layout.toml"], input=run.out.encode(),
                              capture_output=True, check=False)
        self.assertEqual(((SAMPLE / "outpay.dat").read_bytes(), b"", 0), (back.stdout, back.stderr, back.returncode))

    def test_convert(self):
        out = self.folder / "out"
        run = convert(SAMPLE, SAMPLE / "outpay.dat", out, to=["pacs.008.001.08"])
        self.assertEqual(0, run.status, run.err)
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
        self.assertEqual([], report["unread"])
        document = (out / "pacs.008.001.08/0001.xml").read_text(encoding="utf-8")
        self.assertIn("<Ustrd>Оплата по договору 17</Ustrd>", document)
        self.assertIn("<Ustrd>от 12.10.2026</Ustrd>", document)


class Test_options(Case):
    TEXT = """       01  REC.
           05  NAME       PIC X(4).
           05  CODE       PIC S9(3) COMP-3.
           05  FILLER     PIC X(2).
"""

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def test_defaults_and_set(self):
        copybook = self.write("REC.cpy", self.TEXT)
        data = self.write("rec.dat", "ABCD".encode("cp037") + b"\x12\x3C\x00\x01")
        run = tilmash("decode", "--layout", copybook, data)
        self.assertEqual({"NAME": "ABCD", "CODE": "123", "FILLER_1": "0001"}, json.loads(run.out)["fields"])
        run = tilmash("decode", "--layout", copybook, "--set", "filler=skip", "--set", "names=cobol", data)
        self.assertEqual({"NAME": "ABCD", "CODE": "123"}, json.loads(run.out)["fields"])
        run = tilmash("decode", "--layout", copybook, "--set", "filler=blank", data)
        self.assertEqual(1, run.status)
        self.assertIn("byte 6", run.err)

    def test_the_listing_says_how_items_are_read(self):
        copybook = self.write("REC.cpy", "       01 R.\n           05 A PIC G(2) DISPLAY-1.\n           05 B PIC X(2) COMP-X.\n"
                                         "           05 C PIC 9(2) NATIONAL.\n           05 D PROCEDURE-POINTER.\n")
        for page, types in (("cp037", ["bytes", "integer", "text", "bytes"]), ("cp939", ["text", "integer", "text", "bytes"])):
            run = tilmash("decode", "--layout", copybook, "--set", f"code_page={page}", "--show-layout")
            rows = [line.split() for line in run.out.splitlines() if line.startswith("  05")]
            self.assertEqual((page, types), (page, [row[4] for row in rows]))

    def test_findings_have_places(self):
        copybook = self.write("BAD.cpy", self.TEXT.replace("S9(3) COMP-3", "S9Q COMP-3"))
        run = tilmash("decode", "--layout", copybook, "--show-layout")
        self.assertEqual(3, run.status)
        self.assertIn("error[CPY-0030]", run.err)
        self.assertIn("BAD.cpy:3:33", run.err)
        self.assertRegex(run.err, r"\n +\| +\^\n")
        copybook = self.write("REC.cpy", self.TEXT)
        for setting, code in (("sync=often", "CPY-0051"), ("colour=red", "CFG-0005"), ("redefines={ NAME = 1 }", "CPY-0050"),
                              ("code_page=ebcdic", "FMT-0103"), ("record=[{ kind = \"a\", from = \"B\" }]", "CPY-0052")):
            with self.subTest(setting):
                run = tilmash("decode", "--layout", copybook, "--set", setting, "--show-layout")
                self.assertEqual(3, run.status, run.err)
                self.assertIn(code, run.err)

    def test_rules_name_the_copybook(self):
        copybook = self.write("REC.cpy", self.TEXT)
        layout = self.write("rec.toml", 'name = "rec"\nformat = "copybook"\ncopybook = "REC.cpy"\ncode_page = "cp037"\n'
                                        'line_end = "none"\n')
        data = self.write("rec.dat", "ABCD".encode("cp037") + b"\x1A\x3C\x40\x40")
        for path in (copybook, layout):
            run = tilmash("decode", "--layout", path, data)
            self.assertEqual(1, run.status)
            self.assertIn("error[FMT-0213]", run.err)
            self.assertIn("record 1, byte 4", run.err)
            self.assertRegex(run.err, r"rule: +\S*REC\.cpy:3\n")

    def test_a_mapping_reads_a_copybook(self):
        folder = self.folder / "feed"
        folder.mkdir()
        for name in ("PARTY.cpy", "mapping.toml"):
            shutil.copy(SAMPLE / name, folder)
        # The same feed in Latin letters, without the redefinition: the copybook alone says it all.
        copybook = (SAMPLE / "OUTPAY.cpy").read_text(encoding="ascii")
        (folder / "OUTPAY.cpy").write_text(copybook, encoding="ascii")
        mapping = (folder / "mapping.toml").read_text(encoding="utf-8").replace("layout.toml", "OUTPAY.cpy")
        mapping = re.sub(r'.*(person|organisation)\.other.*\n|purpose .*\n|settlement_date .*\n|as_of  .*\n', "", mapping)
        mapping = mapping.replace('by  = "PAY_DATE"\nmax = 1', "max = 1").replace(
            "[unread]", '[unread]\n"DEBTOR.DR_PERSON_ID" = "bytes"\n"CREDITOR.CR_PERSON_ID" = "bytes"\n'
                        'PAY_PURPOSE = "a number here"\nPAY_DATE = "a number here"')
        (folder / "mapping.toml").write_text(mapping, encoding="utf-8")
        data = bytearray((SAMPLE / "outpay.dat").read_bytes())
        run = convert(folder, self.write("outpay.dat", bytes(data)), self.folder / "out", to=["pacs.008.001.08"])
        self.assertIn(run.status, (0, 1), run.err)
        self.assertIn("3 records, 3 items in", run.err + run.out)


class Test_storage(Case):
    """Copybook, options, bytes, fields: read so, and written back to the same bytes."""
    CASES = [
        ("every usage, big-endian", """
           05 A PIC S9(4) COMP.  05 B PIC 9(5) COMP-4.  05 C PIC S9(18) BINARY.  05 D PIC S9(4) COMP-5.
           05 E PIC S9(5)V99 COMP-3.  05 F PIC 9(4) COMP-3.  05 G PIC 9(5) COMP-6.  05 H PIC X(2) COMP-X.
           05 I PIC S9(3).  05 J PIC S9(3) SIGN LEADING SEPARATE.  05 K PIC S9(3) SIGN TRAILING SEPARATE.
           05 L PIC S9(3) SIGN LEADING.  05 M PIC ZZ9.99-.  05 N PIC N(2).  05 O BINARY-LONG UNSIGNED.
           05 P PIC 9(3)P(2).  05 Q PIC VP(2)9(2).  05 R PIC 9(3) BLANK WHEN ZERO.  05 S PIC X(4) JUSTIFIED.""",
         {},
         "fffe 0000ffff 000000000000000a 7fff 0012345d 01234f 012345 ffff f1f2d3 60f1f2f3 f1f2f34e c1f2f3 "
         "40f1f24bf3f460 04300431 ffffffff f1f2f3 f1f2 404040 4040e7e8",
         {"A": "-2", "B": "65535", "C": "10", "D": "32767", "E": "-123.45", "F": "1234", "G": "12345", "H": "65535",
          "I": "-123", "J": "-123", "K": "123", "L": "123", "M": "-12.34", "N": "аб", "O": "4294967295", "P": "12300",
          "Q": "0.0012", "R": "0", "S": "XY"}),
        ("little-endian and IEEE, as GnuCOBOL writes them", """
           05 A PIC S9(4) COMP.  05 B PIC S9(4) COMP-5.  05 C COMP-1.  05 D COMP-2.  05 E PIC 9 COMP.""",
         {"binary_sizes": "gnucobol", "native_byte_order": "little", "float": "ieee"},
         "0102 0201 0000c03f 000000000000f8bf 07", {"A": "258", "B": "258", "C": "1.5", "D": "-1.5", "E": "7"}),
        ("IBM hexadecimal floats", "05 A COMP-1.  05 B COMP-2.", {}, "42640000 c118000000000000", {"A": "100", "B": "-1.5"}),
        ("overpunch of ASCII compilers", "05 A PIC S9(3).  05 B PIC S9(3)V9.",
         {"code_page": "ascii", "overpunch": "ascii"}, "313273 31323334", {"A": "-123", "B": "123.4"}),
        ("tables of items and of groups, filled or not", """
           05 A PIC X OCCURS 3.  05 B OCCURS 2.  10 C PIC 9.  10 FILLER PIC X.  10 D PIC X.  05 E PIC X.""",
         {}, "c140c3 f140c2 f24040 c5", {"A": ["A", None, "C"], "B": [{"C": "1", "FILLER_1": None, "D": "B"}, {
             "C": "2", "FILLER_1": None, "D": None}], "E": "E"}),
        ("nested tables that depend on counters, and what follows them", """
           05 N PIC 9.  05 G OCCURS 1 TO 3 DEPENDING ON N.  10 M PIC 9.
           10 X PIC X OCCURS 0 TO 2 DEPENDING ON M.  05 Z PIC X(2).""",
         {}, "f2 f1c1 f2c2c3 e9e9", {"N": "2", "G": [{"M": "1", "X": ["A"]}, {"M": "2", "X": ["B", "C"]}], "Z": "ZZ"}),
        ("a counter in another group that shares its name", """
           05 HEAD.  10 CNT PIC 9.  05 TAIL.  10 CNT PIC 9.  10 T PIC X OCCURS 0 TO 3 DEPENDING ON CNT OF HEAD.""",
         {}, "f1 f3 c1", {"HEAD": {"CNT": "1"}, "TAIL": {"CNT": "3", "T": ["A"]}}),
        ("slack bytes are kept", "05 A PIC X.  05 B PIC S9(4) COMP SYNC.", {}, "c1 00 0001",
         {"A": "A", "FILLER_1": "00", "B": "1"}),
        ("a redefinition that nobody chose is bytes", "05 A PIC X(2).  05 B REDEFINES A PIC S9(3) COMP-3.  05 C PIC X.",
         {}, "123c c3", {"A": "123c", "C": "C"}),
        ("a redefinition that was chosen, shorter than its place", """
           05 A PIC X(4).  05 B REDEFINES A.  10 BB PIC 9(2).  05 C PIC X.""",
         {"redefines": "{ A = \"B\" }"}, "f1f2 0000 c3", {"B": {"BB": "12"}, "FILLER_1": "0000", "C": "C"}),
        ("redefinitions by a condition, items and groups", """
           05 K PIC X.  05 A PIC X(2).  05 B REDEFINES A PIC S9(3) COMP-3.  05 G REDEFINES A.  10 H PIC 9.""",
         {"redefines": '{ A = [{ use = "B", when = { field = "K", is = "N" } }, { use = "G", when = { field = "K", is = "G" } },'
                       ' { use = 1 }] }'},
         "d5 123c", {"K": "N", "A": None, "B": "123"}),
        ("FILLER groups have no name, FILLER redefinitions a number", """
           05 FILLER.  10 A PIC X.  05 FILLER REDEFINES FILLER.  10 B PIC 9.""" .replace("REDEFINES FILLER", ""),
         {}, "c1f1", {"A": "A", "B": "1"}),
        ("level 88 as codes", "05 A PIC 9(2).  88 LOW VALUE 1 THRU 3.  88 HIGH VALUE 7.", {"conditions": "check"}, "f0f3",
         {"A": "3"}),
        ("bytes before the copybook", "05 A PIC X.",
         {"record": "[{ kind = \"REC\", skip = 2, repeat = true, item = true }]"}, "0003 c1",
         {"FILLER_1": "0003", "A": "A"}),
        ("binary numbers of up to 38 digits are exact texts", """
           05 A PIC S9(38) COMP.  05 B PIC 9(20) COMP-5.  05 C PIC S9(17)V9(2) COMP.  05 D PIC X(9) COMP-X.""",
         {"binary_sizes": "gnucobol"},
         (-10**37).to_bytes(16, "big", signed=True).hex() + (10**38 - 1).to_bytes(16, "big").hex()
         + (-1234567890123456789).to_bytes(16, "big", signed=True).hex() + "ff" * 9,
         {"A": str(-10**37), "B": "9" * 38, "C": "-12345678901234567.89", "D": str(2**72 - 1)}),
        ("addresses and double-byte items are bytes", """
           05 A PROCEDURE-POINTER.  05 B FUNCTION-POINTER.  05 C PIC G(2) DISPLAY-1.  05 D PIC 9(2) NATIONAL.""",
         {}, "0000000000000001 00000002 42c142c2 00340032",
         {"A": "0000000000000001", "B": "00000002", "C": "42c142c2", "D": "42"}),
        ("double-byte items on a page that has them", "05 A PIC G(3) DISPLAY-1.  05 B PIC X(8).",
         {"code_page": "cp939"}, "454145424040 c10e45410f404040", {"A": "一二", "B": "A一"}),
        ("pointers and indexes are bytes", "05 A POINTER.  05 B INDEX.  05 C PIC X.", {}, "00000001 00000002 c3",
         {"A": "00000001", "B": "00000002", "C": "C"}),
        ("decimal comma", "05 A PIC Z9,99.", {"decimal_comma": "true"}, "40f16bf2f3", {"A": "1.23"}),
    ]

    def test_read_and_written_back(self):
        for name, items, options, hexadecimal, fields in self.CASES:
            with self.subTest(name):
                copybook = self.folder / "REC.cpy"
                copybook.write_text("01 REC.\n" + "".join(f"  {line.strip()}.\n" for line in items.split(". ") + [""]
                                                          if line.strip()).replace("..", "."), encoding="utf-8")
                data = bytes.fromhex(hexadecimal)
                settings = [word for key, value in options.items() for word in ("--set", f"{key}={value}")]
                run = subprocess.run([TILMASH, "decode", "--layout", copybook, *settings], input=data, capture_output=True,
                                     check=False)
                self.assertEqual(0, run.returncode, run.stderr.decode())
                self.assertEqual(fields, json.loads(run.stdout)["fields"])
                back = subprocess.run([TILMASH, "encode", "--layout", copybook, *settings], input=run.stdout,
                                      capture_output=True, check=False)
                self.assertEqual((data.hex(), b""), (back.stdout.hex(), back.stderr))

    def test_records_of_several_descriptions(self):
        copybook = self.folder / "FILE.cpy"
        copybook.write_text("01 HEAD-REC.\n05 TYPE-H PIC X.\n05 DAY PIC 9(8).\n01 PAY-REC.\n05 TYPE-P PIC X.\n"
                            "05 AMOUNT PIC S9(5) COMP-3.\n01 END-REC.\n05 TYPE-E PIC X.\n05 TOTAL PIC S9(7) COMP-3.\n",
                            encoding="ascii")
        records = ("[{ kind = \"head\", from = \"HEAD-REC\", select = { field = \"TYPE-H\", is = \"H\" } }, "
                   "{ kind = \"pay\", from = \"PAY-REC\", repeat = true, item = true, select = { field = \"TYPE-P\", is = \"P\" } }, "
                   "{ kind = \"end\", from = \"END-REC\", select = { field = \"TYPE-E\", is = \"E\" }, "
                   "control = [{ field = \"TOTAL\", sum = \"pay.AMOUNT\" }] }]")
        settings = ["--set", f"record={records}", "--set", "framing={ by = \"rdw\" }"]
        rows = [b"\xC8" + "20261120".encode("cp037"), b"\xD7\x00\x10\x0C", b"\xD7\x00\x23\x4D", b"\xC5\x00\x00\x13\x4D"]
        data = b"".join((len(row) + 4).to_bytes(2, "big") + b"\0\0" + row for row in rows)
        run = subprocess.run([TILMASH, "decode", "--layout", copybook, *settings], input=data, capture_output=True, check=False)
        self.assertEqual(0, run.returncode, run.stderr.decode())
        self.assertEqual(["head", "pay", "pay", "end"], [json.loads(line)["type"] for line in run.stdout.splitlines()])
        back = subprocess.run([TILMASH, "encode", "--layout", copybook, *settings], input=run.stdout, capture_output=True,
                              check=False)
        self.assertEqual((data.hex(), b""), (back.stdout.hex(), back.stderr))
        wrong = data[:-1] + b"\x5D"
        run = subprocess.run([TILMASH, "decode", "--layout", copybook, *settings], input=wrong, capture_output=True, check=False)
        self.assertEqual(1, run.returncode)
        self.assertIn(b"DIFFERS", run.stderr)


if __name__ == "__main__":
    main()
