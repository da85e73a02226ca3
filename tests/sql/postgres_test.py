"""A real PostgreSQL through unixODBC: every type to its last digit, polls while transactions commit out of order, answers
written once or not at all."""
import json
import os
import pathlib
import random
import resource
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from postgres import PASSWORD, Server, find_binaries  # noqa: E402
from program import ROOT, TILMASH, Case, convert, main, tilmash  # noqa: E402


class Database(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if find_binaries() is None:
            if os.environ.get("CI") == "true":
                raise AssertionError("needed under CI=true but absent: PostgreSQL and odbc-postgresql")
            print("SKIP: PostgreSQL and its ODBC driver are not here", flush=True)
            raise cls.skipTest(cls, "no PostgreSQL")
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        cls.password = cls.folder / "password"
        cls.password.write_text(PASSWORD + "\n")
        cls.password.chmod(0o600)

    def sql(self, text):
        return self.server.sql(text)

    def layout(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def decode(self, layout, *arguments, name=None):
        run = tilmash("decode", "--layout", layout, "--from", name or self.server.name, "--password-file", self.password,
                      *arguments)
        run.rows = [json.loads(line)["fields"] for line in run.out.splitlines()]
        return run

    def write(self, layout, rows, *arguments):
        lines = "".join(json.dumps({"type": "row", "fields": row}) + "\n" for row in rows)
        return tilmash("encode", "--layout", layout, "--into", self.server.name, "--password-file", self.password,
                       *arguments, stdin=lines.encode())


class Test_every_type_of_PostgreSQL_comes_whole(Database):
    HEAD = 'name = "t"\nformat = "rows"\n'

    def value(self, expression, column):
        """One value through a layout of one column: what it became, or the code of the reject."""
        expression = expression.replace("\\", "\\\\")
        layout = self.layout("one.toml", f'{self.HEAD}from = """(select {expression} as v) q"""\ncolumns = [{{ name = "v", '
                                         f'{column} }}]\n')
        run = self.decode(layout)
        if run.rows:
            self.check_status(run, 0)
            return run.rows[0].get("v")
        self.check_status(run, 1)
        return run.err.split("[")[1][:8]

    def test_values(self):
        digits38 = "1234567890123456789012345678.0123456789"
        long_text = "Қ" * 50_000
        for expression, column, expected in [
            ("1234567890.1200000000::numeric(38,10)", 'type = "decimal", scale = 2', "1234567890.12"),
            ("0.00000001::numeric(38,10)", 'type = "decimal", scale = 8', "0.00000001"),
            ("1234567890.1234567890::numeric(38,10)", 'type = "decimal", scale = 2', "ROW-0207"),
            (f"{digits38}::numeric(38,10)", 'type = "decimal", scale = 10', "ROW-0207"),
            (f"{digits38}::numeric(38,10)", 'type = "text"', digits38),
            ("'NaN'::numeric", 'type = "decimal", scale = 2', "ROW-0206"),
            ("-9999999999999999.99::numeric", 'type = "decimal", scale = 2', "-9999999999999999.99"),
            ("'1234.56'::money", 'type = "decimal", scale = 2', "ROW-0206"),
            ("'1234.56'::money", 'type = "decimal", scale = 2, read = "v::numeric"', "1234.56"),
            ("1.1::float8", 'type = "decimal", scale = 2', "ROW-0213"),
            ("1.1::float4", 'type = "decimal", scale = 2', "ROW-0213"),
            ("1.5::float8", 'inexact = true', "1.5"),
            ("9223372036854775807::bigint", 'type = "integer"', "ROW-0207"),
            ("999999999999999999::bigint", 'type = "integer"', "999999999999999999"),
            ("'77'::xid8", 'type = "integer"', "77"),
            ("'2026-11-21'::date", 'type = "date"', "2026-11-21"),
            ("'infinity'::date", 'type = "date"', "ROW-0209"),
            ("'2026-11-21 12:00:00.123456+05'::timestamptz", 'type = "datetime"', "2026-11-21T07:00:00.123456Z"),
            ("'2026-07-21 12:00:00-04'::timestamptz", 'type = "datetime"', "2026-07-21T16:00:00Z"),
            ("'2026-07-21 12:00:00-04'::timestamptz", 'type = "datetime", zone = "+05:00"', "ROW-0211"),
            ("'2026-11-21 12:00:00'::timestamp", 'type = "datetime"', "ROW-0211"),
            ("'2026-11-21 12:00:00'::timestamp", 'type = "datetime", zone = "none"', "2026-11-21T12:00:00"),
            ("'2026-11-21 12:00:00'::timestamp", 'type = "datetime", zone = "+05:00"', "2026-11-21T12:00:00+05:00"),
            ("'2026-11-21 12:00:00+05'::timestamptz",
             '''type = "datetime", read = "cast(v at time zone 'UTC' as text)", zone = "Z"''', "2026-11-21T07:00:00Z"),
            ("true", 'type = "boolean"', "true"),
            ("false", 'type = "boolean"', "false"),
            ("'Қазақ тілі ₸ ʻўзбек'::text", "length = 40", "Қазақ тілі ₸ ʻўзбек"),
            (f"repeat('Қ', 50000)::text", "required = true", long_text),
            # Characters of two UTF-16 units at every place where the driver may cut a long text.
            *((f"repeat('x', {n}) || repeat('😀', 3000)", "required = true", "x" * n + "😀" * 3000) for n in range(4)),
            ("'ab'::char(5)", "trim = true", "ab"),
            ("'ab'::char(5)", "length = 5", "ab   "),
            ("''::text", 'empty = "value"', ""),
            ("''::text", 'empty = "null"', None),
            ("''::text", "length = 5", "ROW-0202"),
            ("null::text", "length = 5", None),
            ("null::text", "required = true", "ROW-0201"),
            ("null::numeric", 'type = "decimal", scale = 2', None),
            (r"'\x00ff10'::bytea", 'type = "binary"', "00ff10"),
            (r"''::bytea", 'type = "binary"', ""),
            (r"'\x00'::bytea", "length = 5", "ROW-0212"),
            ("sha512(repeat('x', 3)::bytea) || decode(repeat('ab', 9000), 'hex')", 'type = "binary"', None),
        ]:
            with self.subTest(expression=expression[:60], column=column):
                got = self.value(expression, column)
                if expression.startswith("sha512"):
                    self.assertEqual(len(got), 2 * (64 + 9000))
                    self.assertTrue(got.endswith("ab" * 9000))
                else:
                    self.assertEqual(got, expected)

    def test_session_zone_of_the_user_changes_nothing(self):
        self.sql("alter role core set timezone = 'America/New_York'")
        self.assertEqual(self.value("'2026-11-21 12:00:00+05'::timestamptz", 'type = "datetime"'), "2026-11-21T07:00:00Z")
        self.sql("alter role core reset timezone")

    def test_write_and_read_back(self):
        self.sql("create table everything (id bigint primary key, n numeric(38,10), t timestamptz, l timestamp, d date, "
                 "b boolean, x text, y bytea, e text)")
        layout = self.layout("everything.toml", self.HEAD + '''
from = "everything"
key = ["id"]
columns = [
  { name = "id", type = "integer", required = true },
  { name = "n", type = "decimal", scale = 10 },
  { name = "t", type = "datetime", zone = "Z" , read = "to_char(t at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')", write = "?::timestamp at time zone 'UTC'"},
  { name = "l", type = "datetime", zone = "none" },
  { name = "d", type = "date" },
  { name = "b", type = "boolean" },
  { name = "x", sensitivity = "personal" },
  { name = "y", type = "binary" },
  { name = "e", empty = "value" },
]
[write]
insert = "everything"
''')
        rows = [{"id": "1", "n": "12345678.0123456789", "t": "2026-11-21T07:00:00Z", "l": "2026-11-21T12:00:00.5",
                 "d": "2026-11-21", "b": "true", "x": "Ахметов \"Ұ\" ' ; -- ₸", "y": "00ff", "e": ""},
                {"id": "2", "n": None, "t": None, "l": None, "d": None, "b": None, "x": None, "y": None, "e": None}]
        run = self.write(layout, rows)
        self.check_status(run, 0)
        self.assertIn("2 rows written", run.err)
        self.assertEqual(self.sql("select n::text || ' ' || (t = '2026-11-21 12:00:00+05') || ' ' || encode(y, 'hex') from "
                                  "everything where id = 1"), ["12345678.0123456789 true 00ff"])
        back = self.decode(layout)
        self.check_status(back, 0)
        self.assertEqual(back.rows, [rows[0], {"id": "2"}])

    def test_many_rows_in_little_memory(self):
        layout = self.layout("many.toml", self.HEAD + '''
from = "(select g as id, repeat('x', 200) as t from generate_series(1, 300000) g) q"
columns = [{ name = "id", type = "integer" }, { name = "t" }]
''')
        if "asan" in TILMASH:
            self.skipTest("a sanitizer has memory of its own")
        with open(self.folder / "many.out", "wb") as out:
            run = subprocess.Popen([TILMASH, "decode", "--layout", layout, "--from", self.server.name, "--password-file",
                                    self.password], stdout=out, stderr=subprocess.PIPE)
            _, err = run.communicate(timeout=300)
        self.assertEqual(run.returncode, 0, err)
        self.assertEqual((self.folder / "many.out").read_bytes().count(b"\n"), 300_000)
        peak_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.assertLess(peak_kb, 120_000)  # the rows are 65 MB, mapped from a file and let go

    def test_reading_cannot_write(self):
        self.sql("create table touched (id int); create function touch() returns int language sql as "
                 "'insert into touched values (1) returning id'")
        layout = self.layout("touch.toml", self.HEAD + 'from = "(select touch() as v) q"\ncolumns = [{ name = "v" }]\n')
        run = self.decode(layout)
        self.check_status(run, 4)
        self.assertIn("SQLSTATE 25006", run.err)
        self.assertEqual(self.sql("select count(*) from touched"), ["0"])


class Test_a_database_that_does_not_answer(Database):
    def layout_of(self, query):
        return self.layout("slow.toml", f'name = "t"\nformat = "rows"\nfrom = "({query}) q"\n'
                                        'columns = [{ name = "v", type = "integer" }]\n')

    def test_a_slow_statement_is_given_up(self):
        run = self.decode(self.layout_of("select 1 as v from pg_sleep(30)"), "--timeout", "1")
        self.check_status(run, 4)
        self.assertIn("SQL-0208", run.err)
        self.assertIn("57014", run.err)

    def test_a_slow_row_is_given_up(self):
        run = self.decode(self.layout_of("select v, pg_sleep(v / 3000 * 30) from generate_series(1, 3000) v"),
                          "--timeout", "1")
        self.check_status(run, 4)
        self.assertIn("SQL-0208", run.err)

    def test_time_enough(self):
        run = self.decode(self.layout_of("select 1 as v from pg_sleep(1.5)"), "--timeout", "0")
        self.check_status(run, 0)
        self.assertEqual(run.rows, [{"v": "1"}])

    def test_too_many_rows(self):
        layout = self.layout_of("select v from generate_series(1, 5001) v")
        self.check_status(self.decode(layout, "--rows-max", "5001"), 0)
        run = self.decode(layout, "--rows-max", "5000")
        self.check_status(run, 4)
        self.assertIn("SQL-0209", run.err)

    def test_a_server_that_is_silent(self):
        """Its processes are stopped while a statement runs: no timeout of its own can help."""
        import signal
        import time
        layout = self.layout_of("select 1 as v from pg_sleep(2)")
        command = [TILMASH, "decode", "--layout", str(layout), "--from", self.server.name, "--password-file",
                   str(self.password), "--timeout", "6"]
        program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(1)
        backends = [int(pid) for pid in self.sql("select pid from pg_stat_activity where query like '%pg_sleep(2)%' "
                                                 "and pid <> pg_backend_pid()")]
        self.assertEqual(len(backends), 1)
        os.kill(backends[0], signal.SIGSTOP)
        try:
            out, err = program.communicate(timeout=60)
        finally:
            os.kill(backends[0], signal.SIGCONT)
        self.assertEqual(program.returncode, 4, err)
        self.assertEqual(out, b"")
        self.assertIn(b"no answer for 10 seconds", err)
        self.assertIn(b"CLI-0052", err)


class Test_the_password_stays_unseen(Database):
    def setUp(self):
        self.one = self.layout("one.toml", 'name = "t"\nformat = "rows"\nfrom = "(select 1 as v) q"\ncolumns = [{ name = "v" }]\n')

    def test_given_by_environment(self):
        os.environ["CORE_PASSWORD"] = PASSWORD
        run = tilmash("decode", "--layout", self.one, "--from", self.server.name, "--password-env", "CORE_PASSWORD")
        self.check_status(run, 0)
        run = tilmash("decode", "--layout", self.one, "--from", self.server.name, "--password-env", "NO_SUCH_VARIABLE")
        self.check_status(run, 4)
        self.assertIn("CLI-0051", run.err)

    def test_wrong_or_missing(self):
        for arguments in ([], ["--password-file", "/dev/null"]):
            run = tilmash("decode", "--layout", self.one, "--from", self.server.name, *arguments)
            self.check_status(run, 4)
            self.assertIn("SQL-0102", run.err)
        wrong = self.folder / "wrong"
        wrong.write_text("not-the-password")
        run = tilmash("decode", "--layout", self.one, "--from", self.server.name, "--password-file", wrong)
        self.check_status(run, 4)
        self.assertNotIn("not-the-password", run.out + run.err)

    def test_on_the_command_line_is_refused(self):
        run = tilmash("decode", "--layout", self.one, "--from", self.server.name + ";PWD=hunter2")
        self.check_status(run, 4)
        self.assertIn("SQL-0103", run.err)
        self.assertNotIn("hunter2", run.out + run.err)


HORIZON = '''
[poll]
order = ["txid", "id"]
since = "(txid, id) > (cast(:txid as xid8), cast(:id as bigint))"
until = "txid < pg_snapshot_xmin(pg_current_snapshot())"
'''
OVERLAP = '''
[poll]
order    = ["id"]
since    = "id > cast(:id as bigint) - 1000"
remember = 2000
'''
NAIVE = '''
[poll]
order    = ["id"]
since    = "id > cast(:id as bigint)"
in_order = true
'''


class Test_a_row_that_commits_late_is_not_skipped(Database):
    """Sequences hand out numbers before their transactions commit, in whatever order those end."""

    def setUp(self):
        self.number = getattr(type(self), "number", 0) + 1
        type(self).number = self.number
        self.table = f"outbox{self.number}"
        self.sql(f"create table {self.table} (id bigserial primary key, txid xid8 not null default pg_current_xact_id(), "
                 "ref text not null)")
        self.first = True

    def poller(self, poll):
        layout = self.layout(f"{self.table}.toml", f'''
name = "core.{self.table}"
format = "rows"
from = "{self.table}"
key = ["id"]
columns = [
  {{ name = "id", type = "integer", required = true }},
  {{ name = "txid", type = "integer", required = true }},
  {{ name = "ref", required = true }},
]
{poll}''')
        state = self.folder / f"{self.table}.state"

        def poll_once():
            arguments = ["--from-start"] if not state.exists() else []
            run = self.decode(layout, "--watermark-state", state, *arguments)
            self.check_status(run, 0)
            return [row["ref"] for row in run.rows]
        return poll_once

    def insert(self, session, ref):
        session.do(f"insert into {self.table} (ref) values ('{ref}')")

    def late_commit(self, poll):
        """A draws its number first and commits last; what the polls after each commit brought."""
        a, b = self.server.session(), self.server.session()
        a.do("begin")
        self.insert(a, "A")
        b.do("begin")
        self.insert(b, "B")
        b.do("commit")
        poll_once = self.poller(poll)
        first = poll_once()
        a.do("commit")
        second = poll_once()
        third = poll_once()
        a.close()
        b.close()
        return first, second, third

    def test_a_horizon_waits(self):
        self.assertEqual(self.late_commit(HORIZON), ([], ["A", "B"], []))

    def test_an_overlap_looks_back(self):
        self.assertEqual(self.late_commit(OVERLAP), (["B"], ["A"], []))

    def test_without_either_the_row_is_lost(self):
        """What the two are there for: in_order = true is a promise that this table does not keep."""
        self.assertEqual(self.late_commit(NAIVE), (["B"], [], []))

    def test_a_prepared_transaction_holds_the_horizon(self):
        poll_once = self.poller(HORIZON)
        session = self.server.session()
        session.do("begin")
        self.insert(session, "prepared")
        session.do("prepare transaction 'p1'")
        self.insert(session, "after")
        self.assertEqual(poll_once(), [])
        session.do("commit prepared 'p1'")
        self.assertEqual(poll_once(), ["prepared", "after"])
        session.close()

    def test_a_rollback_leaves_no_trace(self):
        poll_once = self.poller(HORIZON)
        session = self.server.session()
        session.do("begin")
        self.insert(session, "gone")
        session.do("rollback")
        self.insert(session, "stays")
        self.assertEqual(poll_once(), ["stays"])
        session.close()

    def random_writers(self, poll):
        """Six writers with transactions that end in any order, a fifth of them rolled back, while polls go on."""
        chance = random.Random(20261121)
        committed, lock, polled = [], threading.Lock(), []
        stop = threading.Event()

        def write(name, seed):
            rng = random.Random(seed)
            session = self.server.session()
            for number in range(40):
                refs = [f"{name}-{number}-{i}" for i in range(rng.randint(1, 3))]
                session.do("begin")
                for ref in refs:
                    self.insert(session, ref)
                    session.do(f"select pg_sleep({rng.uniform(0, 0.02)})")
                good = rng.random() < 0.8
                session.do("commit" if good else "rollback")
                if good:
                    with lock:
                        committed.extend(refs)
            session.close()
        writers = [threading.Thread(target=write, args=(f"w{i}", chance.random())) for i in range(6)]
        poll_once = self.poller(poll)

        def poll_on():
            while not stop.is_set():
                polled.extend(poll_once())
        polling = threading.Thread(target=poll_on)
        for thread in [polling, *writers]:
            thread.start()
        for thread in writers:
            thread.join()
        stop.set()
        polling.join()
        polled.extend(poll_once())
        # Both ways give every row once as long as nothing crashes.
        self.assertEqual(sorted(polled), sorted(committed))
        self.assertGreater(len(polled), 300)

    def test_random_writers_and_a_horizon(self):
        self.random_writers(HORIZON)

    def test_random_writers_and_an_overlap(self):
        self.random_writers(OVERLAP)


class Test_answers_are_written_once_or_not_at_all(Database):
    LAYOUT = '''
name = "core.answers"
format = "rows"
from = "{table}"
key = ["ref"]
columns = [
  {{ name = "ref", required = true, length = 16 }},
  {{ name = "status", codes = ["A", "R"] }},
  {{ name = "amount", type = "decimal", scale = 2 }},
]
[write]
{write}
'''
    A = {"ref": "P1", "status": "A", "amount": "100.50"}
    B = {"ref": "P2", "status": "R", "amount": None}

    def setUp(self):
        self.number = getattr(type(self), "number", 0) + 1
        type(self).number = self.number
        self.table = f"answers{self.number}"
        self.sql(f"create table {self.table} (ref varchar(16) primary key, status char(1) check (status <> 'X'), "
                 "amount numeric(10,2))")

    def answers(self, write):
        return self.layout(f"{self.table}.toml", self.LAYOUT.format(table=self.table, write=write))

    def there(self):
        return self.sql(f"select concat_ws(' ', ref, coalesce(status, '-'), coalesce(amount::text, '-')) from {self.table} order by ref")

    def refused(self, run, *codes):
        self.check_status(run, 1)
        for code in codes:
            self.assertIn(code, run.err)

    def test_insert(self):
        layout = self.answers(f'insert = "{self.table}"')
        run = self.write(layout, [self.A, self.B])
        self.check_status(run, 0)
        self.assertEqual(self.there(), ["P1 A 100.50", "P2 R -"])
        run = self.write(layout, [self.A, self.B])
        self.check_status(run, 0)
        self.assertIn("0 rows written, 2 were there already", run.err)
        before = self.there()
        new = {"ref": "P3", "status": "A", "amount": "1.00"}
        self.refused(self.write(layout, [new, {**self.A, "amount": "100.51"}]), "SQL-0303", "record 2")
        # What the layout can't hold keeps the rest from being written too.
        self.refused(self.write(layout, [new, {**self.B, "ref": "P4", "amount": "0.001"}]), "ROW-0207")
        self.refused(self.write(layout, [new, {**self.B, "ref": "P4", "status": "Q"}]), "ROW-0205")
        # What the database refuses, and what it would change.
        self.refused(self.write(layout, [new, {**self.B, "ref": "P4", "amount": "999999999.00"}]), "SQL-0201", "22003")
        self.assertEqual(self.there(), before)

    def test_a_narrower_column_is_noticed(self):
        self.sql(f"alter table {self.table} alter column amount type numeric(10,1)")
        layout = self.answers(f'insert = "{self.table}"')
        self.refused(self.write(layout, [self.B, {**self.A, "amount": "100.55"}]), "SQL-0306", "record 2")
        self.assertEqual(self.there(), [])

    def test_update(self):
        self.sql(f"insert into {self.table} values ('P1', null), ('P2', null), ('P3', 'R')")
        layout = self.answers(f'update = "{self.table}"\nwhen = "status is null"')
        self.refused(self.write(layout, [self.A, {**self.B, "ref": "P9"}]), "SQL-0304", "record 2")
        self.refused(self.write(layout, [self.A, {**self.A, "ref": "P3"}]), "SQL-0305", "record 2")
        self.assertEqual(self.there(), ["P1 - -", "P2 - -", "P3 R -"])
        self.check_status(self.write(layout, [self.A, self.B]), 0)
        run = self.write(layout, [self.A, self.B])
        self.assertIn("0 rows written, 2 were there already", run.err)
        self.assertEqual(self.there(), ["P1 A 100.50", "P2 R -", "P3 R -"])

    def test_procedure(self):
        self.sql(f"create procedure post{self.number}(r text, s text, a numeric) language plpgsql as $$ begin "
                 f"if s = 'R' and a is not null then raise exception 'amount % of a rejection', a; end if; "
                 f"if r <> 'P8' then insert into {self.table} values (r, s, a); end if; end $$")
        layout = self.answers(f'call = "call post{self.number}(:ref, :status, cast(:amount as numeric))"')
        self.check_status(self.write(layout, [self.A, self.B]), 0)
        self.assertEqual(self.there(), ["P1 A 100.50", "P2 R -"])
        run = self.write(layout, [self.A, self.B])
        self.assertIn("0 rows written, 2 were there already", run.err)
        new = {"ref": "P3", "status": "A", "amount": "1.00"}
        run = self.write(layout, [new, {"ref": "P4", "status": "R", "amount": "77.77"}])
        self.refused(run, "SQL-0201", "P0001")
        self.assertNotIn("77.77", run.err)  # the database's words quote a value
        self.refused(self.write(layout, [new, {"ref": "P8", "status": "A", "amount": "1.00"}]), "SQL-0306", "record 2")
        self.assertEqual(self.there(), ["P1 A 100.50", "P2 R -"])

    def test_a_connection_that_is_lost(self):
        self.sql(f"create procedure cut{self.number}(r text) language plpgsql as $$ begin insert into {self.table} values (r); "
                 "if r = 'P2' then perform pg_terminate_backend(pg_backend_pid()); end if; end $$")
        layout = self.answers(f'call = "call cut{self.number}(:ref)"')
        rows = [{"ref": ref, "status": None, "amount": None} for ref in ("P1", "P2", "P3")]
        self.refused(self.write(layout, rows), "SQL-0201", "record 2")
        self.assertEqual(self.there(), [])

    def test_a_commit_that_fails(self):
        self.sql(f"create table parents{self.number} (ref varchar(16) primary key); alter table {self.table} add foreign key "
                 f"(ref) references parents{self.number} deferrable initially deferred")
        layout = self.answers(f'insert = "{self.table}"')
        self.refused(self.write(layout, [self.A, self.B]), "SQL-0307")
        self.assertEqual(self.there(), [])
        self.sql(f"insert into parents{self.number} values ('P1'), ('P2')")
        self.check_status(self.write(layout, [self.A, self.B]), 0)

    def test_two_writers_at_once(self):
        """The same answers from two processes: one writes them, the other finds them or fails; they are there once."""
        layout = self.answers(f'insert = "{self.table}"')
        rows = [{"ref": f"P{i:05}", "status": "A", "amount": "1.00"} for i in range(400)]
        runs = []
        threads = [threading.Thread(target=lambda: runs.append(self.write(layout, rows))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertIn(0, [run.status for run in runs])
        self.assertTrue(all(run.status in (0, 1) for run in runs))
        self.assertEqual(len(self.there()), 400)
        self.check_status(self.write(layout, rows), 0)


class Test_payments_of_PostgreSQL_become_messages(Database):
    def test_convert(self):
        script = (ROOT / "samples/core-db/core.sql").read_text().replace("integer primary key autoincrement",
                                                                        "bigserial primary key")
        self.sql(script)
        feed = self.folder / "feed"
        feed.mkdir()
        for name in ("layout.toml", "mapping.toml"):
            text = (ROOT / "samples/core-db/payments" / name).read_text()
            text = text.replace('"ID > :ID"', '"ID > cast(:ID as bigint)"').replace('in_order = true         #', 'in_order = true #')
            (feed / name).write_text(text)
        state = self.folder / "state"
        more = ["--from", self.server.name, "--password-file", self.password, "--watermark-state", state]

        def poll(out, *arguments):
            return tilmash("convert", "--mapping", feed, "--to", "pacs.008.001.08", "--out", self.folder / out,
                           "--as-of", "2026-11-21T10:00:00+05:00", *more, *arguments)
        run = poll("first", "--from-start")
        self.check_status(run, 1)
        report = json.loads((self.folder / "first/report.json").read_text())
        self.assertEqual((report["items"]["in"], report["items"]["out"], report["items"]["rejected"]), (4, 3, 1), report)
        run = poll("nothing")
        self.check_status(run, 0)
        self.assertFalse((self.folder / "nothing").exists())
        self.sql("insert into OUT_PAYMENTS select 100, 'DB26112100000099', AMOUNT, CCY, VALUE_DATE, CREATED_AT, DR_NAME, "
                 "DR_ACCT, DR_BIN, CR_NAME, CR_ACCT, CR_BIC, KNP, NARRATIVE from OUT_PAYMENTS where ID = 1")
        run = poll("second")
        self.check_status(run, 0)
        text = "".join(p.read_text() for p in (self.folder / "second/pacs.008.001.08").glob("*.xml"))
        self.assertIn("DB26112100000099", text)
        self.assertIn("16162503.77", text)
        self.assertIn("Қожахметова Назгүл Дәуренқызы", text)
        # A run that can't publish does not move the watermark.
        self.sql("update OUT_PAYMENTS set ID = 101, REF_NO = 'DB26112100000100' where ID = 100")
        before = state.read_text()
        self.check_status(poll("second"), 4)
        self.assertEqual(state.read_text(), before)
        self.check_status(poll("third"), 0)
        self.assertNotEqual(state.read_text(), before)


if __name__ == "__main__":
    main()
