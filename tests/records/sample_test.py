#!/usr/bin/env python3
"""The mainframe sample: its commands give what its page says, and a wrong byte is refused at its place."""
import json
import subprocess
import unittest

import program

LAYOUT = program.ROOT / "samples/mainframe/payments.toml"
LINES = program.ROOT / "samples/mainframe/payments.jsonl"


class Test_mainframe_sample_comes_back_from_its_bytes(program.Case):
    def encoded(self):
        run = subprocess.run([program.TILMASH, "encode", "--layout", LAYOUT, LINES], capture_output=True, check=False, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr.decode())
        return run

    def test_both_ways(self):
        data = self.folder / "payments.dat"
        data.write_bytes(self.encoded().stdout)
        decoded = program.tilmash("decode", "--layout", LAYOUT, data)
        self.check_status(decoded, 0)
        self.assertEqual(decoded.out, LINES.read_text(encoding="utf-8"))
        self.assertIn("trailer.TOTAL", decoded.err)
        # The first payment: length 76 + 4, "P", "A0000001", 125000.00 packed, 150.00 with its sign in the last zone.
        raw = data.read_bytes()
        self.assertEqual(raw[17:43].hex(), "00500000" + "d7" + "c1f0f0f0f0f0f0f1" + "000000012500000c" + "f1f5f0f0c0")

    def test_letters_that_the_page_lacks(self):
        line = json.loads(LINES.read_text(encoding="utf-8").splitlines()[3])
        line["fields"]["LINE"] = ["10 ₸"]
        lines = LINES.read_text(encoding="utf-8").splitlines()
        lines[3] = json.dumps(line)
        run = subprocess.run([program.TILMASH, "encode", "--layout", LAYOUT, "-"], input="\n".join(lines).encode(),
                             capture_output=True, check=False, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr.decode())
        self.assertIn("FMT-0416", run.stderr.decode())
        self.assertEqual(run.stdout, self.encoded().stdout)

    def test_a_wrong_byte(self):
        raw = bytearray(self.encoded().stdout)
        raw[17 + 4 + 9 + 3] = 0x40  # a half-byte of the first amount is fine, so is the next: 4 and 0
        raw[17 + 4 + 9 + 4] = 0x4B  # B is no digit
        data = self.folder / "wrong.dat"
        data.write_bytes(raw)
        decoded = program.tilmash("decode", "--layout", LAYOUT, data, "--rejects", self.folder / "rejects.jsonl")
        self.check_status(decoded, 1)
        reject = json.loads((self.folder / "rejects.jsonl").read_text().splitlines()[0])
        self.assertEqual((reject["code"], reject["record"], reject["offset"], reject["path"]),
                         ("FMT-0213", 2, 17 + 4 + 9 + 4, "payment.AMOUNT"))


if __name__ == "__main__":
    unittest.main(verbosity=1)
