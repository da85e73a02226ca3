"""The sample core as docs/databases.md shows it, and what can go wrong with a file that is a database: REAL amounts, writers
at the same time, a state file that is missing, damaged or in use."""
import fcntl
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import threading
from pathlib import Path

from program import ROOT, TILMASH, Case, main, tilmash

SAMPLE = ROOT / "samples/core-db"


class Database(Case):
    def setUp(self):
        self.place = self.folder / self.id().rsplit(".", 1)[-1]
        self.place.mkdir()
        self.file = self.place / "core.db"
        self.state = self.place / "core.state"
        self.name = f"sqlite:{self.file}"

    def sql(self, text):
        with sqlite3.connect(self.file, isolation_level=None) as database:
            rows = database.executescript(text) if ";" in text else database.execute(text).fetchall()
        database.close()
        return rows

    def layout(self, text, name="layout.toml"):
        path = self.place / name
        path.write_text(text, encoding="utf-8")
        return path

    def decode(self, layout, *arguments):
        run = tilmash("decode", "--layout", layout, "--from", self.name, *arguments)
        run.rows = [json.loads(line)["fields"] for line in run.out.splitlines()]
        return run


class Test_the_sample_core(Database):
    def setUp(self):
        super().setUp()
        self.sql((SAMPLE / "core.sql").read_text())

    def test_read(self):
        run = self.decode(SAMPLE / "payments/layout.toml")
        self.check_status(run, 1)
        self.assertEqual([(row["ID"], row["AMOUNT"]) for row in run.rows],
                         [("1", "16162503.77"), ("2", "754117.67"), ("3", "0.10")])
        self.assertEqual(run.rows[1]["CREATED_AT"], "2026-11-21T09:31:12.5+05:00")
        self.assertEqual(run.rows[0]["CR_NAME"], "Қожахметова Назгүл Дәуренқызы")
        self.assertNotIn("NARRATIVE", run.rows[1])  # ''
        self.assertNotIn("NARRATIVE", run.rows[2])  # NULL
        self.assertRegex(run.err, r"ROW-0206.*row ID 4[\s\S]*record 4.*payment.AMOUNT")

    def test_rejects_have_the_row(self):
        rejects = self.place / "rejects"
        self.decode(SAMPLE / "payments/layout.toml", "--rejects", rejects)
        reject = json.loads(rejects.read_text())
        self.assertEqual((reject["code"], reject["path"], reject["record"]), ("ROW-0206", "payment.AMOUNT", 4))
        self.assertIn("t5:51,10,", bytes.fromhex(reject["raw"]).decode())
        self.assertNotIn("51,10", reject.get("found", ""))

    def test_messages(self):
        out = self.place / "out"
        run = tilmash("convert", "--mapping", SAMPLE / "payments", "--from", self.name, "--to", "pacs.008.001.08", "--out", out,
                      "--as-of", "2026-11-21T10:00:00+05:00")
        self.check_status(run, 1)
        report = json.loads((out / "report.json").read_text())
        self.assertEqual((report["items"]["in"], report["items"]["out"]), (4, 3), report)
        again = self.place / "again"
        run = tilmash("convert", "--mapping", SAMPLE / "payments", "--from", self.name, "--to", "pacs.008.001.08", "--out",
                      again, "--as-of", "2026-11-21T10:00:00+05:00")
        for file in out.rglob("*.xml"):  # the same rows, the same bytes
            self.assertEqual(file.read_bytes(), (again / file.relative_to(out)).read_bytes())
            self.check_status(tilmash("validate", file), 0)

    def test_a_held_run_has_taken_its_rows(self):
        """They wait in OUT.held; were they read once more, releasing it would send them twice."""
        feed = self.place / "feed"
        shutil.copytree(SAMPLE / "payments", feed)
        mapping = (feed / "mapping.toml").read_text()
        (feed / "mapping.toml").write_text(mapping.replace("utc_offset", "hold_on_reject = true\nutc_offset"))

        def poll(out, *arguments):
            return tilmash("convert", "--mapping", feed, "--from", self.name, "--watermark-state", self.state, "--to",
                           "pacs.008.001.08", "--out", self.place / out, *arguments)
        run = poll("first", "--from-start")
        self.check_status(run, 1)
        self.assertTrue((self.place / "first.held/report.json").exists())
        self.assertIn("0 new rows", poll("second").err)
        self.check_status(tilmash("convert", "--release-held", "--out", self.place / "first"), 0)

    def test_answers(self):
        def write(name=SAMPLE / "answers.jsonl"):
            return tilmash("encode", "--layout", SAMPLE / "answers/layout.toml", "--into", self.name, name)
        for expected in ("2 rows written, 0 were there already", "0 rows written, 2 were there already"):
            run = write()
            self.check_status(run, 0)
            self.assertIn(expected, run.err)
        back = self.decode(SAMPLE / "answers/layout.toml")
        given = [json.loads(line)["fields"] for line in (SAMPLE / "answers.jsonl").read_text().splitlines()]
        self.assertEqual(back.rows, given)
        changed = self.place / "changed.jsonl"
        changed.write_text((SAMPLE / "answers.jsonl").read_text().replace('"A"', '"P"'))
        run = write(changed)
        self.check_status(run, 1)
        self.assertIn("SQL-0303", run.err)
        self.assertEqual(self.decode(SAMPLE / "answers/layout.toml").rows, given)

    def test_rows_kept_in_a_file(self):
        """`encode` without --into prints rows as they travel; they are read again like any other file, and cut off they
        are in doubt."""
        kept = subprocess.run([TILMASH, "encode", "--layout", SAMPLE / "answers/layout.toml", SAMPLE / "answers.jsonl"],
                              capture_output=True, check=True).stdout
        self.assertTrue(kept.startswith(b"tilmash rows 1\n"))
        run = tilmash("decode", "--layout", SAMPLE / "answers/layout.toml", stdin=kept)
        self.check_status(run, 0)
        back = subprocess.run([TILMASH, "encode", "--layout", SAMPLE / "answers/layout.toml"], input=run.out.encode(),
                              capture_output=True, check=True).stdout
        self.assertEqual(back, kept)
        run = tilmash("decode", "--layout", SAMPLE / "answers/layout.toml", stdin=kept[:-2])
        self.check_status(run, 1)
        self.assertIn("ROW-0303", run.err)


