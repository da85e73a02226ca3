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


if __name__ == "__main__":
    main()
