"""Codes that `tilmash qr draw` makes, read back by somebody else's decoder (ZXing), as a phone would; and by zbar through
`tilmash qr read FILE.png`."""
import pathlib
import re
import shutil
import struct
import subprocess
import zlib

from program import ROOT, TILMASH, Case, main, tilmash

# ISO/IEC 18004, table 7: bytes that a version holds at L, M, Q, H.
BYTES = {1: (17, 14, 11, 7), 2: (32, 26, 20, 14), 3: (53, 42, 32, 24), 4: (78, 62, 46, 34), 5: (106, 84, 60, 44),
         6: (134, 106, 74, 58), 7: (154, 122, 86, 64), 8: (192, 152, 108, 84), 9: (230, 180, 130, 98),
         10: (271, 213, 151, 119), 11: (321, 251, 177, 137), 12: (367, 287, 203, 155), 13: (425, 331, 241, 177),
         14: (458, 362, 258, 194), 15: (520, 412, 292, 220), 16: (586, 450, 322, 250), 17: (644, 504, 364, 280),
         18: (718, 560, 394, 310), 19: (792, 624, 442, 338), 20: (858, 666, 482, 382), 21: (929, 711, 509, 403),
         22: (1003, 779, 565, 439), 23: (1091, 857, 611, 461), 24: (1171, 911, 661, 511), 25: (1273, 997, 715, 535),
         26: (1367, 1059, 751, 593), 27: (1465, 1125, 805, 625), 28: (1528, 1190, 868, 658),
         29: (1628, 1264, 908, 698), 30: (1732, 1370, 982, 742), 31: (1840, 1452, 1030, 790),
         32: (1952, 1538, 1112, 842), 33: (2068, 1628, 1168, 898), 34: (2188, 1722, 1228, 958),
         35: (2303, 1809, 1283, 983), 36: (2431, 1911, 1351, 1051), 37: (2563, 1989, 1423, 1093),
         38: (2699, 2099, 1499, 1139), 39: (2809, 2213, 1579, 1219), 40: (2953, 2331, 1663, 1273)}
KAZAKH = "Төлем үшін QR: ЖШС «Дүкен», Ұлы Жібек жолы; оплата за услуги № 7. "
CODES = {
    "elqr": "https://pay.payqr.kg#00020101021232530009elcart.kg10129900000000001108INV-000112021213021233270007M000001"
            "0112TEST SERVICE52045411530341754061250505909TEST SHOP63045b1f",
    "uz": "00020101021140440012qr-online.uz0118SYNTHTOKEN000000030202115204531153038605802UZ5908AO'TEST'6008Tashkent"
          "610610000064260002uz0104TEST0208Toshkent80490012qr-online.uz03097100000000716test@example.com63047E08",
    "cjk": "64200002ZH0104最佳运输0202北京",
    "combining": "й и\u0306 é e\u0301 \U0001F4B0",
    "digits": "0123456789" * 30,
    "capitals": "HTTPS://EXAMPLE.KZ/PAY?ID=7",
    "blanks": "  two before, two behind  ",
    "lines": "one\ntwo\r\nthree\ttab",
}