class Test_from_a_message_to_the_table(Database):
    """The gateway's answers through a mapping into rows, and those into the table: once, whole, or not at all."""
    LAYOUT = SAMPLE / "answers/layout.toml"

    def setUp(self):
        super().setUp()
        self.sql((SAMPLE / "core.sql").read_text())
        run = tilmash("convert", "--mapping", SAMPLE / "answers", ROOT / "samples/demo-kz/status/mixed.xml", "--to",
                      "core-db.answers", "--out", self.place / "out")
        self.check_status(run, 0)
        self.rows = (self.place / "out/core-db.answers.dat").read_bytes()

    def write(self, rows):
        return tilmash("encode", "--layout", self.LAYOUT, "--into", self.name, stdin=rows)

    def test_once(self):
        for expected in ("8 rows written, 0 were there already", "0 rows written, 8 were there already"):
            run = self.write(self.rows)
            self.check_status(run, 0)
            self.assertIn(expected, run.err)
        answers = self.sql("select REF_NO, STATUS, REASON from ANSWERS order by 1")
        self.assertEqual(len(answers), 8)
        self.assertIn(("DK26112000000013", "R", "Шот жабылған"), answers)

    def test_not_at_all(self):
        for rows, code in [(self.rows[:-2], "ROW-0303"), (self.rows[:300], "ROW-0303"),
                           (self.rows.replace(b"t1:P,", b"t1:X,"), "ROW-0205"),
                           (self.rows.replace(b"t6:REASON,", b"t6:REAZON,"), "ROW-0302")]:
            run = self.write(rows)
            self.check_status(run, 1)
            self.assertIn(code, run.err)
        self.assertEqual(self.sql("select count(*) from ANSWERS"), [(0,)])


