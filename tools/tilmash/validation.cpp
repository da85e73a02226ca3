#include "validation.h"

#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "verdict_printer.h"

namespace tilmash::tool {

using namespace iso20022;

namespace {

/// A message as a document of its own, and what others say about it.
class Judges {
 public:
  Judges(std::deque<SecondOpinion>& opinions, std::string_view input) : opinions_(opinions), input_(input) {}

  /// After `next_message`, before the message is read.
  void begin(const MessageReader& reader) {
    if (!opinions_.empty()) declarations_ = reader.outer_declarations();
  }

  /// False when a validator failed as such.
  bool judge(const MessageReader& reader, const Verdict& ours, std::vector<Opinion>& out) {
    out.clear();
    if (opinions_.empty()) return true;
    const std::size_t begin = reader.offset();
    std::string_view document = input_.substr(begin, reader.end_offset() - begin);
    if (!declarations_.empty()) {
      const std::size_t name_end = document.find_first_of(" \t\r\n/>");
      closed_.assign(document.substr(0, name_end)).append(declarations_).append(document.substr(name_end));
      document = closed_;
    }
    // What was inserted stands before anything that a validator speaks of, but for the root's own attributes.
    const std::size_t line_begin = input_.rfind('\n', begin) + 1;  // npos + 1 is 0
    const std::uint64_t shift = begin - line_begin - declarations_.size();
    for (SecondOpinion& opinion : opinions_) {
      const OracleVerdict* verdict = nullptr;
      if (reader.good()) {
        verdict = opinion.judge(*ours.message, document, ours.valid);
        if (verdict == nullptr) return false;
      }
      out.push_back({opinion.validator(), verdict, verdict != nullptr && verdict->valid == ours.valid, shift});
    }
    return true;
  }

 private:
  std::deque<SecondOpinion>& opinions_;
  std::string_view input_;
  std::string declarations_;
  std::string closed_;
};

/// Line ends of a stretch, whose pages are let go again.
std::uint32_t count_lines_and_release(file::InputFile& input, std::uint64_t from, std::uint64_t to) {
  constexpr std::uint64_t step_bytes = std::uint64_t{1} << 20;
  std::size_t count = 0;
  for (std::uint64_t next = from; from < to; from = next) {
    next = std::min(from + step_bytes, to);
    count += count_lines(input.bytes().substr(from, next - from));
    input.release_part(from, next);
  }
  return static_cast<std::uint32_t>(count);
}

}  // namespace

PartResult validate_part(const Catalogue& catalogue, const XmlInput& xml, const Part& part,
                         const ValidateOptions& options, std::deque<SecondOpinion>& second, Tell tell,
                         const Share& share) {
  constexpr std::size_t findings_max = 100;
  file::InputFile& input = *xml.file;
  PartResult result;
  Findings findings(findings_max);
  const std::string name = input.name() == "-" ? "stdin" : input.name();
  VerdictPrinter printer(options, name, input.bytes(), result.text);
  Judges judges(second, input.bytes());
  std::vector<Opinion> opinions;
  const Caps caps = options.caps == "batch" ? Caps::batch() : Caps::message();
  MessageReader reader(catalogue, input.bytes(), name, caps, findings, xml.original);
  reader.set_part(part.from, part.to, part.line_number);
  std::uint64_t released = part.from;
  const auto done_with = [&](std::uint64_t offset) {
    constexpr std::uint64_t step_bytes = std::uint64_t{2} << 20;
    if (tell == Tell::print) {
      input.release_before(offset);
      std::fwrite(result.text.data(), 1, result.text.size(), stdout);
      result.text.clear();
    } else if (offset - released > step_bytes || offset == part.to) {
      input.release_part(released, offset);
      released = offset;
    }
  };
  const auto say = [&](const Verdict& verdict) {
    if (tell == Tell::keep_verdicts) {
      const bool silent = findings.total_count() == 0;
      for (const Diagnostic& finding : findings.kept()) {
        result.names_lines = result.names_lines || finding.code == "ISO-0215"_code;
      }
      result.judged.push_back({verdict, silent ? nullptr : std::make_unique<Findings>(findings)});
      if (!verdict.valid && findings.has_errors()) result.status = exit_findings;
    } else {
      printer.print(verdict, findings, opinions);
    }
    findings.clear();
  };
  const auto say_rest = [&] {
    if (findings.total_count() != 0) say({});
  };
  Verdict last{nullptr, false, part.line_number};
  std::uint64_t last_offset = part.from;
  for (;;) {
    if (const Message* message = reader.next_message()) {
      judges.begin(reader);
      Verdict verdict{message, false, reader.line_number()};
      while (reader.validate_some()) {
        if (share) share(reader, done_with);
        done_with(reader.end_offset());
      }
      verdict.valid = reader.valid();
      last = verdict;
      last_offset = reader.offset();
      if (!judges.judge(reader, verdict, opinions)) {
        result.status = exit_config;
        return result;
      }
      say(verdict);
      done_with(reader.end_offset());
    } else if (reader.good()) {
      break;
    }
    if (reader.good()) continue;
    result.at_rest = false;
    opinions.clear();
    say_rest();
    if (!reader.resume()) {
      say_rest();
      result.status = exit_findings;
      done_with(part.to);
      return result;
    }
  }
  opinions.clear();
  say_rest();
  if (part.to != input.bytes().size()) {
    result.line_count = last.line_number - part.line_number + count_lines_and_release(input, last_offset, part.to);
  }
  result.at_rest = result.at_rest && reader.at_rest();
  if (printer.invalid_count() != 0) result.status = exit_findings;
  done_with(part.to);
  return result;
}

int validate_files(const Catalogue& catalogue, const ValidateOptions& options, std::deque<SecondOpinion>& second) {
  int status = exit_clean;
  for (const std::string& name : options.files) {
    Findings findings;
    const XmlInput input = open_xml(name, findings);
    print_findings(findings);
    int own = exit_io;
    if (input.file) {
      const Part whole{0, input.file->bytes().size(), 1};
      own = validate_part(catalogue, input, whole, options, second, Tell::print).status;
    }
    if (own == exit_config) return own;
    status = std::max(status, own);
  }
  return status;
}

}  // namespace tilmash::tool