def modules_of_png(file):
    """Rows of 0 and 1, a number a module: from the pixels, without the program's or libpng's help."""
    data = file.read_bytes()
    at, packed, header = 8, b"", None
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        assert zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0]
        header = body if kind == b"IHDR" else header
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    width, height, depth = struct.unpack(">IIB", header[:9])
    assert width == height and depth == 1
    raw, stride, rows = zlib.decompress(packed), (width + 7) // 8 + 1, []
    for row in range(height):
        line = raw[row * stride:(row + 1) * stride]
        assert line[0] == 0, "a filter"
        rows.append([line[1 + i // 8] >> (7 - i % 8) & 1 for i in range(width)])
    return rows


class Pictures(Case):
    def draw(self, text, name, *arguments, status=0):
        file = self.folder / name
        self.check_status(tilmash("qr", "draw", "-", "--out", file, *arguments, stdin=text.encode()), status)
        return file

    def scan(self, files):
        """Text and level that ZXing reads in each file; skips without it."""
        if shutil.which("ZXingReader") is None:
            self.need("/usr/bin/ZXingReader")
        texts = []
        for file in files:
            run = subprocess.run(["ZXingReader", "-format", "QRCode", file], capture_output=True, check=False)
            found = re.search(rb'Text: +"(.*)"\nBytes: +([0-9A-F ]+)\n.*EC Level: +(.)', run.stdout, re.S)
            self.assertIsNotNone(found, f"{file}: {run.stdout[:200]} {run.stderr[:200]}")
            # Its bytes, and what it takes them for.
            self.assertEqual(bytes.fromhex(found.group(2).decode()), found.group(1))
            texts.append((found.group(1).decode(), found.group(3).decode()))
        return texts


class Test_read_by_another_decoder(Pictures):
    def test_all_levels_and_sizes(self):
        """The largest text of a version, so that each is drawn; every other one Cyrillic."""
        drawn = []
        for version, sizes in BYTES.items():
            for level, size in zip("LMQH", sizes):
                text = (KAZAKH * 60).encode()[:size].decode("utf-8", "ignore") if version % 2 == 0 else "abc7" * 800
                text += "x" * (size - len(text.encode()))
                text = text[:size]
                file = self.draw(text, f"v{version}{level}.png", "--correction", level, "--module", "4")
                self.assertEqual(len(modules_of_png(file)), 4 * (17 + 4 * version + 8), file)
                drawn.append((file, text, level))
        for (file, text, level), found in zip(drawn, self.scan([file for file, _, _ in drawn])):
            self.assertEqual(found, (text, level), file)
        print(f"{len(drawn)} symbols: all {len(BYTES)} versions at L, M, Q and H, all read by ZXing")

    def test_payment_codes_as_they_are(self):
        for level in "LMQH":
            files = [self.draw(text, f"{name}{level}.png", "--correction", level) for name, text in CODES.items()]
            self.assertEqual([found for found, _ in self.scan(files)], list(CODES.values()))

    def test_small_modules(self):
        files = [self.draw(CODES["uz"], f"m{pixels}.png", "--module", str(pixels)) for pixels in (2, 3, 20)]
        self.assertEqual([found for found, _ in self.scan(files)], [CODES["uz"]] * 3)


class Test_read_by_the_program(Pictures):
    """`qr read FILE.png` says what `qr read TEXT` says."""
    def read(self, *arguments, program=TILMASH):
        run = subprocess.run([program, "qr", "read", *map(str, arguments)], cwd=ROOT, capture_output=True, check=False)
        return run.returncode, run.stdout.decode(), run.stderr.decode()

    def setUp(self):
        self.need(pathlib.Path(TILMASH).parent / "tilmash_zbar.so")

    def test_pictures_and_texts_are_read_alike(self):
        for sample in sorted((ROOT / "samples/qr").glob("*.txt")):
            text = sample.read_text().rstrip("\n")
            for level in "LMQH":
                file = self.draw(text, f"{sample.stem}{level}.png", "--correction", level)
                found = self.read(file, "--format", "json")
                self.assertEqual(found, self.read(text, "--format", "json"))
                self.assertEqual(found[0], 0, found)

    def test_all_sizes(self):
        """Twelve digits and Cyrillic, so that a text ends as it should and its bytes come back as they were."""
        for version, sizes in BYTES.items():
            if sizes[1] < 40:
                continue
            purpose = (KAZAKH * 60).encode()[:sizes[1] - 34].decode("utf-8", "ignore")
            text = f"ST00012|PersonalAcc=7|Purpose={purpose}|"
            found = self.read(self.draw(text, f"v{version}.png"), "--format", "json")
            self.assertEqual(found, self.read(text, "--format", "json"))
            self.assertIn(purpose.strip().rstrip("№ "), found[1])

    def test_what_is_no_picture_of_one_code(self):
        (self.folder / "text.png").write_text("no picture")
        whole = self.draw(CODES["uz"], "whole.png").read_bytes()
        (self.folder / "cut.png").write_bytes(whole[:len(whole) // 2])
        light = b"".join(b"\0" + b"\xff" * 40 for _ in range(40))
        self.png("light.png", 40, light)
        self.png("huge.png", 30000, b"")
        rows = modules_of_png(self.draw(CODES["uz"], "one.png", "--module", "4"))
        size = 2 * len(rows)
        two = [[255 * (1 - m) for m in row] * 2 for row in rows] * 2
        self.png("many.png", size, b"".join(b"\0" + bytes(row) for row in two))
        for name, code in (("text", "CLI-0070"), ("cut", "CLI-0070"), ("huge", "CLI-0070"), ("light", "CLI-0072"),
                           ("many", "CLI-0073"), ("none", "CLI-0001")):
            status, out, err = self.read(self.folder / f"{name}.png")
            self.assertEqual((status, out), (4, ""), name)
            self.assertIn(code, err, name)

    def png(self, name, size, raw):
        """A grey picture, written here."""
        chunks = [(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
        body = b"".join(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
                        for kind, data in chunks)
        (self.folder / name).write_bytes(b"\x89PNG\r\n\x1a\n" + body)

    def test_a_build_without_zbar_says_so(self):
        alone = self.folder / "bin"
        alone.mkdir()
        shutil.copy(TILMASH, alone)
        status, _, err = self.read(self.draw("text", "alone.png"), program=alone / "tilmash")
        self.assertEqual(status, 4)
        self.assertIn("CLI-0071", err)


class Test_pictures_of_the_docs(Pictures):
    def test_are_drawn_by_the_program(self):
        for picture in sorted((ROOT / "docs/qr").glob("*.svg")):
            text = (ROOT / f"samples/qr/{picture.stem}.txt").read_text()
            self.assertEqual(self.draw(text, picture.name, "--module", "4").read_bytes(), picture.read_bytes())


class Test_one_symbol_in_three_forms(Pictures):
    def test_png_svg_and_blocks_hold_the_same_modules(self):
        for name, text in CODES.items():
            png = modules_of_png(self.draw(text, f"{name}.png", "--module", "1"))
            size = len(png)
            svg = self.draw(text, f"{name}.svg").read_text()
            self.assertIn(f'viewBox="0 0 {size} {size}"', svg)
            grid = [[0] * size for _ in range(size)]
            for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1H", svg):
                for i in range(int(width)):
                    grid[int(y)][int(x) + i] = 1
            self.assertEqual(grid, png)
            for flag, dark in ((["--light-terminal"], 1), ([], 0)):
                run = tilmash("qr", "draw", "-", *flag, stdin=text.encode())
                rows = []
                for line in run.out.splitlines():
                    rows.append([dark if c in "▀█" else 1 - dark for c in line])
                    rows.append([dark if c in "▄█" else 1 - dark for c in line])
                self.assertEqual(rows[:size], png)
            quiet = [row for i, row in enumerate(png) if i < 4 or i >= size - 4] + [r[:4] + r[-4:] for r in png]
            self.assertFalse(any(map(any, quiet)))

    def test_the_same_text_gives_the_same_bytes(self):
        for form in ("png", "svg"):
            one, two = (self.draw(CODES["elqr"], f"{name}.{form}").read_bytes() for name in "ab")
            self.assertEqual(one, two)


class Test_what_is_refused(Pictures):
    def test_a_text_that_does_not_fit(self):
        for level, size in zip("LMQH", BYTES[40]):
            self.draw("a" * size, "fits.svg", "--correction", level)
            file = self.draw("a" * (size + 1), "over.svg", "--correction", level, status=1)
            self.assertFalse(file.exists())
            run = tilmash("qr", "draw", "-", "--correction", level, stdin=b"a" * (size + 1))
            self.assertIn("QRI-0003", run.err)

    def test_nothing_and_a_byte_0(self):
        for text, code in (("", "QRI-0001"), ("\n", "QRI-0001"), ("a\0b", "QRI-0002")):
            run = tilmash("qr", "draw", "-", stdin=text.encode())
            self.check_status(run, 1)
            self.assertIn(code, run.err)

    def test_an_output_of_no_form_and_one_that_can_not_be_written(self):
        for out, status, code in (("x.jpg", 2, "CLI-0074"), (self.folder / "none/x.svg", 4, "CLI-0022")):
            run = tilmash("qr", "draw", "text", "--out", out)
            self.check_status(run, status)
            self.assertIn(code, run.err)
        for arguments in (["--correction", "X"], ["--module", "0"], ["--module", "21"]):
            self.check_status(tilmash("qr", "draw", "text", *arguments), 2)


if __name__ == "__main__":
    main()