class Test_what_SQLite_does_to_values(Database):
    LAYOUT = '''
name = "t"
format = "rows"
from = "t"
key = ["id"]
columns = [
  { name = "id", type = "integer", required = true },
  { name = "v", type = "decimal", scale = 2 },
]
[write]
insert = "t"
'''

    def test_a_float_is_refused_with_its_row(self):
        # 16 digits: SQLite itself would print 1234567890123456.75
        self.sql("create table t (id integer primary key, v decimal(18,2)); insert into t values (1, '1234567890123456.78'), "
                 "(2, 12.5), (3, '7'), (4, 'n/a')")
        run = self.decode(self.layout(self.LAYOUT))
        self.check_status(run, 1)
        self.assertEqual(run.rows, [{"id": "3", "v": "7.00"}])
        self.assertEqual(re.findall(r"\[(\S+)\].*\(row id (\d)\)", run.err),
                         [("ROW-0213", "1"), ("ROW-0213", "2"), ("ROW-0206", "4")])

    def test_what_would_become_a_float_is_not_written(self):
        self.sql("create table t (id integer primary key, v decimal(18,2));")
        lines = "".join(json.dumps({"type": "row", "fields": {"id": str(i), "v": v}}) + "\n"
                        for i, v in enumerate(["5.00", "1234567890123456.78"]))
        run = tilmash("encode", "--layout", self.layout(self.LAYOUT), "--into", self.name, stdin=lines.encode())
        self.check_status(run, 1)
        self.assertIn("SQL-0306", run.err)
        self.assertEqual(self.sql("select count(*) from t"), [(0,)])

    def test_a_layout_that_does_not_declare_it(self):
        self.sql("create table t (id integer primary key, v text);")
        bare = self.layout('name = "t"\nformat = "rows"\nfrom = "t"\ncolumns = [{ name = "id" }]\n')
        run = tilmash("encode", "--layout", bare, "--into", self.name, stdin=b"")
        self.check_status(run, 3)
        self.assertIn("CLI-0050", run.err)
        run = self.decode(bare, "--watermark-state", self.state, "--from-start")
        self.check_status(run, 3)
        self.assertIn("CLI-0050", run.err)
        run = tilmash("decode", "--layout", ROOT / "mappings/demo-kz/status/layout.toml", "--from", self.name)
        self.check_status(run, 3)
        self.check_status(tilmash("decode", "--layout", bare, "--from", self.name, "file.dat"), 2)
        self.check_status(tilmash("decode", "--layout", bare, "--watermark-state", self.state), 2)


