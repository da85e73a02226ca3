"""The samples of samples/iso8583: what they decode to, and back; what a broken one is told."""
import json
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


if __name__ == "__main__":
    main()
