// Real NACHA files against mappings/nacha/layout.toml: totals, every field, what is wrong, and the way back.
//
// The files and what to expect of them lie in ../shared/legacy/nacha (collected from public repositories; see
// facts/legacy-formats.md, 5). Nothing of them is copied here but names, totals and verdicts, into docs/nacha.md.
// Run with TILMASH_UPDATE=1 to write that table anew.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "adapters/formats/format.h"
#include "tests/support.h"

namespace tilmash::tests {
namespace {

using Json = nlohmann::json;
using Lines = std::vector<std::string>;

std::filesystem::path nacha_dir() {
  return shared_dir() / "legacy/nacha";
}

const formats::Layout& layout() {
  static const Data data;
  static const std::string text = read_file(project_dir() / "mappings/nacha/layout.toml");
  static const auto loaded = [] {
    Findings findings;
    auto made = formats::load_layout("mappings/nacha/layout.toml", text, data, findings);
    for (const Diagnostic& each : findings.kept()) MESSAGE(to_human(each, text, true));
    return made;
  }();
  REQUIRE(loaded != nullptr);
  return *loaded;
}

Lines split(std::string_view line, char at) {
  Lines parts;
  for (;;) {
    const std::size_t cut = line.find(at);
    parts.emplace_back(line.substr(0, cut));
    if (cut == std::string_view::npos) return parts;
    line.remove_prefix(cut + 1);
  }
}

struct Manifest {
  std::string file, sec;
  std::string records, batches, entries, hash, debit, credit;
  std::string verdict, test, findings;
};

std::vector<Manifest> read_manifest() {
  std::vector<Manifest> rows;
  const std::string text = read_file(nacha_dir() / "moov-io__ach/manifest.tsv");
  for (const std::string& line : split(text, '\n')) {
    Lines cells = split(line, '\t');
    if (cells.size() < 8 || cells[0] == "file") continue;
    cells.resize(11);
    // One name stands for two upstream files, of which the collector kept the second; its row is the last.
    std::erase_if(rows, [&](const Manifest& row) { return row.file == cells[0]; });
    rows.push_back({cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6], cells[7], cells[8], cells[9],
                    cells[10]});
  }
  return rows;
}

/// A cell of a record: where its bytes are and what they mean.
struct Leaf {
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
  std::string text;
  LeafType type = LeafType::text;
};

struct Record {
  std::string kind;
  std::uint64_t offset = 0;
  std::vector<Leaf> leaves;
};

/// Keeps every record, and writes each at once to a second file.
struct Keep final : formats::RecordSink {
  std::map<std::uint64_t, Record> records;
  std::unique_ptr<formats::RecordWriter> writer = layout().record_writer();
  std::string written;
  Lines unwritten;

  void record(const Instance& instance, std::uint32_t node, std::uint32_t cell, std::span<const std::uint32_t>,
              std::uint64_t number, std::uint64_t offset) override {
    Record& kept = records[number];
    kept.kind = instance.shape().nodes[node].name;
    kept.offset = offset;
    if (cell == no_cell) return;
    for (std::uint32_t i = cell + 1; i < instance.subtree_end(cell); ++i) {
      const Cell& leaf = instance.cell(i);
      kept.leaves.push_back({leaf.offset, leaf.length, std::string(leaf.text), instance.shape().nodes[leaf.node].type});
    }
    if (auto why = writer->write(instance, cell, written)) unwritten.push_back(to_human(*why));
  }
};

struct Read {
  std::string input;
  Keep kept;
  std::vector<Diagnostic> errors;  ///< rejects and findings
  std::vector<Diagnostic> warnings;
  std::set<std::uint64_t> rejected;         ///< record numbers
  std::map<std::string, Control> controls;  ///< of the file; of the batches where there is no file control
  std::uint64_t record_count = 0;
  std::size_t reject_count = 0;
};

std::unique_ptr<Read> read(const std::filesystem::path& path) {
  auto made = std::make_unique<Read>();
  made->input = read_file(path);
  const auto stream = layout().decoder(made->input, path.filename().string(), &made->kept);
  Instance instance;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step != Step::reject) continue;
    ++made->reject_count;
    made->errors.push_back(stream->reject().why);
    const auto lines = static_cast<std::uint64_t>(std::count(stream->raw().begin(), stream->raw().end(), '\n'));
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(lines, 1); ++i) {
      made->rejected.insert(stream->record_number() + i);
    }
  }
  for (const Diagnostic& each : stream->file_findings().kept()) {
    (each.severity == Severity::error ? made->errors : made->warnings).push_back(each);
  }
  for (const Control& control : stream->controls()) made->controls[control.path] = control;
  made->record_count = stream->record_count();
  if (auto why = made->kept.writer->finish(made->kept.written)) made->kept.unwritten.push_back(to_human(*why));
  return made;
}

