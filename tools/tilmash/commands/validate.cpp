// `tilmash validate FILE...`: are these ISO 20022 messages valid against the catalogue?
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>

#include "base/text.h"
#include "command.h"
#include "iso20022/reader.h"
#include "second_opinion.h"
#include "xml_input.h"

namespace tilmash::tool {
namespace {

using namespace iso20022;

struct Options {
  std::vector<std::string> files;
  std::string format = "human";
  std::string caps = "message";
  std::vector<std::string> with;
  bool show_data = false;
  unsigned jobs = 1;
};

/// The verdict on one message, or (`message` null) on what stands outside of any.
struct Verdict {
  const Message* message = nullptr;
  bool valid = false;
  std::uint32_t line_number = 0;
};

/// What another validator said; `verdict` null: it was not asked.
struct Opinion {
  std::string_view validator;
  const OracleVerdict* verdict = nullptr;
  bool agrees = false;
  std::uint64_t column_shift = 0;  ///< on the first line of the document that it was given
};

class Printer {
 public:
  /// What it prints is appended to `text`.
  Printer(const Options& options, const std::string& file, std::string_view input, std::string& text)
      : options_(options), file_(file), input_(input), text_(text) {}

  void print(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions) {
    if (!verdict.valid && findings.has_errors()) ++invalid_count_;
    if (options_.format == "json") {
      print_json(verdict, findings, opinions);
    } else {
      print_human(verdict, findings, opinions);
    }
  }
  std::size_t invalid_count() const { return invalid_count_; }

 private:
  void print_json(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions) const {
    std::string out = "{\"file\":";
    append_json_string(out, file_);
    out += ",\"message\":";
    if (verdict.message == nullptr) {
      out += "null";
    } else {
      append_json_string(out, verdict.message->id());
    }
    out += fmt::format(",\"valid\":{},\"findings\":[", verdict.valid);
    for (std::size_t i = 0; i < findings.kept().size(); ++i) {
      Diagnostic finding = findings.kept()[i];
      finding.place.file.clear();
      if (i != 0) out += ',';
      out += to_json(finding, options_.show_data);
    }
    out += ']';
    if (findings.total_count() > findings.kept().size()) {
      out += fmt::format(",\"more\":{}", findings.total_count() - findings.kept().size());
    }
    if (!opinions.empty()) {
      out += ",\"with\":[";
      for (const Opinion& opinion : opinions) append_json(opinion, verdict, out);
      out.back() = ']';
    }
    put("{}}}\n", out);
  }

  /// With a comma behind it.
  void append_json(const Opinion& opinion, const Verdict& verdict, std::string& out) const {
    out += fmt::format("{{\"validator\":\"{}\",\"valid\":", opinion.validator);
    if (opinion.verdict == nullptr) {
      out += "null},";
      return;
    }
    out += fmt::format("{},\"agrees\":{},\"findings\":[", opinion.verdict->valid, opinion.agrees);
    bool first = true;
    for (const OracleFinding& finding : opinion.verdict->findings) {
      out += fmt::format("{}{{\"line\":{},\"column\":{},\"text\":", first ? "" : ",", line(finding, verdict),
                         column(finding, opinion));
      append_json_string(out, shown(finding.text));
      out += '}';
      first = false;
    }
    out += "]},";
  }

  void print_human(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions) const {
    // A caret needs the line it points into, and that line is somebody's payment: only when asked for.
    for (const Diagnostic& finding : findings.kept()) put("{}", to_human(finding, input_, options_.show_data));
    if (const std::uint64_t hidden = findings.total_count() - findings.kept().size(); hidden != 0) {
      put("... and {} more\n", hidden);
    }
    if (verdict.message == nullptr) return;
    const std::string head = fmt::format("{}:{}: {}: ", file_, verdict.line_number, verdict.message->id());
    put("{}{}\n", head, in_words(verdict.valid, findings.error_count()));
    for (const Opinion& opinion : opinions) {
      if (opinion.verdict == nullptr) {
        put("{}{} was not asked: the gate refused the message\n", head, opinion.validator);
        continue;
      }
      put("{}{} {}: {}\n", head, opinion.validator, opinion.agrees ? "agrees" : "DIFFERS",
          in_words(opinion.verdict->valid, opinion.verdict->findings_count));
      for (const OracleFinding& finding : opinion.verdict->findings) {
        put("  {}: {}:{}:{}: {}\n", opinion.validator, file_, line(finding, verdict), column(finding, opinion),
            shown(finding.text));
      }
    }
  }

