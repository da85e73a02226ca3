"""examples/ built against the installed package and run; docs/library.md shows them as they are."""
import os
import re
import subprocess

from program import ROOT, Case, main, tilmash

EXAMPLES = ROOT / "examples"
MIXED = "samples/demo-kz/status/mixed.xml"


class Test_examples_run_against_the_installed_package(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        prefix, build = cls.folder / "prefix", cls.folder / "build"
        cls.run_tool("cmake", "--install", os.environ["TILMASH_BUILD_DIR"], "--prefix", prefix)
        cls.run_tool("cmake", "-G", "Ninja", "-S", EXAMPLES, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}",
                     "-DCMAKE_CXX_COMPILER=g++-12", "-DCMAKE_BUILD_TYPE=Debug")
        cls.run_tool("cmake", "--build", build)
        cls.build = build
        cls.prefix = prefix

    @staticmethod
    def run_tool(*words):
        run = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise AssertionError(f"{words}: {run.stdout[-3000:]}{run.stderr[-3000:]}")

    def example(self, name, *arguments, status=0):
        run = subprocess.run([self.build / name, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run.stdout

    def test_check(self):
        self.assertEqual(self.example("check", MIXED), "pacs.002.001.10 in line 2 is valid\n")
        bad = self.folder / "bad.xml"
        bad.write_text((ROOT / MIXED).read_text().replace("<TxSts>ACSC", "<TxSts>TOOLONG", 1))
        lines = self.example("check", bad, status=1).splitlines()
        self.assertEqual(lines[0], "pacs.002.001.10 in line 2 is not valid")
        self.assertRegex(lines[1], r"^ISO-0302 \d+:\d+ /Document/FIToFIPmtStsRpt/TxInfAndSts\[1\]/TxSts: ")

    def test_look_up(self):
        found = self.example("look_up", MIXED, "FIToFIPmtStsRpt/GrpHdr/MsgId", "FIToFIPmtStsRpt/TxInfAndSts[2]/TxSts",
                             "FIToFIPmtStsRpt/TxInfAndSts[99]")
        count = (ROOT / MIXED).read_text().count("<TxInfAndSts>")
        self.assertEqual(found.splitlines()[0], "FIToFIPmtStsRpt/GrpHdr/MsgId (1): GATE-20261120-0007")
        self.assertEqual(found.splitlines()[1:], ["FIToFIPmtStsRpt/TxInfAndSts[2]/TxSts (1): ACSC",
                                                  "FIToFIPmtStsRpt/TxInfAndSts[99] (0): -"])
        self.assertEqual(self.example("look_up", MIXED, "FIToFIPmtStsRpt/TxInfAndSts"),
                         f"FIToFIPmtStsRpt/TxInfAndSts ({count}): -\n")

    def test_events(self):
        text = (ROOT / MIXED).read_text()
        for line in self.example("events", MIXED).splitlines():
            name, count = line.split()
            self.assertEqual(int(count), len(re.findall(f"<{name}[ >]", text)), name)

    def test_write_payment(self):
        xml = self.example("write_payment", "12.50")
        self.assertIn('<IntrBkSttlmAmt Ccy="KZT">12.50</IntrBkSttlmAmt>', xml)
        self.check_status(tilmash("validate", "-", stdin=xml.encode()), 0)
        self.assertIn("ISO-0305 /Document/FIToFICstmrCdtTrf/CdtTrfTxInf[1]/IntrBkSttlmAmt: ",
                      self.example("write_payment", "12,50", status=1))

    def test_to_json(self):
        self.assertEqual(self.example("to_json", MIXED), tilmash("convert", MIXED, "--to", "json", "--quiet").out)

    def test_the_installed_program_runs(self):
        run = subprocess.run([self.prefix / "bin/tilmash", "validate", "--with", "xerces", MIXED], cwd=ROOT,
                             capture_output=True, text=True, check=False)
        self.assertIn("valid", run.stdout)


class Test_docs_show_the_examples_as_they_are(Case):
    def test_snippets(self):
        text = (ROOT / "docs/library.md").read_text()
        shown = dict(re.findall(r"^## `examples/(\S+)`.*?^```\w*\n(.*?)^```", text, re.M | re.S))
        self.assertEqual(shown, {p.name: p.read_text() for p in EXAMPLES.iterdir()})


if __name__ == "__main__":
    main()