/// "0.00" -> "0", "1000000.00" -> "100000000".
std::string cents(const std::string& amount) {
  const auto value = parse_decimal(amount);
  REQUIRE(value.has_value());
  std::int64_t unscaled = value->unscaled;
  for (unsigned scale = value->scale; scale < 2; ++scale) unscaled *= 10;
  return std::to_string(unscaled);
}

std::size_t count_kind(const Read& file, std::string_view kind) {
  return static_cast<std::size_t>(std::count_if(file.kept.records.begin(), file.kept.records.end(),
                                                [&](const auto& each) { return each.second.kind == kind; }));
}

bool has(const std::vector<Diagnostic>& findings, Code code, std::string_view path_end = {}) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Diagnostic& each) { return each.code == code && each.path.ends_with(path_end); });
}

bool has_record(const std::vector<Diagnostic>& findings, Code code, std::uint64_t record) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Diagnostic& each) { return each.code == code && each.place.record_number == record; });
}

/// Every sentence of the collector's findings has to be said by us as well.
void check_reported(const Read& file, const std::string& finding) {
  CAPTURE(finding);
  if (finding.ends_with("not padded to a whole block of ten")) {
    CHECK(has(file.warnings, "FMT-0306"_code));
    return;
  }
  REQUIRE(finding.starts_with("line "));
  const std::uint64_t line = std::stoull(finding.substr(5));
  const std::string what = finding.substr(finding.find(": ") + 2);
  if (what.ends_with("characters")) {
    CHECK((has_record(file.warnings, "FMT-0224"_code, line) || has_record(file.errors, "FMT-0303"_code, line) ||
           has_record(file.errors, "FMT-0220"_code, line)));
  } else if (what.find(" is ") != std::string::npos) {
    const std::string field = what.substr(0, what.find(' '));
    if (field == "routing") {
      CHECK(has(file.errors, "FMT-0212"_code, "check_digit"));
    } else if (!has(file.errors, "FMT-0303"_code)) {
      CHECK((has(file.errors, "FMT-0300"_code, field) || has(file.warnings, "FMT-0301"_code, field)));
    }
  } else if (what.ends_with("outside a batch")) {
    CHECK(has_record(file.errors, "FMT-0223"_code, line));
  } else if (what.starts_with("unknown record type")) {
    CHECK(has_record(file.errors, "FMT-0222"_code, line));
  } else {
    CHECK(has_record(file.errors, "FMT-0302"_code, line));
  }
}

struct Columns {
  std::uint32_t start = 0;
  std::uint32_t length = 0;
};

/// Fields of each record layout by name, from the collector's table.
const std::map<std::string, std::map<std::string, Columns>>& collector_layout() {
  static const auto made = [] {
    std::map<std::string, std::map<std::string, Columns>> fields;
    const std::string text = read_file(nacha_dir() / "moov-io__ach/layout.tsv");
    for (const std::string& line : split(text, '\n')) {
      const Lines cells = split(line, '\t');
      if (cells.size() < 5 || cells[0] == "record") continue;
      fields[cells[0]][cells[2]] = {static_cast<std::uint32_t>(std::stoul(cells[3])),
                                    static_cast<std::uint32_t>(std::stoul(cells[4]))};
    }
    return fields;
  }();
  return made;
}

/// A value as the field's type writes it, from its bytes: what we say must follow from what stood there.
bool means(const Leaf& leaf, std::string bytes) {
  if (leaf.type == LeafType::date) {
    return leaf.text.size() == 10 && leaf.text.substr(2, 2) + leaf.text.substr(5, 2) + leaf.text.substr(8, 2) == bytes;
  }
  if (leaf.type == LeafType::integer) return std::to_string(std::stoull(bytes)) == leaf.text;
  if (leaf.type == LeafType::decimal) return cents(leaf.text) == std::to_string(std::stoull(bytes));
  return bytes.substr(0, bytes.find_last_not_of(' ') + 1) == leaf.text;
}