  static std::string in_words(bool valid, std::uint64_t count) {
    return valid ? "valid" : fmt::format("INVALID, {} finding(s)", count);
  }
  /// Where a validator's place, in the message by itself, is in the input.
  static std::uint64_t line(const OracleFinding& finding, const Verdict& verdict) {
    return finding.line_number == 0 ? 0 : finding.line_number + verdict.line_number - 1;
  }
  static std::uint64_t column(const OracleFinding& finding, const Opinion& opinion) {
    return finding.column_number == 0 || finding.line_number > 1 ? finding.column_number
                                                                 : finding.column_number + opinion.column_shift;
  }
  std::string shown(const std::string& text) const { return options_.show_data ? text : without_values(text); }

  template <typename... Values>
  void put(fmt::format_string<Values...> form, Values&&... values) const {
    fmt::format_to(std::back_inserter(text_), form, std::forward<Values>(values)...);
  }

  const Options& options_;
  const std::string& file_;
  std::string_view input_;
  std::string& text_;
  std::size_t invalid_count_ = 0;
};

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

/// A part of a file that is judged on its own.
struct Part {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::uint32_t line_number = 1;
};

/// A verdict that waits to be printed.
struct Judged {
  Verdict verdict;
  std::unique_ptr<Findings> findings;  ///< nullptr: none
};

struct PartResult {
  int status = exit_clean;
  bool at_rest = true;         ///< what follows may be judged on its own as well
  std::string text;            ///< to be printed
  std::vector<Judged> judged;  ///< to be printed, once it is known how many lines stand before the part
  std::uint32_t line_count = 0;
  bool names_lines = false;  ///< a finding's text does
};

/// What becomes of verdicts: they are printed message by message, and pages are let go; or their text waits in the
/// result; or they wait themselves.
enum class Tell : std::uint8_t { print, keep_text, keep_verdicts };

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

/// `exit_clean` when every message of the part is valid, and there is one.
PartResult validate_part(const Catalogue& catalogue, const XmlInput& xml, const Part& part, const Options& options,
                         std::deque<SecondOpinion>& second, Tell tell) {
  constexpr std::size_t findings_max = 100;
  file::InputFile& input = *xml.file;
  PartResult result;
  Findings findings(findings_max);
  const std::string name = input.name() == "-" ? "stdin" : input.name();
  Printer printer(options, name, input.bytes(), result.text);
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
      while (reader.validate_some()) done_with(reader.end_offset());
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

/// Cuts a bundle where messages seem to begin. Whether one does is known when the part before it is at rest: by then,
/// all before it was read, so a line inside a comment or a value deceives nobody.
class PartCutter {
 public:
  PartCutter(const XmlInput& input, std::size_t jobs) : input_(input.file->bytes()) {
    // The way from transcoded text to the original's offsets is counted from its beginning: one part.
    wanted_ = input.original != Encoding::utf8
                  ? input_.size()
                  : std::clamp<std::uint64_t>(input_.size() / (4 * jobs), part_bytes_min, part_bytes_max);
  }

  /// The parts in order, all with line number 1.
  std::optional<Part> next() {
    if (done_) return std::nullopt;
    const Part part{at_, find_cut(), 1};
    at_ = part.to;
    done_ = at_ == input_.size();
    return part;
  }

 private:
  static constexpr std::uint64_t part_bytes_min = std::uint64_t{1} << 18;
  static constexpr std::uint64_t part_bytes_max = std::uint64_t{4} << 20;

  /// Without a place to cut for another such stretch, the rest is one part.
  std::uint64_t find_cut() const {
    if (input_.size() - at_ <= wanted_) return input_.size();
    const std::string_view near = input_.substr(0, at_ + wanted_ + part_bytes_max);
    std::uint64_t cut = find_root_line(near, at_ + wanted_);
    if (cut == near.size()) return input_.size();
    // A header stays with its message.
    const std::size_t line_before = input_.rfind('\n', cut - 2) + 1;
    if (input_.substr(line_before, 7) == "<AppHdr") cut = find_root_line(near, cut);
    return cut == near.size() ? input_.size() : cut;
  }

  std::string_view input_;
  std::uint64_t wanted_ = 0;
  std::uint64_t at_ = 0;
  bool done_ = false;  ///< an empty input has one part
};

/// Catalogues for threads: each takes one, and gives it back for the next. There are `count` of them, so that no more
/// threads work at a time. Making one costs more than a small file.
class CataloguePool {
 public:
  CataloguePool(const Data& data, unsigned count) : data_(data), free_(count) {}

  template <typename Work>
  auto with(Work&& work) {
    const Taken own(*this);
    return work(*own.catalogue);
  }

  /// What is wrong with the catalogue's own files.
  bool print_findings() const {
    for (const auto& catalogue : free_) {
      if (!catalogue) continue;
      tool::print_findings(catalogue->findings());
      if (catalogue->findings().has_errors()) return true;
    }
    return false;
  }

 private:
  /// Waits for one, and gives it back whatever becomes of the work.
  struct Taken {
    explicit Taken(CataloguePool& from) : pool(from) {
      std::unique_lock lock(pool.mutex_);
      pool.given_back_.wait(lock, [&] { return !pool.free_.empty(); });
      catalogue = std::move(pool.free_.back());
      pool.free_.pop_back();
      lock.unlock();
      if (!catalogue) catalogue = std::make_unique<Catalogue>(pool.data_);
    }
    ~Taken() {
      const std::lock_guard lock(pool.mutex_);
      pool.free_.push_back(std::move(catalogue));
      pool.given_back_.notify_one();
    }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;

    CataloguePool& pool;
    std::unique_ptr<Catalogue> catalogue;
  };

  const Data& data_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<std::unique_ptr<Catalogue>> free_;  ///< nullptr: not made yet
};

/// What one thread does at a time: small files together, or a part of a large one.
struct Work {
  std::vector<std::string> names;  ///< whole files; empty: `part` of `input`
  std::shared_ptr<const XmlInput> input;
  Part part;
};

struct WorkResult {
  PartResult part;
  Findings unreadable;  ///< files that could not be read
};

WorkResult do_work(CataloguePool& pool, const Work& work, const Options& options) {
  return pool.with([&](const Catalogue& catalogue) {
    std::deque<SecondOpinion> nobody;
    WorkResult result;
    if (work.input) {
      result.part = validate_part(catalogue, *work.input, work.part, options, nobody, Tell::keep_verdicts);
      return result;
    }
    for (const std::string& name : work.names) {
      const XmlInput input = open_xml(name, result.unreadable);
      if (!input.file) {
        result.part.status = exit_io;
        continue;
      }
      PartResult own =
          validate_part(catalogue, input, {0, input.file->bytes().size(), 1}, options, nobody, Tell::keep_text);
      result.part.status = std::max(result.part.status, own.status);
      result.part.text += own.text;
    }
    return result;
  });
}

/// Files and messages shared out among threads, their verdicts printed in the order of the input, as with one thread.
class Crew {
 public:
  Crew(const Data& data, const Options& options) : options_(options), pool_(data, options.jobs) {}

  int run() {
    for (const std::string& name : options_.files) take_file(name);
    hand_out_small();
    while (!waiting_.empty()) print_next();
    return pool_.print_findings() ? exit_config : status_;
  }

 private:
  struct Waiting {
    Work work;
    std::future<WorkResult> result;
  };

  void take_file(const std::string& name) {
    constexpr std::uintmax_t small_bytes = 1u << 18;
    constexpr std::size_t together_max = 32;
    std::error_code error;
    const auto size = name == "-" ? small_bytes : std::filesystem::file_size(name, error);
    if (error || size < small_bytes) {
      small_.names.push_back(name);
      if (small_.names.size() == together_max) hand_out_small();
      return;
    }
    hand_out_small();
    Findings findings;
    const auto input = std::make_shared<const XmlInput>(open_xml(name, findings));
    if (!input->file) {
      status_ = std::max<int>(status_, exit_io);
      return tool::print_findings(findings);
    }
    PartCutter cutter(*input, options_.jobs);
    while (const auto part = cutter.next()) {
      hand_out({{}, input, *part});
      if (broken_ == input) return;
    }
  }

  void hand_out_small() {
    if (!small_.names.empty()) hand_out(std::exchange(small_, {}));
  }

  void hand_out(Work work) {
    // More than there are catalogues, so that none lies idle while the first of these is slow.
    while (waiting_.size() > 3 * options_.jobs) print_next();
    auto result = std::async(std::launch::async, [this, work] { return do_work(pool_, work, options_); });
    waiting_.push_back({std::move(work), std::move(result)});
  }

  void print_next() {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    WorkResult result = next.result.get();
    if (next.work.input && next.work.input == broken_) return;  // judged with what stands before it
    if (next.work.input) finish_part(next.work, result.part);
    tool::print_findings(result.unreadable);
    std::fwrite(result.part.text.data(), 1, result.part.text.size(), stdout);
    status_ = std::max(status_, result.part.status);
  }

  /// The threads count the lines of a part from 1: what stands before it is known here.
  void finish_part(Work& work, PartResult& result) {
    const XmlInput& input = *work.input;
    if (work.part.from == 0) lines_before_ = 0;
    work.part.line_number = lines_before_ + 1;
    const auto again = [&](Tell tell) {
      result = pool_.with([&](const Catalogue& catalogue) {
        std::deque<SecondOpinion> nobody;
        return validate_part(catalogue, input, work.part, options_, nobody, tell);
      });
    };
    if (!result.at_rest) {
      broken_ = work.input;
      work.part.to = input.file->bytes().size();
      return again(Tell::print);
    }
    if (result.names_lines) {
      again(Tell::keep_text);
      lines_before_ += result.line_count;
      return;
    }
    const std::string name = input.file->name() == "-" ? "stdin" : input.file->name();
    Printer printer(options_, name, input.file->bytes(), result.text);
    for (Judged& each : result.judged) {
      if (each.verdict.line_number != 0) each.verdict.line_number += lines_before_;
      if (each.findings) each.findings->add_to_lines(lines_before_);
      printer.print(each.verdict, each.findings ? *each.findings : nothing_, {});
    }
    lines_before_ += result.line_count;
  }

  const Options& options_;
  CataloguePool pool_;
  std::deque<Waiting> waiting_;
  Work small_;
  std::uint32_t lines_before_ = 0;  ///< the next part to be printed
  const Findings nothing_;
  std::shared_ptr<const XmlInput> broken_;  ///< its remaining parts were judged already
  int status_ = exit_clean;
};

int run(const Data& data, const Options& options) {
  if (options.jobs > 1) return Crew(data, options).run();
  const Catalogue catalogue(data);
  std::deque<SecondOpinion> second;
  for (const std::string& validator : options.with) {
    if (!second.emplace_back(validator).load()) return exit_config;
  }
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
  for (const SecondOpinion& opinion : second) {
    fmt::print(options.format == "json" ? stderr : stdout, "{}: {} message(s) compared, {} verdict(s) differ\n",
               opinion.validator(), opinion.compared_count(), opinion.differing_count());
    if (opinion.differing_count() != 0) status = std::max<int>(status, exit_findings);
  }
  print_findings(catalogue.findings());
  return catalogue.findings().has_errors() ? exit_config : status;
}

}  // namespace

void add_validate(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("validate", "Say whether ISO 20022 messages are valid, and where they are not");
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->files, "XML files: a message, a bundle, or an envelope; - is stdin")->required();
  command->add_option("--format", options->format, "human, or json: one line a message")
      ->check(CLI::IsMember({"human", "json"}))
      ->capture_default_str();
  command->add_option("--caps", options->caps, "Limits on size and count: message, or batch for a night's file")
      ->check(CLI::IsMember({"message", "batch"}))
      ->capture_default_str();
  command->add_option("--with", options->with, "Ask libxml2 or xerces as well, and compare; may be given twice")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"libxml2", "xerces"}));
  command
      ->add_option("--jobs", options->jobs, "Threads: files, and the messages of a bundle, are shared out among them")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_flag("--show-data", options->show_data, "Show the lines and values in question, not masked");
  command->footer(
      "Exit status: 0 all valid (there may be warnings), 1 findings, or another validator differs, 4 a file can't be\n"
      "read.\n"
      "Examples:\n  tilmash validate payment.xml\n  tilmash validate --format json --caps batch night/*.xml\n"
      "  tilmash validate --with xerces --with libxml2 payment.xml\n  tilmash validate --caps batch --jobs 2 "
      "night/*.xml");
  command->callback([&session, options] {
    if (options->jobs > 1 && !options->with.empty()) throw CLI::ExcludesError("--jobs", "--with");
    session.run = [&, options] { return run(*session.data, *options); };
  });
}

}  // namespace tilmash::tool
