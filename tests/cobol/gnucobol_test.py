#!/usr/bin/env python3
"""GnuCOBOL as judge of the record engine: it writes records that tilmash decodes to the values it was given, and reads
back what tilmash encodes, by a layout of rows and by the COBOL text itself as a copybook. Every USAGE x SIGN x {1, 4, 5, 9, 10, 18 digits} x scale stands in one record; tables, variants
and slack bytes in others. The list is printed."""
import json
import os
import shutil
import struct
import subprocess
import unittest
from decimal import Decimal

import program

DIGITS = (1, 4, 5, 9, 10, 18)
BINARY_BYTES = {1: 1, 4: 2, 5: 4, 9: 4, 10: 8, 18: 8}  # -std=default: binary-size 1-2-4-8

# clause, row options, bytes of n digits, signed
USAGES = [
    ("DISPLAY", "", lambda n: n, False),
    ("DISPLAY", 'sign = "overpunch_trailing"', lambda n: n, True),
    ("SIGN LEADING DISPLAY", 'sign = "overpunch_leading"', lambda n: n, True),
    ("SIGN LEADING SEPARATE DISPLAY", 'sign = "leading"', lambda n: n + 1, True),
    ("SIGN TRAILING SEPARATE DISPLAY", 'sign = "trailing"', lambda n: n + 1, True),
    ("COMP", 'encoding = "binary", digits = {n}', BINARY_BYTES.get, False),
    ("COMP", 'encoding = "binary", digits = {n}, signed = true', BINARY_BYTES.get, True),
    ("BINARY", 'encoding = "binary", digits = {n}, signed = true', BINARY_BYTES.get, True),
    ("COMP-4", 'encoding = "binary", digits = {n}', BINARY_BYTES.get, False),
    ("COMP-5", 'encoding = "binary", byte_order = "little"', BINARY_BYTES.get, False),
    ("COMP-5", 'encoding = "binary", byte_order = "little", signed = true', BINARY_BYTES.get, True),
    ("COMP-3", 'encoding = "packed", digits = {n}', lambda n: n // 2 + 1, False),
    ("COMP-3", 'encoding = "packed", digits = {n}, signed = true', lambda n: n // 2 + 1, True),
    ("PACKED-DECIMAL", 'encoding = "packed", digits = {n}, signed = true', lambda n: n // 2 + 1, True),
    ("COMP-6", 'encoding = "bcd", digits = {n}', lambda n: (n + 1) // 2, False),
]


class Field:
    def __init__(self, number, usage, digits, scale):
        self.clause, self.options, size, self.signed = usage
        self.name, self.digits, self.scale, self.bytes = f"F{number:03}", digits, scale, size(digits)

    def picture(self):
        whole = self.digits - self.scale
        return ("S" if self.signed else "") + (f"9({whole})" if whole else "") + (f"V9({self.scale})" if self.scale else "")

    def cobol(self):
        return f"05 {self.name} PIC {self.picture()} {self.clause}."

    def row(self):
        kind = f'"decimal", scale = {self.scale}' if self.scale else '"integer"'
        options = self.options.replace("{n}", str(self.digits))
        return f'{{ name = "{self.name}", length = {self.bytes}, type = {kind}{", " + options if options else ""} }},'

    def values(self):
        """Boundaries, and digits that are all different."""
        top = 10**self.digits - 1
        some = int("123456789012345678"[:self.digits])
        numbers = [0, 1, top, some, some // 7] + ([-1, -top, -some] if self.signed else [9 % (top + 1), top // 2, top - 1])
        return [Decimal(n).scaleb(-self.scale) for n in numbers]


def all_fields():
    fields = []
    for usage in USAGES:
        for digits in DIGITS:
            for scale in sorted({0, 1 if digits == 1 else 2, digits}):
                fields.append(Field(len(fields), usage, digits, scale))
    return fields


def text(value):
    return format(value, "f")


def cobol_source(record, select, working, statements, options=""):
    lines = ["IDENTIFICATION DIVISION.", "PROGRAM-ID. MAIN.", "ENVIRONMENT DIVISION.", "INPUT-OUTPUT SECTION.",
             "FILE-CONTROL.", f'SELECT F ASSIGN TO "{select}" ORGANIZATION IS SEQUENTIAL.', "DATA DIVISION.",
             "FILE SECTION.", f"FD F{options}.", *record, "WORKING-STORAGE SECTION.", *working, "PROCEDURE DIVISION.",
             *statements, "STOP RUN."]
    return "\n".join("       " + line for line in lines) + "\n"


def layout_text(rows, length, keys='line_end = "none"'):
    return "\n".join(['name = "gnucobol"', 'format = "fixed_width"', 'code_page = "ascii"', 'overpunch = "ascii"', keys,
                      f"length = {length}", "[[record]]", 'kind = "r"', "repeat = true", "item = true", "fields = [",
                      *rows, "]", ""])


class CobolCase(program.Case):
    def setUp(self):
        if not shutil.which("cobc"):
            self.need("/usr/bin/cobc")

    def run_cobol(self, name, source, *flags):
        path = self.folder / f"{name}.cob"
        path.write_text(source)
        subprocess.run(["cobc", "-x", "-free", *flags, "-o", self.folder / name, path], cwd=self.folder, check=True,
                       capture_output=True, timeout=120)
        run = subprocess.run([self.folder / name], cwd=self.folder, check=True, capture_output=True, timeout=60,
                             env={**os.environ, "COB_VARSEQ_FORMAT": "0"})
        return run.stdout.decode("latin-1")

    def decode(self, layout, data):
        run = program.tilmash("decode", "--layout", layout, data)
        self.check_status(run, 0)
        return [json.loads(line)["fields"] for line in run.out.splitlines()]

    def by_copybook(self, name, record, data, keys='line_end = "none"'):
        """The same records by the COBOL text itself, read and written back; a field that is not there is left out."""
        (self.folder / f"{name}.cpy").write_text("".join(f"       {line}\n" for line in record))
        layout = self.folder / f"{name}.copybook.toml"
        layout.write_text(f"""name = "gnucobol.copybook"
format = "copybook"
copybook = "{name}.cpy"
code_page = "ascii"
overpunch = "ascii"
binary_sizes = "gnucobol"
sync = "gnucobol"
native_byte_order = "little"
float = "ieee"
{keys}
""")
        found = self.decode(layout, data)
        self.check_round_trip(layout, data, self.folder / "again.dat")
        return [{key: value for key, value in fields.items() if value is not None} for fields in found]

    def check_round_trip(self, layout, data, out):
        """What was decoded is encoded to the same bytes."""
        decoded = program.tilmash("decode", "--layout", layout, data)
        encoded = subprocess.run([program.TILMASH, "encode", "--layout", layout, "-"], input=decoded.out.encode(),
                                 capture_output=True, check=False, timeout=300)
        self.assertEqual(encoded.returncode, 0, encoded.stderr.decode())
        out.write_bytes(encoded.stdout)
        self.assertEqual(encoded.stdout, data.read_bytes())


class Test_GnuCOBOL_numbers_of_every_usage_are_read_and_written(CobolCase):
    def test_numbers(self):
        fields = all_fields()
        rows = len(fields[0].values())
        record = ["01 R."] + [field.cobol() for field in fields]
        writes = ["OPEN OUTPUT F."]
        for row in range(rows):
            for field in fields:
                writes.append(f"MOVE {text(field.values()[row])} TO {field.name}.")
            writes.append("WRITE R.")
        self.run_cobol("writer", cobol_source(record, "numbers.dat", [], writes + ["CLOSE F."]))
        data, layout = self.folder / "numbers.dat", self.folder / "numbers.toml"
        layout.write_text(layout_text([f.row() for f in fields], sum(f.bytes for f in fields)))

        decoded = self.decode(layout, data)
        self.assertEqual(len(decoded), rows)
        equal = 0
        for row, found in enumerate(decoded):
            for field in fields:
                self.assertEqual(Decimal(found[field.name]), field.values()[row], f"{field.cobol()} row {row}")
                equal += 1
        self.check_round_trip(layout, data, self.folder / "again.dat")
        for row, found in enumerate(self.by_copybook("numbers", record, data)):
            for field in fields:
                self.assertEqual(Decimal(found[field.name]), field.values()[row], f"copybook: {field.cobol()} row {row}")

        # Values that GnuCOBOL never wrote: ours are encoded, and it shows what it reads.
        lines = []
        for row in range(rows):
            values = {f.name: text(f.values()[(row + 3) % rows]) for f in fields}
            lines.append(json.dumps({"type": "r", "fields": values}))
        encoded = subprocess.run([program.TILMASH, "encode", "--layout", layout, "-"], input="\n".join(lines).encode(),
                                 capture_output=True, check=False, timeout=300)
        self.assertEqual(encoded.returncode, 0, encoded.stderr.decode())
        (self.folder / "numbers.dat").write_bytes(encoded.stdout)
        working = ["01 SHOWN PIC -(19)9.9(18)."]
        reads = ["OPEN INPUT F.", f"PERFORM {rows} TIMES", "READ F"]
        for field in fields:
            reads += [f"MOVE {field.name} TO SHOWN", "DISPLAY SHOWN"]
        shown = self.run_cobol("reader", cobol_source(record, "numbers.dat", working, reads + ["END-PERFORM.", "CLOSE F."]))
        numbers = [Decimal(line.strip()) for line in shown.splitlines()]
        wanted = [f.values()[(row + 3) % rows] for row in range(rows) for f in fields]
        self.assertEqual(numbers, wanted)

        print(f"GnuCOBOL: {len(fields)} fields x {rows} records, {equal} values read equal, {len(wanted)} written and read back")
        for usage in USAGES:
            pictures = " ".join(f.picture() for f in fields if (f.clause, f.signed) == (usage[0], usage[3]))
            print(f"  {'signed  ' if usage[3] else 'unsigned'} {usage[0]:<32} {pictures}")


class Test_GnuCOBOL_edited_pictures_are_shown_alike(CobolCase):
    PICTURES = ["ZZ,ZZ9.99", "ZZ,ZZZ.ZZ", "**,**9.99", "$$,$$9.99", "$ZZ,ZZ9.99", "-(5)9", "+(5)9.9", "++,++9", "Z(4)9-",
                "Z(4)9+", "+9(3)", "-9(3)", "9(3)CR", "Z(3)9DB", "99/99/9999", "9B9B9", "0999", "Z(3).99", "-ZZ9.99",
                "*(5)", "$**9.99", "ZZ9,999.99CR", "--,--9.99", "$(4)9", "Z,ZZ9.9(4)"]
    VALUES = ["0", "1", "-1", "5.05", "-5.05", "12.3", "-123.4", "999", "1234.56", "-1234.56", "99999.99", "0.01", "-0.01"]

    def test_edited(self):
        from_cobol = []
        record = ["01 R."] + [f"05 E{i:02} PIC {picture}." for i, picture in enumerate(self.PICTURES)]
        writes = ["OPEN OUTPUT F."]
        for value in self.VALUES:
            writes += [f"MOVE {value} TO E{i:02}." for i in range(len(self.PICTURES))] + ["WRITE R."]
        self.run_cobol("edited", cobol_source(record, "edited.dat", [], writes + ["CLOSE F."]))
        data, layout = self.folder / "edited.dat", self.folder / "edited.toml"
        lengths = [self.length(p) for p in self.PICTURES]
        rows = []
        for i, (picture, length) in enumerate(zip(self.PICTURES, lengths)):
            rows.append(f'{{ name = "E{i:02}", length = {length}, type = "decimal", encoding = "edited", picture = "{picture}" }},')
        layout.write_text(layout_text(rows, sum(lengths)))
        for row, found in enumerate(self.decode(layout, data)):
            for i, picture in enumerate(self.PICTURES):
                from_cobol.append((picture, self.VALUES[row], found[f"E{i:02}"]))
                self.assertEqual(Decimal(found[f"E{i:02}"] or 0), self.kept(picture, self.VALUES[row]), f"{picture} {self.VALUES[row]}")
        self.check_round_trip(layout, data, self.folder / "again.dat")
        kept = [Decimal(found.get(f"E{i:02}", 0)) for found in self.by_copybook("edited", record, data)
                for i in range(len(self.PICTURES))]
        self.assertEqual(kept, [self.kept(picture, value) for value in self.VALUES for picture in self.PICTURES])
        print(f"GnuCOBOL: {len(self.PICTURES)} edited pictures x {len(self.VALUES)} values equal")

    @staticmethod
    def expanded(picture):
        out = ""
        while picture:
            if picture[0] == "(":
                count, picture = picture[1:].split(")", 1)
                out += out[-1] * (int(count) - 1)
            else:
                out, picture = out + picture[0], picture[1:]
        return out

    @classmethod
    def length(cls, picture):
        return len(cls.expanded(picture))

    @classmethod
    def kept(cls, picture, value):
        """What a MOVE keeps of a value: the digits the picture has on each side of the point, and a sign if it has one."""
        symbols = cls.expanded(picture)
        signed = any(s in symbols for s in "+-") or symbols[-2:] in ("CR", "DB")
        body = symbols[:-2] if symbols[-2:] in ("CR", "DB") else symbols
        whole, _, fraction = body.partition(".")
        float_symbol = next((s for s in "+-$" if body.count(s) > 1), None)
        count = lambda part: sum(c in "9Z*" or c == float_symbol for c in part)
        digits = count(whole) - (1 if float_symbol else 0)
        scale = count(fraction)
        number = abs(Decimal(value))
        kept = (int(number.scaleb(scale)) % 10**(digits + scale))
        result = Decimal(kept).scaleb(-scale)
        return -result if signed and Decimal(value) < 0 else result


class Test_GnuCOBOL_floats_tables_variants_and_slack_bytes(CobolCase):
    def test_floats(self):
        values = ["0", "1", "-1", "0.5", "-123.456", "1234567", "0.001"]
        record = ["01 R.", "05 A COMP-1.", "05 B COMP-2."]
        writes = ["OPEN OUTPUT F."] + [line for v in values for line in (f"MOVE {v} TO A.", f"MOVE {v} TO B.", "WRITE R.")]
        self.run_cobol("floats", cobol_source(record, "floats.dat", [], writes + ["CLOSE F."]))
        data, layout = self.folder / "floats.dat", self.folder / "floats.toml"
        layout.write_text(layout_text([
            '{ name = "A", length = 4, type = "decimal", encoding = "float", byte_order = "little" },',
            '{ name = "B", length = 8, type = "decimal", encoding = "float", byte_order = "little" },'], 12))
        for value, found in zip(values, self.decode(layout, data), strict=True):
            self.assertEqual(Decimal(found["A"]), Decimal(value))
        # GnuCOBOL's own MOVE is a last bit off for some doubles: what the bytes say is judged by Python.
        for index, found in enumerate(self.decode(layout, data)):
            (number,) = struct.unpack_from("<d", data.read_bytes(), 12 * index + 4)
            self.assertEqual(Decimal(found["B"]), Decimal(repr(number)))
        self.check_round_trip(layout, data, self.folder / "again.dat")
        self.assertEqual(self.by_copybook("floats", record, data), self.decode(layout, data))
        print(f"GnuCOBOL: COMP-1 and COMP-2, {2 * len(values)} values equal")

    def test_table_that_depends_on_a_count(self):
        """Records of varying length: a header of two bytes of length and two of zero, which do not count themselves."""
        record = ["01 R.", "05 N PIC 9.", "05 T OCCURS 0 TO 5 TIMES DEPENDING ON N.", "10 A PIC S9(3) COMP-3.", "10 B PIC X.",
                  "05 Z PIC XX."]
        writes = ["OPEN OUTPUT F."]
        for n in range(6):
            writes.append(f"MOVE {n} TO N.")
            for i in range(n):
                writes += [f"MOVE {-i if i % 2 else i} TO A({i + 1}).", f'MOVE "{chr(97 + i)}" TO B({i + 1}).']
            writes += [f'MOVE "z{n}" TO Z.', "WRITE R."]
        fd = " RECORD IS VARYING IN SIZE FROM 3 TO 18"
        self.run_cobol("odo", cobol_source(record, "odo.dat", [], writes + ["CLOSE F."], fd), "-fodoslide")
        data, layout = self.folder / "odo.dat", self.folder / "odo.toml"
        layout.write_text(layout_text([
            '{ name = "N", length = 1, type = "integer" },',
            '{ group = "T", repeat = 5, depending_on = "N", fields = [',
            '  { name = "A", length = 2, type = "integer", encoding = "packed", signed = true },',
            '  { name = "B", length = 1 } ] },', '{ name = "Z", length = 2 },'], 18,
            'framing = { by = "rdw", inclusive = false }'))
        found = self.decode(layout, data)
        for n, fields in enumerate(found):
            table = [{"A": str(-i if i % 2 else i), "B": chr(97 + i)} for i in range(n)]
            self.assertEqual({"T": [], **fields}, {"N": str(n), "T": table, "Z": f"z{n}"})
        self.assertEqual(len(found), 6)
        self.check_round_trip(layout, data, self.folder / "again.dat")
        self.assertEqual(self.by_copybook("odo", record, data, 'framing = { by = "rdw", inclusive = false }'), found)
        reads = ["OPEN INPUT F.", "PERFORM 6 TIMES", "READ F", "DISPLAY N Z", "END-PERFORM.", "CLOSE F."]
        shown = self.run_cobol("odo_reader", cobol_source(record, "again.dat", [], reads, fd), "-fodoslide")
        self.assertEqual(shown.split(), [f"{n}z{n}" for n in range(6)])
        print("GnuCOBOL: OCCURS 0 TO 5 DEPENDING ON with a field behind it, 6 records")

    def test_redefines(self):
        record = ["01 R.", "05 K PIC X.", "05 A PIC X(4).", "05 B REDEFINES A PIC S9(7) COMP-3.",
                  "05 C REDEFINES A.", "10 C1 PIC 9(4) COMP.", "10 C2 PIC XX."]
        writes = ["OPEN OUTPUT F.", 'MOVE "A" TO K.', 'MOVE "text" TO A.', "WRITE R.", 'MOVE "B" TO K.',
                  "MOVE -1234567 TO B.", "WRITE R.", 'MOVE "C" TO K.', "MOVE 4711 TO C1.", 'MOVE "xy" TO C2.', "WRITE R.",
                  'MOVE "?" TO K.', "WRITE R.", "CLOSE F."]
        self.run_cobol("redefines", cobol_source(record, "redefines.dat", [], writes))
        data, layout = self.folder / "redefines.dat", self.folder / "redefines.toml"
        layout.write_text(layout_text([
            '{ name = "K", length = 1 },', "{ variants = [",
            '{ name = "A", when = { field = "K", is = "A" }, fields = [ { name = "V", length = 4 } ] },',
            '{ name = "B", when = { field = "K", is = "B" }, fields = [ { name = "V", length = 4, type = "integer", encoding = "packed", signed = true } ] },',
            '{ name = "C", when = { field = "K", is = "C" }, fields = [ { name = "C1", length = 2, type = "integer", encoding = "binary", digits = 4 }, { name = "C2", length = 2 } ] },',
            '], raw = "RAW", length = 4 },'], 5))
        found = [{k: v for k, v in fields.items() if v is not None} for fields in self.decode(layout, data)]
        self.assertEqual(found, [{"K": "A", "A": {"V": "text"}}, {"K": "B", "B": {"V": "-1234567"}},
                                 {"K": "C", "C": {"C1": "4711", "C2": "xy"}}, {"K": "?", "RAW": "12677879"}])
        self.check_round_trip(layout, data, self.folder / "again.dat")
        chosen = """line_end = "none"
[redefines]
A = [{ use = "A", when = { field = "K", is = "A" } }, { use = "B", when = { field = "K", is = "B" } },
     { use = "C", when = { field = "K", is = "C" } }]"""
        self.assertEqual(self.by_copybook("redefines", record, data, chosen),
                         [{"K": "A", "A": "text"}, {"K": "B", "B": "-1234567"}, {"K": "C", "C": {"C1": "4711", "C2": "xy"}},
                          {"K": "?", "A_RAW": "12677879"}])
        print("GnuCOBOL: REDEFINES by a discriminator, 4 records")

    def test_sync(self):
        """Slack bytes before an item that is SYNC: they are fields, so that they come back as they were."""
        record = ["01 R.", "05 A PIC X.", "05 B PIC S9(4) COMP SYNC.", "05 C PIC X.", "05 D PIC S9(9) COMP SYNC.", "05 E PIC X.",
                  "05 G PIC S9(18) COMP SYNC.", "05 H PIC X.", "05 I COMP-2 SYNC."]
        writes = ["OPEN OUTPUT F.", "MOVE ALL X\"AA\" TO R.", 'MOVE "a" TO A.', "MOVE -2 TO B.", 'MOVE "c" TO C.',
                  "MOVE 123456789 TO D.", 'MOVE "e" TO E.', "MOVE -123456789012345678 TO G.", 'MOVE "h" TO H.', "MOVE 1.5 TO I.",
                  "WRITE R.", "CLOSE F."]
        self.run_cobol("sync", cobol_source(record, "sync.dat", [], writes))
        data, layout = self.folder / "sync.dat", self.folder / "sync.toml"
        binary = 'type = "integer", encoding = "binary", signed = true'
        layout.write_text(layout_text([
            '{ name = "A", length = 1 },', '{ name = "S1", length = 1, type = "hex" },', f'{{ name = "B", length = 2, {binary} }},',
            '{ name = "C", length = 1 },', '{ name = "S2", length = 3, type = "hex" },', f'{{ name = "D", length = 4, {binary} }},',
            '{ name = "E", length = 1 },', '{ name = "S3", length = 3, type = "hex" },', f'{{ name = "G", length = 8, {binary} }},',
            '{ name = "H", length = 1 },', '{ name = "S4", length = 7, type = "hex" },',
            '{ name = "I", length = 8, type = "decimal", encoding = "float", byte_order = "little" },'], 40))
        (found,) = self.decode(layout, data)
        self.assertEqual(found, {"A": "a", "S1": "aa", "B": "-2", "C": "c", "S2": "aaaaaa", "D": "123456789", "E": "e",
                                 "S3": "aaaaaa", "G": "-123456789012345678", "H": "h", "S4": "aa" * 7, "I": "1.5"})
        self.check_round_trip(layout, data, self.folder / "again.dat")
        (by_copybook,) = self.by_copybook("sync", record, data)
        self.assertEqual({name: by_copybook[name] for name in "ABCDEGHI"}, {name: found[name] for name in "ABCDEGHI"})
        print("GnuCOBOL: SYNC of COMP with 4, 9 and 18 digits and of COMP-2, slack bytes kept")


if __name__ == "__main__":
    unittest.main(verbosity=1)