/// Compares every field of every expected record with the cell that has its bytes; returns how many were compared.
std::size_t check_fields(const Read& file, const Json& expected) {
  std::size_t compared = 0;
  std::size_t not_read = 0;
  for (const Json& record : expected["records"]) {
    if (!record.contains("fields")) continue;
    const auto number = record["line"].get<std::uint64_t>();
    const auto found = file.kept.records.find(number);
    if (found == file.kept.records.end()) {
      ++not_read;
      continue;
    }
    CAPTURE(number);
    for (const auto& [name, value] : record["fields"].items()) {
      CAPTURE(name);
      const Columns columns = collector_layout().at(record["kind"]).at(name);
      const std::uint64_t offset = found->second.offset + columns.start - 1;
      const std::string bytes = value;
      const auto leaf = std::find_if(found->second.leaves.begin(), found->second.leaves.end(),
                                     [&](const Leaf& each) { return each.offset == offset; });
      ++compared;
      if (leaf == found->second.leaves.end()) {
        CHECK(bytes.find_first_not_of(' ') == std::string::npos);
        continue;
      }
      CHECK(leaf->length <= columns.length);
      CHECK(means(*leaf, bytes));
    }
  }
  // What we did not read, we said so: a reject, or a record above the items with a finding.
  CHECK(not_read <= file.errors.size() + file.rejected.size());
  return compared;
}

/// The causes that verdicts of upstream tests ask for.
const std::map<std::string, std::pair<Code, std::string>> causes = {
    {"issue702-1.ach", {"FMT-0302"_code, "batch"}},
    {"issue751.ach", {"FMT-0302"_code, "file_header"}},
    {"20110729A-invalid.ach", {"FMT-0300"_code, "batch_count"}},
    {"FISERV-ZEROFILE-PIMRET825324_032720_110221.ach", {"FMT-0212"_code, "immediate_destination"}},
    {"bh-ed-ad-bh-ed-ad-ed-ad.ach", {"FMT-0302"_code, "batch_control"}},
    {"extended-ascii.ach", {"FMT-0200"_code, ""}},
    {"iat-invalidAddenda14.ach", {"FMT-0201"_code, "addenda14.rdfi_name"}},
    {"iat-invalidAddenda15.ach", {"FMT-0201"_code, "addenda15.receiver_street"}},
    {"iat-invalidAddenda17.ach", {"FMT-0201"_code, "addenda17.remittance"}},
    {"iat-invalidBatchHeader.ach", {"FMT-0207"_code, "batch.service_class"}},
    {"pos-invalidEntryDetail.ach", {"FMT-0201"_code, "entry.individual_name"}},
    {"pos-invalidReturnFile.ach", {"FMT-0207"_code, "addenda99.return_code"}},
    {"ppd-debit-fixedLengthInvalid.ach", {"FMT-0222"_code, ""}},
    {"ppd-debit-invalid-entryDetail-checkDigit.ach", {"FMT-0212"_code, "entry.check_digit"}},
};

/// The lines of `input`, each 94 bytes with LF and the last block filled: what the writer should make of it.
std::string normalised(std::string_view input) {
  std::string out;
  std::size_t lines = 0;
  if (input.substr(0, 96).find('\n') == std::string_view::npos) {
    for (std::size_t at = 0; at + 94 <= input.size(); at += 94, ++lines) {
      out += input.substr(at, 94);
      out += '\n';
    }
    return out;
  }
  for (std::string line : split(input, '\n')) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    line.resize(94, ' ');
    out += line + '\n';
    ++lines;
  }
  for (; lines % 10 != 0; ++lines) out += std::string(94, '9') + '\n';
  return out;
}

std::string codes_of(const Read& file) {
  std::set<std::string> codes;
  for (const auto* list : {&file.errors, &file.warnings}) {
    for (const Diagnostic& each : *list) codes.insert(to_text(each.code));
  }
  std::string text;
  for (const std::string& code : codes) text += (text.empty() ? "" : ", ") + code;
  return text;
}

