// How many rows a second come out of SQLite: by a bare loop, as bytes (transports/sql), as checked items
// (formats/rows).
//
//     rows_bench [ROWS]
//
// The table is the sample core's, 14 columns, in a file of its own. Rounds are interleaved; time is the thread's CPU
// time; medians.
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "../clock.h"
#include "adapters/formats/format.h"
#include "adapters/transports/sql/reader.h"

namespace tilmash::bench {
namespace {

constexpr std::size_t rounds = 9;

[[noreturn]] void fail(std::string_view what) {
  fmt::print(stderr, "rows_bench: {}\n", what);
  std::exit(1);
}

void make_database(const std::string& file, std::size_t rows) {
  sqlite3* database = nullptr;
  const std::string script = fmt::format(
      "create table OUT_PAYMENTS (ID integer primary key, REF_NO text, AMOUNT text, CCY text, VALUE_DATE text, "
      "CREATED_AT "
      "text, DR_NAME text, DR_ACCT text, DR_BIN text, CR_NAME text, CR_ACCT text, CR_BIC text, KNP text, NARRATIVE "
      "text);"
      "with recursive n(i) as (select 1 union all select i + 1 from n where i < {}) insert into OUT_PAYMENTS select i, "
      "printf('DB261121%08d', i), printf('%d.%02d', i * 7919 % 1000000, i % 100), 'KZT', '2026-11-21', "
      "'2026-11-21 09:30:00', 'Қожахметова Назгүл Дәуренқызы', 'KZ029990000000500272', '150640783088', 'ЖШС Өрлеу', "
      "'KZ939990000000500283', 'TESTKZKA', '859', 'Оплата по договору №31 от 02.11.2026' from n",
      rows);
  if (sqlite3_open(file.c_str(), &database) != SQLITE_OK ||
      sqlite3_exec(database, script.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail("the database can't be made");
  }
  sqlite3_close(database);
}

/// The bare loop: every column looked at, nothing kept.
std::size_t step(const std::string& file) {
  sqlite3* database = nullptr;
  sqlite3_stmt* statement = nullptr;
  sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
  sqlite3_prepare_v2(database, "select * from OUT_PAYMENTS", -1, &statement, nullptr);
  std::size_t bytes = 0;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      if (sqlite3_column_text(statement, i) != nullptr) {
        bytes += static_cast<std::size_t>(sqlite3_column_bytes(statement, i));
      }
    }
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return bytes;
}

std::string fetch(const std::string& file, const RowView& view, std::size_t size) {
  Findings findings;
  std::string bytes;
  bytes.reserve(size);
  sql::ReadCounts counts;
  const auto connection = sql::Connection::open({"sqlite:" + file, ""}, sql::Access::read, findings);
  const sql::ByteSink sink = [&](std::string_view piece) {
    bytes += piece;
    return true;
  };
  if (connection == nullptr || !sql::read_all(*connection, view, std::uint64_t{1} << 32, sink, counts, findings))
    fail("the rows can't be read");
  return bytes;
}

std::size_t decode(const formats::Layout& layout, std::string_view bytes) {
  const auto stream = layout.decoder(bytes, "rows");
  Instance instance;
  std::size_t items = 0;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    items += step == Step::item ? 1 : 0;
  }
  return items;
}

void run(std::size_t rows, const std::string& file, const formats::Layout& layout) {
  const RowView& view = *layout.row_view();
  std::vector<double> bare, fetched, decoded;
  std::size_t bytes_count = 0;
  for (std::size_t round = 0; round < rounds; ++round) {
    const double begin = cpu_seconds();
    if (step(file) == 0) fail("the bare loop saw nothing");
    const double stepped = cpu_seconds();
    const std::string bytes = fetch(file, view, rows * 400);
    const double got = cpu_seconds();
    if (decode(layout, bytes) != rows) fail("there are rejects");
    const double done = cpu_seconds();
    bare.push_back(stepped - begin);
    fetched.push_back(got - stepped);
    decoded.push_back(done - got);
    bytes_count = bytes.size();
  }
  const auto count = static_cast<double>(rows);
  const auto print = [&](std::string_view what, double seconds) {
    fmt::print("| {} | {:.0f} | {:.1f} | {:.2f} |\n", what, count / seconds,
               static_cast<double>(bytes_count) / seconds / 1e6, seconds / median(bare));
  };
  fmt::print("{} rows of 14 columns, {} bytes each; {} rounds, medians\n\n", rows, bytes_count / rows, rounds);
  fmt::print("| task | rows/s | MB/s | time against the bare loop |\n|---|---|---|---|\n");
  print("sqlite3_step, every column looked at", median(bare));
  print("fetched as bytes of rows", median(fetched));
  print("those decoded and checked", median(decoded));
  print("both", median(fetched) + median(decoded));
}

}  // namespace
}  // namespace tilmash::bench

int main(int argc, char** argv) {
  using namespace tilmash;
  const std::size_t rows = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200'000;
  const Data data;
  Findings findings;
  std::ifstream in(TILMASH_SOURCE_DIR "/samples/core-db/payments/layout.toml");
  std::ostringstream text;
  text << in.rdbuf();
  const auto layout = formats::load_layout("layout.toml", text.str(), data, findings);
  if (layout == nullptr || rows == 0) return 1;
  std::string folder = (std::filesystem::temp_directory_path() / "tilmash-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 1;
  bench::make_database(folder + "/core.db", rows);
  bench::run(rows, folder + "/core.db", *layout);
  std::filesystem::remove_all(folder);
}
