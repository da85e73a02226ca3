"""What people do wrong on a bad night: the wrong words, the wrong file, a full disk. Each is said in so many words, and
nothing is half done."""
import bz2
import gzip
import io
import json
import lzma
import resource
import signal
import subprocess
import zipfile

from program import AS_OF, ROOT, SAMPLES, TILMASH, Case, convert, json_lines, main, tilmash

MAPPING = "mappings/demo-kz/outgoing"
EXTRACT = SAMPLES / "outgoing.dat"
MESSAGE = "pacs.008.001.08"
RECORD = 674  # bytes with CR LF
HEADER = "2026-11-20T00:00:00+05:00"  # the day the sample's header says


def records(count):
    """The header and the first payments of the extract, without a trailer."""
    return EXTRACT.read_bytes()[:RECORD * (1 + count)]


def trailer(payments):
    total = sum(int(record[27:42]) for record in payments)
    return f"T{len(payments):09}{total:018}".ljust(RECORD - 2).encode() + b"\r\n"


def whole(count):
    file = records(count)
    return file + trailer([file[at:at + RECORD] for at in range(RECORD, len(file), RECORD)])


class Wrong(Case):
    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def report_of(self, out):
        report = json.loads((out / "report.json").read_text())
        self.check_schema(report, "schemas/reports/report.schema.json")
        return report

    def nothing_is_left(self, out):
        self.assertEqual([p.name for p in out.parent.glob(out.name + "*")], [])


class Test_wrong_command_lines(Wrong):
    def test_what_is_wrong_is_said_in_two_lines(self):
        some = ["convert", "--mapping", MAPPING, EXTRACT, "--to", MESSAGE]
        for words, said in ((["bogus"], 'no command "tilmash bogus"'), (["qr", "bogus"], 'no command "tilmash qr bogus"'),
                            (["convert"], "INPUT"), (some, "--out"), (some + ["--out", "-"], "--out"),
                            (some + ["--out", self.folder / "a", "--batch", "0"], "--batch"),
                            (some + ["--out", self.folder / "a", "--mapping", MAPPING], "--mapping"),
                            (["decode", "--format", "bogus", EXTRACT], "--format"), (["validate"], "FILE")):
            with self.subTest(words=words):
                run = tilmash(*words)
                self.check_status(run, 2)
                lines = run.err.splitlines()
                self.assertEqual(len(lines), 2, run.err)
                self.assertRegex(lines[0], r"^error\[CLI-0006\]: ")
                self.assertIn(said, lines[0])
                self.assertRegex(lines[1], r"^   = help:  tilmash.* --help$")
        self.assertFalse((ROOT / "-").exists())

    def test_no_words_at_all_show_the_help(self):
        run = tilmash()
        self.check_status(run, 2)
        self.assertIn("convert", run.err)
        self.assertIn("Usage: tilmash mapping [", tilmash("mapping").err)

    def test_times_that_messages_could_not_carry(self):
        for text in ("", "2026-11-21", "2026-11-21T09:30:00", "2026-11-21t09:30:00Z", "2026-11-21T09:30:00z",
                     "2026-02-30T09:30:00Z", "2026-11-21T24:00:00Z", "2026-11-21T09:30:00+15:00", "2026-11-21 09:30:00Z"):
            with self.subTest(text):
                run = tilmash("convert", "--mapping", MAPPING, EXTRACT, "--to", MESSAGE, "--out", self.folder / "time",
                              "--as-of", text)
                self.check_status(run, 2)
                self.assertIn("CLI-0004", run.err)
                self.nothing_is_left(self.folder / "time")

    def test_an_endpoint_named_twice_would_pay_twice(self):
        out = self.folder / "twice"
        for ends in ([MESSAGE, MESSAGE], ["partner/v1", MESSAGE, "partner/v1"]):
            run = convert(MAPPING, EXTRACT, out, to=ends)
            self.check_status(run, 3)
            self.assertIn("PIP-0009", run.err)
            self.nothing_is_left(out)

    def test_records_without_a_mapping(self):
        run = tilmash("convert", EXTRACT, "--to", MESSAGE)
        self.check_status(run, 1)
        self.assertIn("need --mapping", run.err)

    def test_a_mapping_may_be_named_by_its_file(self):
        self.check_status(tilmash("mapping", "check", f"{MAPPING}/mapping.toml"), 0)

    def test_a_header_that_is_none(self):
        for header in ("pacs.002.001.10", "head.001.001.99"):
            run = convert(MAPPING, EXTRACT, self.folder / "head", "--header", header, to=[MESSAGE])
            self.check_status(run, 3)
            self.assertIn("PIP-0008", run.err)

    def test_an_endpoint_of_another_family_names_the_mappings_that_give_it(self):
        run = tilmash("convert", "--from", "qr", "samples/qr/elqr.txt", "--to", MESSAGE, "--out", self.folder / "qr")
        self.check_status(run, 3)
        self.assertIn("PIP-0003", run.err)
        self.assertIn("mappings/demo-kg/qr-payment", run.err)


