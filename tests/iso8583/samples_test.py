"""The samples of samples/iso8583: what they decode to, and back; what a broken one is told."""
import json
import re
import subprocess

from program import ROOT, TILMASH, Case, main, tilmash

FOLDER = ROOT / "samples/iso8583"
SWITCH = FOLDER / "switch.toml"


class Test_samples_decode_and_come_back(Case):
    def test(self):
        run = tilmash("decode", "--layout", SWITCH, FOLDER / "switch.dat")
        self.check_status(run, 0)
        self.assertEqual(run.out, (FOLDER / "switch.jsonl").read_text(encoding="utf-8"))
        made = subprocess.run([TILMASH, "encode", "--layout", SWITCH, FOLDER / "switch.jsonl"], capture_output=True,
                              timeout=60, check=True)
        self.assertEqual(made.stdout, (FOLDER / "switch.dat").read_bytes())
        echo = tilmash("decode", "--layout", "schemas/iso8583/1987.toml", FOLDER / "echo.dat")
        self.assertEqual(json.loads(echo.out)["fields"], {"mti": "0800", "transmission_date_time": "1121093000",
                                                          "stan": "000001", "network_management_code": "301"})

    def test_the_specification_stands_in_the_documentation(self):
        text = (ROOT / "docs/iso8583.md").read_text(encoding="utf-8")
        self.assertIn(SWITCH.read_text(encoding="utf-8"), text)

    def test_show_layout(self):
        run = tilmash("decode", "--layout", SWITCH, "--show-layout")
        self.check_status(run, 0)
        self.assertIn("length of 2 binary bytes, that counts header and message", run.out)
        self.assertRegex(run.out, r"(?m)^    9F02 +amount_authorised +n12 +bcd +fixed +integer$")


class Test_byte_pictures_of_the_documentation(Case):
    TEXT = (ROOT / "docs/iso8583.md").read_text(encoding="utf-8")

    def encode(self, layout, fields):
        file, records = self.folder / "layout.toml", self.folder / "records.jsonl"
        file.write_text(f'name = "doc"\nformat = "iso8583"\n{layout}\n', encoding="utf-8")
        records.write_text(json.dumps({"type": "message", "fields": fields}), encoding="utf-8")
        run = subprocess.run([TILMASH, "encode", "--layout", str(file), str(records)], capture_output=True, timeout=60,
                             check=False)
        self.assertEqual(run.returncode, 0, run.stderr.decode())
        (self.folder / "message.dat").write_bytes(run.stdout)
        back = tilmash("decode", "--layout", file, self.folder / "message.dat")
        self.check_status(back, 0)
        self.assertLessEqual(fields.items(), json.loads(back.out)["fields"].items())
        return run.stdout

    def rows(self, heading):
        section = self.TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
        found = [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in section.splitlines()
                 if re.match(r"\| `(type|length|header) = ", line)]
        self.assertGreater(len(found), 8)
        return found

    def test_values(self):
        for declared, value, picture in self.rows("How a value is written"):
            with self.subTest(declared):
                made = self.encode(f'[fields]\n2 = {{ name = "x", {declared} }}', {"mti": "0200", "x": value})
                self.assertEqual(made[20:], bytes.fromhex(picture))

    def test_lengths(self):
        for declared, picture in self.rows("Length prefixes"):
            with self.subTest(declared):
                made = self.encode(f'[fields]\n2 = {{ name = "x", {declared} }}', {"mti": "0200", "x": "A" * 12})
                self.assertEqual(made[20:-12], bytes.fromhex(picture))

    def test_frames(self):
        for declared, picture in self.rows("Frames"):
            with self.subTest(declared):
                made = self.encode(f"frame = {{ {declared} }}", {"mti": "0800"})
                self.assertEqual(made[:-20], bytes.fromhex(picture))

    def test_what_is_shown_compiles(self):
        for block in re.findall(r"^```toml\n(.*?)^```", self.TEXT, re.M | re.S):
            layout = block if "format" in block else f'name = "doc"\nformat = "iso8583"\nspec = "1987"\n{block}'
            (self.folder / "shown.toml").write_text(layout, encoding="utf-8")
            self.check_status(tilmash("decode", "--layout", self.folder / "shown.toml", "--show-layout"), 0)


class Test_what_a_broken_sample_is_told(Case):
    def told(self, message):
        broken, rejects = self.folder / "broken.dat", self.folder / "rejects.jsonl"
        broken.write_bytes(message)
        run = tilmash("decode", "--layout", SWITCH, "--rejects", rejects, broken)
        self.check_status(run, 1)
        return [json.loads(line) for line in rejects.read_text(encoding="utf-8").splitlines()], run

    def test(self):
        whole = (FOLDER / "switch.dat").read_bytes()
        first = 2 + int.from_bytes(whole[:2], "big")
        rejects, run = self.told(whole[:-1])
        self.assertEqual([(r["code"], r["record"]) for r in rejects], [("CRD-0302", 4)])
        self.assertEqual(len(run.out.splitlines()), 3)
        at = whole.index(b"DEMO MARKET")
        rejects, run = self.told(whole[:at] + b"\x80" + whole[at + 1:])
        self.assertEqual([(r["code"], r["offset"], r["path"], r["rule"]) for r in rejects],
                         [("CRD-0204", at, "message.card_acceptor_name_location", "schemas/iso8583/1987.toml:55")])
        self.assertEqual(bytes.fromhex(rejects[0]["raw"]), whole[:at] + b"\x80" + whole[at + 1:first])
        self.assertEqual(len(run.out.splitlines()), 3)
        self.assertNotIn("4111111111111111", run.err)


class Test_a_specification_of_ones_own_is_based_upon(Case):
    def test(self):
        specs = self.folder / "data/schemas/iso8583"
        specs.mkdir(parents=True)
        (specs / "bank.toml").write_text('name = "bank"\nformat = "iso8583"\nspec = "1987"\n[fields]\n'
                                         '60 = { name = "branch", type = "n4" }\n61 = false\n', encoding="utf-8")
        layout, message = self.folder / "host.toml", self.folder / "message.dat"
        layout.write_text('name = "host"\nformat = "iso8583"\nspec = "bank"\n', encoding="utf-8")
        message.write_bytes(b"020000000000000000100017")
        run = tilmash("--data", self.folder / "data", "decode", "--layout", layout, message)
        self.check_status(run, 0)
        self.assertEqual(json.loads(run.out)["fields"], {"mti": "0200", "branch": "0017"})
        message.write_bytes(b"02000000000000000008003ABC")
        run = tilmash("--data", self.folder / "data", "decode", "--layout", layout, message)
        self.check_status(run, 1)
        self.assertIn("CRD-0210", run.err)
        self.assertIn("field 61", run.err)
        run = tilmash("decode", "--layout", layout, message)
        self.check_status(run, 3)
        self.assertIn("CRD-0103", run.err)


if __name__ == "__main__":
    main()
