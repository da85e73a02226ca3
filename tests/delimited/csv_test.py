"""Delimited files against Python's csv module: what it writes we read as it was given, what we write it reads so, and a
file that is read without a word is written back byte for byte. Dialects and rows are generated; the seed is fixed."""
import csv
import io
import json
import random

from program import Case, ROOT, main, tilmash

PIECES = ["a", "Zz", " ", ",", ";", "|", "\t", '"', '""', "'", "\n", "\r\n", "ә", "Ұ", "0", "-1", "\\", "/", "é", ""]

# name, keys of the layout, keys of the csv module, characters that the dialect can't hold
DIALECTS = [
    ("rfc 4180", {"line_end": "crlf"}, {"lineterminator": "\r\n"}, "\t"),
    ("semicolons", {"delimiter": ";"}, {"delimiter": ";"}, "\t"),
    ("pipes", {"delimiter": "|", "quote_mark": "'"}, {"delimiter": "|", "quotechar": "'"}, "\t"),
    ("tabs", {"delimiter": "\t"}, {"delimiter": "\t"}, "\t"),
    ("all quoted", {"quoted": "always"}, {"quoting": csv.QUOTE_ALL}, "\t"),
    ("backslash, all quoted", {"quote": "backslash", "quoted": "always"},
     {"quoting": csv.QUOTE_ALL, "doublequote": False, "escapechar": "\\"}, "\t"),
    ("no quotes", {"quote": "none", "delimiter": "\t"}, {"quoting": csv.QUOTE_NONE, "delimiter": "\t", "quotechar": None},
     "\t\n\r"),
]


def layout(keys, columns=3, extra=""):
    quoted = "".join(f"{key} = {json.dumps(value)}\n" for key, value in {"line_end": "lf", **keys}.items())
    fields = ", ".join(f'{{ name = "c{i}" }}' for i in range(columns))
    return (f'name = "t"\nformat = "delimited"\ncode_page = "utf-8"\n{quoted}{extra}\n[[record]]\nkind = "row"\nrepeat = true\n'
            f"item = true\nfields = [ {fields} ]\n")


class Delimited(Case):
    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text.encode())
        return path

    def rows(self, count, columns, forbidden, seed):
        chance = random.Random(seed)
        pieces = [p for p in PIECES if not any(c in p for c in forbidden)]
        return [["".join(chance.choices(pieces, k=chance.randrange(5))) for _ in range(columns)] for _ in range(count)]


class Test_csv_module_agrees(Delimited):
    def test(self):
        total = 0
        for name, ours, theirs, forbidden in DIALECTS:
            theirs = {"lineterminator": "\n", **theirs}
            for columns in (1, 2, 3, 7):
                with self.subTest(dialect=name, columns=columns):
                    if columns == 1 and ours.get("quote") == "none":
                        continue    # a row of one empty column is an empty line there, which neither can tell
                    rows = self.rows(400, columns, forbidden, f"{name} {columns}")
                    text = io.StringIO(newline="")
                    csv.writer(text, **theirs).writerows(rows)
                    source = self.write("in.csv", text.getvalue())
                    path = self.write("layout.toml", layout(ours, columns))
                    run = tilmash("decode", "--layout", path, source)
                    # A quote is protected by the module where a dialect has one; so it is by us.
                    self.check_status(run, 0)
                    read = [[json.loads(line)["fields"][f"c{i}"] or "" for i in range(columns)]
                            for line in run.out.splitlines()]
                    self.assertEqual(read, rows)
                    back = tilmash("encode", "--layout", path, stdin=run.out.encode())
                    self.check_status(back, 0)
                    self.assertEqual(back.out.encode(), source.read_bytes())
                    again = list(csv.reader(io.StringIO(back.out, newline=""), **theirs))
                    self.assertEqual(again, rows)
                    total += len(rows) * columns
        print(f"{len(DIALECTS)} dialects, {total} values equal, all files written back identical")

    def test_what_the_module_would_write_otherwise(self):
        """Needless quotes: refused, or read with a warning where the layout says so."""
        rows = self.rows(50, 3, "\t", "other")
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
        source = self.write("in.csv", text.getvalue())
        strict = tilmash("decode", "--layout", self.write("layout.toml", layout({})), source)
        self.check_status(strict, 1)
        self.assertIn("DLM-0203", strict.err)
        loose = tilmash("decode", "--layout", self.write("layout.toml", layout({"other_quotes": "accept"})), source)
        self.check_status(loose, 0)
        self.assertIn("warning[DLM-0210]", loose.err)
        self.assertEqual([[v or "" for v in json.loads(line)["fields"].values()] for line in loose.out.splitlines()], rows)

    def test_broken_files_agree(self):
        """Text behind a closing quote: the module joins it in silence, unless strict; we refuse it with a place."""
        path = self.write("layout.toml", layout({}, 2))
        run = tilmash("decode", "--layout", path, self.write("in.csv", '"a"b,c\n1,2\n'))
        self.check_status(run, 1)
        self.assertIn("DLM-0201", run.err)
        self.assertEqual(len(run.out.splitlines()), 1)
        with self.assertRaises(csv.Error):
            list(csv.reader(['"a"b,c'], strict=True))


class Test_csv_sample(Delimited):
    def test(self):
        sample = ROOT / "samples/delimited"
        run = tilmash("decode", "--layout", sample / "payments.toml", sample / "payments.csv")
        self.check_status(run, 0)
        rows = [json.loads(line)["fields"] for line in run.out.splitlines()]
        self.assertEqual([r["amount"] for r in rows], ["1250000.00", "99.50", "7.00"])
        self.assertEqual(rows[1]["payee"], 'ТОО "Көпір"')
        self.assertEqual(rows[0]["value_date"], "2026-11-23")
        self.assertEqual(rows[2]["currency"], None)
        back = tilmash("encode", "--layout", sample / "payments.toml", stdin=run.out.encode())
        self.check_status(back, 0)
        self.assertEqual(back.out.encode(), (sample / "payments.csv").read_bytes())


if __name__ == "__main__":
    main()