class Test_packed_input_is_named(Wrong):
    def test_each_packing_in_each_command(self):
        content = EXTRACT.read_bytes()
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("outgoing.dat", content)
        for name, packed, said in (("gz", gzip.compress(content), "gzip"), ("zip", archive.getvalue(), "zip"),
                                   ("bz2", bz2.compress(content), "bzip2"), ("xz", lzma.compress(content), "xz"),
                                   ("zst", b"\x28\xb5\x2f\xfd" + content, "zstd"),
                                   ("pgp", b"-----BEGIN PGP MESSAGE-----\n\nhQ==\n", "OpenPGP")):
            with self.subTest(name):
                path = self.file("night." + name, packed)
                out = self.folder / "out"
                for words in (["convert", "--mapping", MAPPING, path, "--to", MESSAGE, "--out", out],
                              ["convert", "--mapping", "mappings/demo-kz/status", path, "--to", "demo-kz.status", "--out", out],
                              ["decode", "--layout", f"{MAPPING}/layout.toml", path], ["validate", path]):
                    run = tilmash(*words)
                    self.check_status(run, 4)
                    self.assertIn("FIL-0010", run.err)
                    self.assertIn(said, run.err)
                    self.nothing_is_left(out)

    def test_standard_input_too(self):
        run = tilmash("validate", "-", stdin=gzip.compress(b"<Document/>"))
        self.check_status(run, 4)
        self.assertIn("FIL-0010", run.err)

    def test_what_only_begins_alike_is_read(self):
        for content in (b"BZh is a name\n", b"\x1f\x8b\x08\xff" + b" " * 40, b"PK without more\n"):
            run = tilmash("decode", "--layout", f"{MAPPING}/layout.toml", self.file("like", content))
            self.check_status(run, 1)
            self.assertNotIn("FIL-0010", run.err)


class Test_what_is_missing_is_missed_at_its_place(Wrong):
    def test_records_of_the_file(self):
        """(file, code, record, offset, field) of every finding of the file as a whole."""
        two = whole(2)
        for name, content, wanted in (
                ("nothing", b"", [("FMT-0302", 1, 0, "header"), ("FMT-0302", 1, 0, "trailer")]),
                ("header", records(0), [("FMT-0302", 2, RECORD, "trailer")]),
                ("no-trailer", records(2), [("FMT-0302", 4, 3 * RECORD, "trailer")]),
                ("no-header", two[RECORD:], [("FMT-0302", 1, 0, "header")]),
                ("cut", two[:3 * RECORD + 7], [("FMT-0303", 4, 3 * RECORD, None),
                                               ("FMT-0302", 5, 3 * RECORD + 7, "trailer")]),
                ("mark", b"\xef\xbb\xbf" + two, [("FMT-0311", 1, 0, None), ("FMT-0302", 2, RECORD + 3, "header")])):
            with self.subTest(name):
                out = self.folder / name
                self.check_status(convert(MAPPING, self.file(name + ".dat", content), out, to=[MESSAGE]), 1)
                report = self.report_of(self.folder / (name + ".held"))
                self.assertEqual([(f["code"], f["record"], f["offset"], f.get("path"))
                                  for f in report["file_findings"]], wanted)