TEST_CASE("every row of the manifest: totals, fields, verdict, and the way back") {
  if (skip_without(nacha_dir())) return;
  std::string table =
      "| file | SEC | records | batches | entries and addenda | entry hash | debit | credit | verdict upstream | "
      "rejects "
      "| codes |\n|---|---|---:|---:|---:|---:|---:|---:|---|---:|---|\n";
  std::size_t compared = 0;
  std::size_t rows = 0;
  std::size_t totals = 0;
  for (const Manifest& row : read_manifest()) {
    CAPTURE(row.file);
    ++rows;
    const auto file = read(nacha_dir() / "moov-io__ach/data" / row.file);
    CHECK(std::to_string(file->record_count) == row.records);
    const Json expected = Json::parse(
        read_file(nacha_dir() / "moov-io__ach/expected" / std::filesystem::path(row.file).replace_extension(".json")));
    compared += check_fields(*file, expected);

    const bool upstream_error = row.verdict.starts_with("error");
    const auto counted = [&](const char* field) {
      const auto found = file->controls.find(std::string("file_control.") + field);
      const auto batch = file->controls.find(std::string("batch.batch_control.") + field);
      if (found != file->controls.end()) return found->second;
      return batch != file->controls.end() ? batch->second : Control{};
    };
    const Control hash = counted("entry_hash");
    const Control debit = counted("total_debit");
    const Control credit = counted("total_credit");
    const Control entries = counted("entry_addenda_count");
    const Control batches = counted("batch_count");
    if (row.findings.empty()) {
      CHECK(batches.counted == row.batches);
      CHECK(entries.counted == row.entries);
      CHECK(std::to_string(count_kind(*file, "batch")) == row.batches);
      // Where a record could not be read, what the file states still has to be what the manifest says.
      const auto total = [](const Control& control) {
        return control.result == Control::Result::not_comparable ? control.declared : control.counted;
      };
      CHECK(total(hash) == row.hash);
      CHECK(cents(total(debit)) == row.debit);
      CHECK(cents(total(credit)) == row.credit);
      ++totals;
      if (!upstream_error) {
        CHECK(file->errors.empty());
        CHECK(file->warnings.empty());
        CHECK(file->kept.unwritten == Lines{});
        CHECK(file->kept.writer->findings().total_count() == 0);
        CHECK(file->kept.written == normalised(file->input));
      }
    } else {
      Lines sentences;
      std::string rest = row.findings;
      for (std::size_t cut = rest.find(" | "); cut != std::string::npos; cut = rest.find(" | ")) {
        sentences.push_back(rest.substr(0, cut));
        rest.erase(0, cut + 3);
      }
      sentences.push_back(rest);
      for (const std::string& sentence : sentences) check_reported(*file, sentence);
    }
    if (upstream_error) {
      REQUIRE(causes.count(row.file) == 1);
      const auto& [code, path] = causes.at(row.file);
      CHECK(has(file->errors, code, path));
    }
    if (row.verdict == "ok") CHECK(file->reject_count == 0);
    table += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", row.file, row.sec,
                         file->record_count, row.batches, row.entries, row.hash, row.debit, row.credit, row.verdict,
                         file->reject_count, codes_of(*file));
  }
  CHECK(rows == 69);
  CHECK(totals >= 45);
  CHECK(compared > 8000);
  const auto doc = project_dir() / "docs/nacha.md";
  std::string text = read_file(doc);
  const std::string begin = "<!-- table begin -->\n";
  const std::size_t from = text.find(begin) + begin.size();
  const std::size_t to = text.find("<!-- table end -->");
  REQUIRE(to != std::string::npos);
  if (std::getenv("TILMASH_UPDATE") != nullptr) {
    text.replace(from, to - from, table);
    std::ofstream(doc, std::ios::binary) << text;
  } else {
    CHECK(text.substr(from, to - from) == table);
  }
}

TEST_CASE("the samples of the DFDL schemas, with and without line ends") {
  if (skip_without(nacha_dir())) return;
  const std::map<std::string, std::string> codes = {
      {"ccd_invalid_3.txt", "FMT-0212, FMT-0223, FMT-0300, FMT-0301"},
      {"ccd_valid_1.txt", "FMT-0212"},
      {"ccd_valid_1_nolines.txt", "FMT-0212"},
      // The header's routing number has a wrong check digit, which the collector did not look at.
      {"ctx_valid_1.txt", "FMT-0212"},
      {"ctx_valid_1_nolines.txt", "FMT-0212"},
      {"ppd_return.txt", ""},
      {"ppd_valid_1.txt", "FMT-0300, FMT-0306"},
      {"ppd_valid_1_nolines.txt", "FMT-0300, FMT-0306"},
  };
  for (const auto& [name, said] : codes) {
    CAPTURE(name);
    const auto file = read(nacha_dir() / "DFDLSchemas__NACHA/data" / name);
    const Json expected = Json::parse(read_file(nacha_dir() / "DFDLSchemas__NACHA/expected" /
                                                std::filesystem::path(name).replace_extension(".json")));
    CHECK(check_fields(*file, expected) > 40);
    CHECK(codes_of(*file) == said);
    const auto counted = [&](const char* field) {
      return file->controls.at(std::string("file_control.") + field).counted;
    };
    if (!name.starts_with("ccd_invalid")) {
      const Json& totals = expected["control_totals"];
      CHECK(counted("entry_hash") == std::to_string(totals["entry_hash"].get<std::uint64_t>()));
      CHECK(counted("entry_addenda_count") == std::to_string(totals["entries_and_addenda"].get<std::uint64_t>()));
      CHECK(cents(counted("total_debit")) == std::to_string(totals["debit_cents"].get<std::uint64_t>()));
      CHECK(cents(counted("total_credit")) == std::to_string(totals["credit_cents"].get<std::uint64_t>()));
    }
    if (said.empty()) CHECK(file->kept.written == normalised(file->input));
  }
}

}  // namespace
}  // namespace tilmash::tests