class Test_polling_a_file(Database):
    LAYOUT = '''
name = "feed"
format = "rows"
from = "t"
key = ["id"]
columns = [
  { name = "id", type = "integer", required = true },
  { name = "at", type = "datetime", separator = "T", required = true },
]
[poll]
order = ["at", "id"]
since = "at > strftime('%Y-%m-%dT%H:%M:%SZ', :at, '-10 minutes')"
remember = 100
'''

    def setUp(self):
        super().setUp()
        self.sql("pragma journal_mode = wal; create table t (id integer, at text);")
        self.feed = self.layout(self.LAYOUT)

    def poll(self, *arguments, status=0):
        run = self.decode(self.feed, "--watermark-state", self.state, *arguments)
        self.check_status(run, status)
        run.ids = [row["id"] for row in run.rows]
        return run

    def test_times_that_were_taken_before_the_lock(self):
        """WAL has one writer at a time, but a time that a program took before it waited for its turn is an old one."""
        first = sqlite3.connect(self.file, isolation_level=None)
        self.sql("insert into t values (2, '2026-11-21T10:00:05Z');")
        self.assertEqual(self.poll("--from-start").ids, ["2"])
        first.execute("begin immediate")
        first.execute("insert into t values (1, '2026-11-21T10:00:01Z')")
        run = self.poll()  # while the other holds its transaction open
        self.assertEqual((run.ids, "1 known ones left out" in run.err), ([], True))
        first.execute("commit")
        self.assertEqual(self.poll().ids, ["1"])
        self.assertEqual(self.poll().ids, [])
        first.close()

    def test_a_reader_sees_one_state(self):
        """Rows that writers commit while a poll reads are there at the next one: each once, none twice."""
        seen = self.poll("--from-start").ids
        stop = threading.Event()

        def write():
            database = sqlite3.connect(self.file, isolation_level=None, timeout=30)
            for i in range(300):
                database.execute("insert into t values (?, ?)", (i, f"2026-11-21T10:00:{i % 7 * 7 + 1:02}Z"))
            database.close()
            stop.set()
        writer = threading.Thread(target=write)
        self.feed = self.layout(self.LAYOUT.replace("remember = 100", "remember = 1000"))
        writer.start()
        while not stop.is_set():
            seen += self.poll().ids
        writer.join()
        seen += self.poll().ids
        self.assertEqual(sorted(map(int, seen)), list(range(300)))

    def test_the_state_is_asked_for_and_kept_whole(self):
        self.sql("insert into t values (1, '2026-11-21T10:00:05Z');")
        run = self.poll(status=4)
        self.assertIn("FIL-0007", run.err)
        self.assertEqual(self.poll("--from-start").ids, ["1"])
        self.assertIn("FIL-0007", self.poll("--from-start", status=4).err)
        self.assertEqual(stat.S_IMODE(os.stat(self.state).st_mode), 0o600)
        first = self.state.read_bytes()
        self.sql("insert into t values (2, '2026-11-21T10:00:06Z');")
        self.assertEqual(self.poll().ids, ["2"])
        previous = self.state.with_name("core.state.previous")
        self.assertEqual(previous.read_bytes(), first)
        self.assertNotIn("2", json.loads(self.state.read_text())["keys"])  # digests, no keys
        # One step back: the row comes again.
        shutil.copy(previous, self.state)
        self.assertEqual(self.poll().ids, ["2"])
        self.assertEqual({p.name for p in self.place.iterdir()} - {"core.db-wal", "core.db-shm"},
                         {"core.db", "core.state", "core.state.previous", "layout.toml"})
        self.state.write_text(self.state.read_text()[:-20])
        self.assertIn("SQL-0206", self.poll(status=3).err)

    def test_another_poll_at_the_same_time(self):
        self.poll("--from-start")
        with open(f"{self.state}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertIn("FIL-0003", self.poll(status=4).err)

    def test_a_reader_of_the_output_that_goes_away(self):
        self.sql("begin; " + "".join(f"insert into t values ({i}, '2026-11-21T10:00:05Z');" for i in range(50)) + "commit;")
        with open("/dev/full", "w") as full:
            run = subprocess.run([TILMASH, "decode", "--layout", self.feed, "--from", self.name, "--watermark-state", self.state,
                                  "--from-start"], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(run.returncode, 4)
        self.assertFalse(self.state.exists())
        self.assertEqual(len(self.poll("--from-start").ids), 50)

    def test_a_state_that_cannot_be_kept(self):
        """What was printed is printed again by the next poll: twice rather than never."""
        self.sql("insert into t values (1, '2026-11-21T10:00:05Z');")
        blocked = self.place / "core.state.new/x"
        blocked.mkdir(parents=True)
        run = self.poll("--from-start", status=4)
        self.assertEqual(run.ids, ["1"])
        self.assertIn("FIL-0009", run.err)
        shutil.rmtree(blocked.parent)
        self.assertEqual(self.poll("--from-start").ids, ["1"])

    def test_more_rows_than_can_be_remembered(self):
        self.sql("begin; " + "".join(f"insert into t values ({i}, '2026-11-21T10:00:05Z');" for i in range(101)) + "commit;")
        run = self.poll("--from-start", status=4)
        self.assertIn("SQL-0204", run.err)
        self.assertEqual(run.rows, [])
        self.assertFalse(self.state.exists())


class Test_a_driver_of_which_nothing_is_known(Database):
    """The sample through ODBC's own means alone; SQLite's driver stands for all."""

    def setUp(self):
        super().setUp()
        ini = Path("/etc/odbcinst.ini")
        if not ini.exists() or "[SQLite3]" not in ini.read_text():
            self.need("/etc/odbcinst.ini with SQLite3 (libsqliteodbc)")
        self.sql((SAMPLE / "core.sql").read_text())
        self.odbc = f"odbc:Driver=SQLite3;Database={self.file}"

    def test_read_and_write(self):
        run = tilmash("decode", "--layout", SAMPLE / "payments/layout.toml", "--from", self.odbc)
        self.check_status(run, 1)
        direct = self.decode(SAMPLE / "payments/layout.toml")
        self.assertEqual(run.out, direct.out)
        self.assertIn("ROW-0206", run.err)
        for expected in ("2 rows written", "2 were there already"):
            run = tilmash("encode", "--layout", SAMPLE / "answers/layout.toml", "--into", self.odbc, SAMPLE / "answers.jsonl")
            self.check_status(run, 0)
            self.assertIn(expected, run.err)
        self.assertEqual(len(self.decode(SAMPLE / "answers/layout.toml").rows), 2)

    def test_poll(self):
        arguments = ["decode", "--layout", SAMPLE / "payments/layout.toml", "--from", self.odbc, "--watermark-state", self.state]
        self.assertIn("4 new rows", tilmash(*arguments, "--from-start").err)
        self.assertIn("0 new rows", tilmash(*arguments).err)


if __name__ == "__main__":
    main()