class Test_the_time_of_a_run(Wrong):
    def as_of(self, source, mapping=MAPPING, end=MESSAGE):
        out = self.folder / "run"
        self.assertIn(convert(mapping, source, out, to=[end], as_of=None).status, (0, 1))
        place = out if out.exists() else self.folder / "run.held"
        report = self.report_of(place)
        place.rename(self.folder / f"run-{len(list(self.folder.iterdir()))}")
        return report["as_of"]

    def test_a_file_has_its_date_with_or_without_payments(self):
        bad = records(1)[:-RECORD] + records(1)[-RECORD:].replace(b"KZT", b"ZZZ")
        for name, content in (("one", whole(1)), ("none", whole(0)), ("all rejected", bad), ("cut", records(0))):
            with self.subTest(name):
                self.assertEqual(self.as_of(self.file("in.dat", content)), {"time": HEADER, "source": "file"})
        self.assertEqual(self.as_of(self.file("in.dat", b""))["source"], "clock")

    def test_a_message_has_the_time_it_was_made(self):
        source = SAMPLES / "status/mixed.xml"
        status = ("mappings/demo-kz/status", "demo-kz.status")
        self.assertEqual(self.as_of(source, *status), {"time": "2026-11-20T18:31:07+05:00", "source": "file"})
        without_zone = source.read_bytes().replace(b"18:31:07+05:00</CreDtTm>", b"18:31:07</CreDtTm>")
        self.assertEqual(self.as_of(self.file("local.xml", without_zone), *status),
                         {"time": "2026-11-20T18:31:07+05:00", "source": "file"})


class Test_a_record_without_an_end(Wrong):
    def test_its_reject_is_bounded_and_says_what_it_left_out(self):
        payment = records(1)[RECORD:]
        long = payment[:-2] + b"X" * (3 << 20) + b"\r\n"
        path = self.file("long.dat", records(0) + long + payment + trailer([payment, payment]))
        out = self.folder / "long"
        self.check_status(convert(MAPPING, path, out, to=[MESSAGE]), 1)
        [reject] = json_lines(out / "rejects.jsonl")
        self.check_schema(reject, "schemas/reports/reject.schema.json")
        self.assertEqual((reject["code"], reject["offset"]), ("FMT-0221", RECORD))
        self.assertEqual(bytes.fromhex(reject["raw"]), long[:1 << 20])
        self.assertEqual(reject["raw_cut"], len(long) - (1 << 20))


class Test_no_room_for_the_output(Wrong):
    def run_with_room(self, words, file_bytes_max):
        """A limit on the size of files stands for a full disk."""
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes_max, file_bytes_max))
        return subprocess.run([TILMASH, *map(str, words)], cwd=ROOT, capture_output=True, preexec_fn=limit, timeout=60,
                              check=False, text=True)

    def test_the_reason_is_told_and_nothing_is_left(self):
        for room in (1000, 1_000_000):
            for shape in ("files", "bundle"):
                out = self.folder / f"full-{room}-{shape}"
                run = self.run_with_room(["convert", "--mapping", MAPPING, EXTRACT, "--to", MESSAGE, "--shape", shape,
                                          "--as-of", AS_OF, "--out", out], room)
                if room > 1000 and shape == "files":
                    self.assertEqual(run.returncode, 1)  # each is small
                    continue
                self.assertEqual(run.returncode, 4, run.stdout + run.stderr)
                self.assertIn("FIL-0005", run.stderr)
                self.assertIn("File too large", run.stderr)
                self.nothing_is_left(out)

    def test_without_a_mapping_too(self):
        out = self.folder / "json"
        run = self.run_with_room(["convert", SAMPLES / "status/mixed.xml", "--to", "json", "--out", out], 100)
        self.assertEqual(run.returncode, 4, run.stdout + run.stderr)
        self.assertIn("FIL-0005", run.stderr)
        self.nothing_is_left(out)

    def test_a_folder_that_can_not_be_made(self):
        parent = self.file("file", b"")
        run = convert(MAPPING, EXTRACT, parent / "out", to=[MESSAGE])
        self.check_status(run, 4)
        self.assertIn("FIL-0004", run.err)
        self.assertIn("Not a directory", run.err)


if __name__ == "__main__":
    main()
