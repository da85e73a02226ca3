// Any bytes through the delimited decoder, in several dialects. What is read without a word is written again and must
// be the same to the byte.
#include <cstdlib>

#include "adapters/formats/delimited/delimited.h"

namespace tilmash::formats {
extern const Format delimited_format;
}

namespace {

using namespace tilmash;

constexpr std::string_view row =
    "\n[[record]]\nkind = \"row\"\nrepeat = true\nitem = true\nfields = [ { name = \"A\", codes = [\"x\", \"a,b\"] }, "
    "{ name "
    "= \"N\", type = \"decimal\", scale = 2, signed = true, spelled = \"S\" }, { name = \"D\", type = \"date\", "
    "pattern = "
    "\"DD.MM.YYYY\" }, { name = \"T\" } ]\n";
constexpr std::string_view dialects[] = {
    "code_page = \"utf-8\"\nline_end = \"lf\"\nfinal_line_end = \"required\"\n",
    "code_page = \"kz1048\"\nline_end = \"crlf\"\ndelimiter = \";\"\npoint = \",\"\nthousands = \".\"\nquoted = "
    "\"always\"\n",
    "code_page = \"utf-8\"\nline_end = \"lf\"\nheader = \"by_name\"\nquote = \"backslash\"\nother_quotes = "
    "\"accept\"\n"
    "short = \"pad\"\nlong = \"blank\"\nbom = true\n",
};
constexpr std::string_view ended =
    "code_page = \"ascii\"\nline_end = \"lf\"\nquote = \"none\"\nrecord_end = \"/\"\ncontinuation = \"88\"\n"
    "[[record]]\nkind = \"head\"\nselect = { column = 1, is = \"03\" }\nfields = [ { lines = \"lines\" }, { breaks = "
    "\"breaks\" }, { name = \"code\", const = \"03\" }, { group = \"sum\", to_end = true, fields = [ { name = \"t\" }, "
    "{ name "
    "= \"f\" }, { variants = [ { name = \"s\", when = { field = \"f\", is = \"S\" }, fields = [ { name = \"x\" } ] }, "
    "{ name = "
    "\"d\", when = { field = \"f\", is = \"D\" }, fields = [ { name = \"n\", type = \"integer\" }, { group = \"p\", "
    "depending_on = \"n\", repeat = 9, fields = [ { name = \"q\" } ] } ] } ] } ] } ]\n"
    "[[record]]\nkind = \"row\"\nrepeat = true\nitem = true\nselect = { column = 1, is = \"16\" }\nfields = [ { lines "
    "= "
    "\"lines\" }, { breaks = \"breaks\" }, { name = \"code\", const = \"16\" }, { name = \"r\" }, { name = \"t\", rest "
    "= true } "
    "]\n";

const formats::Layout& layout_of(std::size_t index) {
  static const auto made = [] {
    const Data data;
    std::vector<std::unique_ptr<formats::Layout>> all;
    for (std::size_t i = 0; i <= std::size(dialects); ++i) {
      std::string text = "name = \"t\"\nformat = \"delimited\"\n";
      text += i < std::size(dialects) ? std::string(dialects[i]) + std::string(row) : std::string(ended);
      Findings findings;
      const auto file = read_config("layout.toml", text, findings);
      all.push_back(formats::delimited_format.load(*file, data, findings));
      if (all.back() == nullptr) std::abort();
    }
    return all;
  }();
  return *made[index];
}

struct Again final : formats::RecordSink {
  explicit Again(const formats::Layout& layout) : writer(layout.record_writer()) {}
  void record(const Instance& instance, std::uint32_t, std::uint32_t cell, std::span<const std::uint32_t>,
              std::uint64_t, std::uint64_t) override {
    if (writer->write(instance, cell, written)) std::abort();
  }
  std::unique_ptr<formats::RecordWriter> writer;
  std::string written;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const formats::Layout& layout = layout_of(bytes[0] % (std::size(dialects) + 1));
  const std::string input(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  Again again(layout);
  const auto stream = layout.decoder(input, "in", &again);
  Instance instance;
  bool good = true;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    good = good && step == Step::item;
  }
  if (again.writer->finish(again.written)) return 0;
  if (good && stream->file_findings().total_count() == 0 && again.written != input) std::abort();
  return 0;
}
