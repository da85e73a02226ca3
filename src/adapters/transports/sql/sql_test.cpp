#include <doctest/doctest.h>

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

#include "adapters/transports/sql/reader.h"
#include "adapters/transports/sql/statements.h"
#include "adapters/transports/sql/utf16.h"
#include "adapters/transports/sql/watermark.h"
#include "adapters/transports/sql/writer.h"

namespace tilmash::sql {
namespace {

/// A database in a file of its own, in a temporary folder.
class TestDatabase {
 public:
  explicit TestDatabase(const char* script) {
    std::string name = (std::filesystem::temp_directory_path() / "tilmash-sql-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
    run(script);
  }
  ~TestDatabase() { std::filesystem::remove_all(folder_); }
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  void run(const char* script) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((folder_ / "t.db").c_str(), &database) == SQLITE_OK);
    REQUIRE(sqlite3_exec(database, script, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
  }
  Endpoint endpoint() const { return {"sqlite:" + (folder_ / "t.db").string(), ""}; }

 private:
  std::filesystem::path folder_;
};

RowView view_of(std::vector<std::string> names, std::vector<std::size_t> key) {
  RowView view;
  for (std::string& name : names) view.columns.push_back({std::move(name), "", "", RowType::text});
  view.key = std::move(key);
  view.from = "T";
  return view;
}

std::string codes(const Findings& findings) {
  std::string text;
  for (const Diagnostic& each : findings.kept()) text += (text.empty() ? "" : " ") + to_text(each.code);
  return text;
}

TEST_CASE("named parameters become marks, outside of strings, names and comments") {
  const RowView view = view_of({"ID", "AT"}, {0});
  const auto bound = [&](std::string_view text) {
    Findings findings;
    const auto sql = bind_names(view, text, {0, 1}, findings);
    return sql ? fmt::format("{} {}", sql->text, fmt::join(sql->parameters, ",")) : codes(findings);
  };
  CHECK(bound("ID > :ID") == "ID > ? 0");
  CHECK(bound("(AT, ID) > (cast(:AT as timestamptz), :ID)") == "(AT, ID) > (cast(? as timestamptz), ?) 1,0");
  CHECK(bound("AT > :AT::date") == "AT > ?::date 1");
  CHECK(bound("X = ':ID' and \":ID\" = 1 -- :ID\n/* :ID */ and ID = :ID") ==
        "X = ':ID' and \":ID\" = 1 -- :ID\n/* :ID */ and ID = ? 0");
  CHECK(bound("X = 'it''s :ID'") == "X = 'it''s :ID' ");
  CHECK(bound("ID > :NO") == "SQL-0104");
  CHECK(bound("ID > :IDS") == "SQL-0104");
  CHECK(bound("a[1:2]") == "SQL-0104");
  CHECK(bound("x = 'open") == "x = 'open ");
  CHECK(bound("x /*") == "x /* ");
  CHECK(bound(":") == ": ");
}

TEST_CASE("UTF-16 becomes UTF-8, half characters do not") {
  const auto converted = [](std::u16string_view units) {
    std::string text(static_cast<const char*>(static_cast<const void*>(units.data())), units.size() * 2);
    const std::string before = text;
    const bool good = utf16_to_utf8(text);
    if (!good) CHECK(text == before);
    return good ? text : "-";
  };
  CHECK(converted(u"") == "");
  CHECK(converted(u"Қазақ ₸ 😀\U0010FFFF") == "Қазақ ₸ 😀\U0010FFFF");
  CHECK(converted(u"\uD7FF\uE000\uFFFF") == "\uD7FF\uE000\uFFFF");
  CHECK(converted(u"a\xD83D") == "-");
  CHECK(converted(u"\xD83D\x0041") == "-");
  CHECK(converted(u"\xDE00") == "-");
  CHECK(converted(u"\xD83D\xD83D\xDE00") == "-");
  std::string odd = "abc";
  CHECK_FALSE(utf16_to_utf8(odd));
}

TEST_CASE("the statements of a view") {
  RowView view = view_of({"ID", "AMOUNT", "AT"}, {0});
  view.columns[1].read = "AMOUNT::numeric";
  view.columns[2].write = "cast(? as timestamptz)";
  view.poll = RowPoll{{2, 0}, "(AT, ID) > (:AT, :ID)", "AT < horizon()", 5, 10};
  Findings findings;
  CHECK(select_all(view).text == "select ID, AMOUNT::numeric, AT from T");
  CHECK(select_new(view, true, findings)->text ==
        "select ID, AMOUNT::numeric, AT from T where ((AT, ID) > (?, ?)) and (AT < horizon()) order by AT, ID");
  CHECK(select_new(view, false, findings)->text ==
        "select ID, AMOUNT::numeric, AT from T where (AT < horizon()) order by AT, ID");
  CHECK(select_shown_again(view, findings)->text == "select ID, AT from T where (AT, ID) > (?, ?)");
  CHECK(count_without_order(view).text == "select count(*) from T where AT is null or ID is null");
  CHECK(select_by_key(view).text == "select ID, AMOUNT::numeric, AT from T where ID = ?");
  view.write = RowWrite{RowWriteKind::insert, "A", "", 10};
  CHECK(write_row(view, findings)->text == "insert into A (ID, AMOUNT, AT) values (?, ?, cast(? as timestamptz))");
  view.write = RowWrite{RowWriteKind::update, "A", "AMOUNT is null", 10};
  CHECK(write_row(view, findings)->text ==
        "update A set AMOUNT = ?, AT = cast(? as timestamptz) where ID = ? and (AMOUNT is null)");
  CHECK(write_row(view, findings)->parameters == std::vector<std::size_t>{1, 2, 0});
  view.write = RowWrite{RowWriteKind::call, "call p(:ID, :AMOUNT)", "", 10};
  CHECK(write_row(view, findings)->text == "call p(?, ?)");
  CHECK_FALSE(findings.has_errors());
}

TEST_CASE("a watermark is kept and belongs to its layout") {
  RowView view = view_of({"ID", "AT"}, {0});
  view.poll = RowPoll{{1, 0}, "", "", 5, 10};
  Findings findings;
  CHECK(read_watermark("", "state", view, "core", findings)->order.empty());
  Watermark watermark;
  watermark.order = {"2026-11-21", "5\"Қ"};
  watermark.keys = {"aa", "bb"};
  const std::string text = to_json(watermark, view, "core");
  const auto again = read_watermark(text, "state", view, "core", findings);
  REQUIRE(again);
  CHECK(again->order == watermark.order);
  CHECK(again->keys == watermark.keys);
  CHECK(to_json(*again, view, "core") == text);
  CHECK_FALSE(findings.has_errors());

  const auto refused = [&](std::string_view bad, std::string_view layout) {
    Findings found;
    CHECK_FALSE(read_watermark(bad, "state", view, layout, found));
    return codes(found);
  };
  CHECK(refused(text, "other") == "SQL-0206");
  CHECK(refused("{}", "core") == "SQL-0206");
  CHECK(refused("[1]", "core") == "SQL-0206");
  CHECK(refused("nonsense", "core") == "SQL-0206");
  CHECK(refused(text.substr(0, text.size() / 2), "core") == "SQL-0206");
  CHECK(refused(R"({"watermark":"2","layout":"core","columns":["AT","ID"],"order":[],"keys":[]})", "core") ==
        "SQL-0206");
  CHECK(refused(R"({"watermark":"1","layout":"core","columns":["AT","ID"],"order":["1"],"keys":[]})", "core") ==
        "SQL-0206");
  view.poll->order = {0};
  CHECK(refused(text, "core") == "SQL-0206");
}

TEST_CASE("a database that can't be named or opened") {
  const auto refused = [](const std::string& name) {
    Findings findings;
    CHECK(Connection::open({name, ""}, Access::read, findings) == nullptr);
    return codes(findings);
  };
  CHECK(refused("core.db") == "SQL-0101");
  CHECK(refused("sqlite:/no/such/folder/core.db") == "SQL-0102");
  CHECK(refused("odbc:Driver=none;PWD=secret") == "SQL-0103");
  CHECK(refused("odbc:Driver=none; Password = secret") == "SQL-0103");
  CHECK(refused("odbc:Driver={no such driver};Database=PWD") == "SQL-0102");
}

struct ReadRun {
  std::string bytes;
  ReadCounts counts;
  Findings findings;
  bool good = false;
};

ReadRun read(const TestDatabase& database, const RowView& view, Watermark* watermark = nullptr,
             std::uint64_t rows_max = 1000) {
  ReadRun run;
  const auto connection = Connection::open(database.endpoint(), Access::read, run.findings);
  REQUIRE(connection != nullptr);
  const ByteSink sink = [&](std::string_view bytes) {
    run.bytes += bytes;
    return true;
  };
  run.good = watermark != nullptr ? read_new(*connection, view, *watermark, sink, run.counts, run.findings)
                                  : read_all(*connection, view, rows_max, sink, run.counts, run.findings);
  return run;
}

TEST_CASE("SQLite's types are told apart value by value") {
  const TestDatabase database(
      "create table T(ID integer primary key, V);"
      "insert into T values (1, 'a'), (2, 1), (3, 1.5), (4, x'00ff'), (5, null), (6, ''), (7, 9007199254740993),"
      "(8, cast(x'610062' as text))");
  const ReadRun run = read(database, view_of({"ID", "V"}, {0}));
  CHECK(run.good);
  CHECK(run.counts.rows == 8);
  using namespace std::string_view_literals;
  CHECK(run.bytes ==
        "tilmash rows 1\nt2:ID,t1:V,\nt1:1,t1:a,\nt1:2,t1:1,\nt1:3,f3:1.5,\nt1:4,b4:00ff,\nt1:5,n,\n"
        "t1:6,t0:,\nt1:7,t16:9007199254740993,\nt1:8,t3:a\0b,\n.\n"sv);
}

TEST_CASE("what the database refuses is a finding") {
  const TestDatabase database("create table T(ID integer primary key)");
  CHECK(codes(read(database, view_of({"ID", "NONE"}, {0})).findings) == "SQL-0201");
  RowView view = view_of({"ID"}, {0});
  view.columns[0].read = "ID, ID";
  CHECK(codes(read(database, view).findings) == "SQL-0203");
  view.columns[0].read = "";
  view.session = {"insert into T values (1)"};
  CHECK(codes(read(database, view).findings) == "SQL-0201");  // reading can't write
  view.session = {"select 1; select 2"};
  CHECK(codes(read(database, view).findings) == "SQL-0201");
}

TEST_CASE("a poll reads on, in order, with a limit") {
  TestDatabase database(
      "create table T(ID integer primary key, V); insert into T values (10, 'a'), (2, 'b'), (33, 'c')");
  RowView view = view_of({"ID", "V"}, {0});
  view.columns[0].type = RowType::integer;
  view.poll = RowPoll{{0}, "ID > :ID", "", 0, 2};
  Watermark watermark;
  ReadRun run = read(database, view, &watermark);
  CHECK(run.bytes == "tilmash rows 1\nt2:ID,t1:V,\nt1:2,t1:b,\nt2:10,t1:a,\n.\n");
  CHECK(run.counts.more);
  CHECK(watermark.order == std::vector<std::string>{"10"});
  run = read(database, view, &watermark);
  CHECK(run.bytes == "tilmash rows 1\nt2:ID,t1:V,\nt2:33,t1:c,\n.\n");
  CHECK_FALSE(run.counts.more);
  run = read(database, view, &watermark);
  CHECK(run.counts.rows == 0);
  CHECK(watermark.order == std::vector<std::string>{"33"});
}

TEST_CASE("an overlap shows rows again and leaves known ones out") {
  TestDatabase database("create table T(ID integer primary key, V); insert into T values (1, 'a'), (2, 'b'), (5, 'c')");
  RowView view = view_of({"ID", "V"}, {0});
  view.columns[0].type = RowType::integer;
  view.poll = RowPoll{{0}, "ID > :ID - 4", "", 3, 100};
  Watermark watermark;
  CHECK(read(database, view, &watermark).counts.rows == 3);
  CHECK(watermark.keys.size() == 2);  // 2 and 5: the next poll shows what is above 1
  database.run("insert into T values (3, 'late'), (6, 'd')");
  ReadRun run = read(database, view, &watermark);
  CHECK(run.bytes == "tilmash rows 1\nt2:ID,t1:V,\nt1:3,t4:late,\nt1:6,t1:d,\n.\n");
  CHECK(run.counts.known == 2);
  CHECK(watermark.order == std::vector<std::string>{"6"});
  // More rows in the window than can be remembered: nothing is taken.
  database.run("insert into T values (7, 'e'), (8, 'f'), (9, 'g'), (10, 'h')");
  const Watermark before = watermark;
  run = read(database, view, &watermark);
  CHECK_FALSE(run.good);
  CHECK(codes(run.findings) == "SQL-0204");
  CHECK(watermark.order == before.order);
  CHECK(watermark.keys == before.keys);
}

TEST_CASE("a limit within the overlap forgets nothing") {
  TestDatabase database(
      "create table T(ID integer primary key, V); insert into T values (10,''),(11,''),(12,''),(13,'')");
  RowView view = view_of({"ID", "V"}, {0});
  view.columns[0].type = RowType::integer;
  view.poll = RowPoll{{0}, "ID > :ID - 100", "", 50, 2};
  Watermark watermark;
  std::uint64_t rows = 0;
  for (int i = 0; i < 2; ++i) rows += read(database, view, &watermark).counts.rows;
  CHECK(rows == 4);
  // Late rows before the known ones: the poll stops among them, before it has seen those again.
  database.run("insert into T values (1,''),(2,''),(3,''),(14,'')");
  for (int i = 0; i < 6; ++i) rows += read(database, view, &watermark).counts.rows;
  CHECK(rows == 8);
}

TEST_CASE("a row that was changed and moved on is new, within the overlap too") {
  TestDatabase database("create table T(ID text primary key, V integer); insert into T values ('a', 1), ('b', 2)");
  RowView view = view_of({"ID", "V"}, {0});
  view.columns[1].type = RowType::integer;
  view.poll = RowPoll{{1}, "V > :V - 10", "", 5, 100};
  Watermark watermark;
  CHECK(read(database, view, &watermark).counts.rows == 2);
  database.run("update T set V = 3 where ID = 'a'");
  const ReadRun run = read(database, view, &watermark);
  CHECK(run.bytes == "tilmash rows 1\nt2:ID,t1:V,\nt1:a,t1:3,\n.\n");
  CHECK(run.counts.known == 1);
}

TEST_CASE("rows without a watermark are reported") {
  TestDatabase database("create table T(ID integer, V); insert into T values (1, 'a'), (null, 'b')");
  RowView view = view_of({"ID", "V"}, {0});
  view.poll = RowPoll{{0}, "ID > :ID", "", 0, 100};
  Watermark watermark;
  const ReadRun run = read(database, view, &watermark);
  CHECK(run.good);
  CHECK(codes(run.findings) == "SQL-0205");
  CHECK(watermark.order == std::vector<std::string>{"1"});
}

TEST_CASE("a floating-point number is no watermark") {
  const TestDatabase database("create table T(ID real, V); insert into T values (1.5, 'a')");
  RowView view = view_of({"ID", "V"}, {0});
  view.poll = RowPoll{{0}, "ID > :ID", "", 0, 100};
  Watermark watermark;
  const ReadRun run = read(database, view, &watermark);
  CHECK_FALSE(run.good);
  CHECK(codes(run.findings) == "SQL-0205");
  CHECK(watermark.order.empty());
}

TEST_CASE("a value beyond the limit is refused") {
  const TestDatabase database("create table T(ID, V); insert into T values (1, zeroblob(9000000))");
  CHECK(codes(read(database, view_of({"ID", "V"}, {0})).findings) == "SQL-0202");
}

TEST_CASE("no room for the rows") {
  const TestDatabase database("create table T(ID); insert into T values (1)");
  Findings findings;
  const auto connection = Connection::open(database.endpoint(), Access::read, findings);
  ReadCounts counts;
  CHECK_FALSE(read_all(
      *connection, view_of({"ID"}, {0}), 10, [](std::string_view) { return false; }, counts, findings));
  CHECK(codes(findings) == "SQL-0207");
}

TEST_CASE("more rows than are allowed") {
  const TestDatabase database("create table T(ID); insert into T values (1), (2), (3)");
  CHECK(read(database, view_of({"ID"}, {0}), nullptr, 3).good);
  const ReadRun run = read(database, view_of({"ID"}, {0}), nullptr, 2);
  CHECK_FALSE(run.good);
  CHECK(codes(run.findings) == "SQL-0209");
}

TEST_CASE("a statement that takes too long is given up") {
  const TestDatabase database("create table T(ID)");
  Endpoint endpoint = database.endpoint();
  endpoint.timeout_seconds = 1;
  Findings findings;
  const auto connection = Connection::open(endpoint, Access::read, findings);
  REQUIRE(connection != nullptr);
  RowView view = view_of({"ID"}, {0});
  view.from = "(with recursive N(ID) as (select 1 union all select ID + 1 from N) select ID from N where ID < 0) Q";
  ReadCounts counts;
  CHECK_FALSE(read_all(
      *connection, view, 10, [](std::string_view) { return true; }, counts, findings));
  CHECK(codes(findings) == "SQL-0208");
  CHECK(connection->answers() > 0);
}

struct WriteRun {
  WriteCounts counts;
  Findings findings;
  bool good = false;
};

/// Rows of "ID value", all texts.
WriteRun write(const TestDatabase& database, const RowView& view,
               const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string bytes;
  append_rows_begin(bytes, {"ID", "V"});
  for (const auto& [id, value] : rows) {
    append_row_value(bytes, {RowValueKind::text, id});
    append_row_value(bytes, {RowValueKind::text, value});
    bytes += '\n';
  }
  bytes += rows_end;
  WriteRun run;
  const auto connection = Connection::open(database.endpoint(), Access::write, run.findings);
  REQUIRE(connection != nullptr);
  const auto as_it_is = [](std::string_view row) -> std::optional<std::string> { return std::string(row); };
  run.good = write_rows(*connection, view, bytes, as_it_is, run.counts, run.findings);
  return run;
}

std::string rows_in(const TestDatabase& database) {
  const std::string bytes = read(database, view_of({"ID", "V"}, {0})).bytes;
  return bytes.substr(bytes.find('\n', rows_begin.size()) + 1);
}

TEST_CASE("rows are inserted once, all or none") {
  TestDatabase database("create table T(ID text primary key, V text check (V <> 'bad'))");
  RowView view = view_of({"ID", "V"}, {0});
  view.write = RowWrite{RowWriteKind::insert, "T", "", 3};
  WriteRun run = write(database, view, {{"1", "a"}, {"2", "b"}});
  CHECK(run.good);
  CHECK(run.counts.written == 2);
  run = write(database, view, {{"1", "a"}, {"2", "b"}, {"3", "c"}});
  CHECK(run.good);
  CHECK(run.counts.written == 1);
  CHECK(run.counts.there_already == 2);
  const std::string before = rows_in(database);
  CHECK(before == "t1:1,t1:a,\nt1:2,t1:b,\nt1:3,t1:c,\n.\n");

  run = write(database, view, {{"4", "d"}, {"1", "other"}, {"2", "another"}});
  CHECK_FALSE(run.good);
  CHECK(codes(run.findings) == "SQL-0303 SQL-0303");
  CHECK(run.findings.kept()[0].place.record_number == 2);
  CHECK(run.counts.written == 0);
  run = write(database, view, {{"4", "d"}, {"5", "bad"}});
  CHECK(codes(run.findings) == "SQL-0201");
  CHECK(run.findings.kept()[0].place.record_number == 2);
  run = write(database, view, {{"4", "d"}, {"5", "e"}, {"6", "f"}, {"7", "g"}});
  CHECK(codes(run.findings) == "SQL-0301");
  run = write(database, view, {{"4", "d"}, {"4", "e"}});
  CHECK(codes(run.findings) == "SQL-0303");
  CHECK(rows_in(database) == before);
}

TEST_CASE("rows are updated where they are") {
  TestDatabase database(
      "create table T(ID text, V text); insert into T values ('1', null), ('2', 'b'), ('3', null), ('3', null)");
  RowView view = view_of({"ID", "V"}, {0});
  view.write = RowWrite{RowWriteKind::update, "T", "V is null", 10};
  WriteRun run = write(database, view, {{"1", "a"}, {"2", "b"}});
  CHECK(run.good);
  CHECK(run.counts.written == 1);
  CHECK(run.counts.there_already == 1);
  CHECK(codes(write(database, view, {{"1", "other"}}).findings) == "SQL-0305");  // `when` does not hold
  CHECK(codes(write(database, view, {{"9", "a"}}).findings) == "SQL-0304");
  CHECK(codes(write(database, view, {{"3", "a"}}).findings) == "SQL-0302");
  CHECK(rows_in(database) == "t1:1,t1:a,\nt1:2,t1:b,\nt1:3,n,\nt1:3,n,\n.\n");
}

TEST_CASE("what the database makes of a value is read back") {
  // A column that makes an amount a floating-point number, a trigger that changes it, a view that does not show it.
  TestDatabase numeric("create table T(ID text primary key, V decimal(18,2))");
  RowView view = view_of({"ID", "V"}, {0});
  view.write = RowWrite{RowWriteKind::insert, "T", "", 10};
  CHECK(codes(write(numeric, view, {{"1", "1234567890123456.78"}}).findings) == "SQL-0306");
  CHECK(rows_in(numeric) == ".\n");
  TestDatabase trigger(
      "create table T(ID text, V text);"
      "create trigger C after insert on T begin update T set V = 'changed' where ID = new.ID; end");
  CHECK(codes(write(trigger, view, {{"1", "a"}}).findings) == "SQL-0306");
  TestDatabase hidden("create table A(ID text, V text); create view T as select * from A where V <> 'a'");
  view.write->target = "A";
  CHECK(codes(write(hidden, view, {{"1", "a"}}).findings) == "SQL-0306");
  CHECK(rows_in(hidden) == ".\n");
}

TEST_CASE("a call is judged by the row that it leaves") {
  TestDatabase database(
      "create table A(ID text, V text); create view T as select * from A;"
      "create trigger P instead of insert on T when new.V <> 'ignored' begin insert into A values (new.ID, new.V); "
      "end");
  RowView view = view_of({"ID", "V"}, {0});
  view.write = RowWrite{RowWriteKind::call, "insert into T values (:ID, :V)", "", 10};
  CHECK(write(database, view, {{"1", "a"}, {"2", "b"}}).counts.written == 2);
  CHECK(write(database, view, {{"1", "a"}, {"2", "b"}}).counts.there_already == 2);
  CHECK(codes(write(database, view, {{"3", "c"}, {"4", "ignored"}}).findings) == "SQL-0306");
  CHECK(codes(write(database, view, {{"1", "other"}}).findings) == "SQL-0303");
  CHECK(rows_in(database) == "t1:1,t1:a,\nt1:2,t1:b,\n.\n");
  view.write->target = "insert into T values (:ID, :NONE)";
  CHECK(codes(write(database, view, {{"3", "c"}}).findings) == "SQL-0104");
}

}  // namespace
}  // namespace tilmash::sql
