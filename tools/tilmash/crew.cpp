#include "crew.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "verdict_printer.h"

namespace tilmash::tool {
namespace {

using namespace iso20022;

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
  static constexpr std::uint64_t cut_bytes_min = std::uint64_t{1} << 20;  ///< how far a place to cut is looked for

  /// Without a place to cut for another such stretch, the rest is one part.
  std::uint64_t find_cut() const {
    if (input_.size() - at_ <= wanted_) return input_.size();
    const std::string_view near = input_.substr(0, at_ + wanted_ + std::max(wanted_, cut_bytes_min));
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

WorkResult do_work(const Catalogue& catalogue, const Work& work, const ValidateOptions& options) {
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
    const Part whole{0, input.file->bytes().size(), 1};
    PartResult own = validate_part(catalogue, input, whole, options, nobody, Tell::keep_text);
    result.part.status = std::max(result.part.status, own.status);
    result.part.text += own.text;
  }
  return result;
}

/// The catalogue of one thread, made when it is first needed: making one takes longer than reading a small file, and a
/// catalogue makes its messages when they are first asked for, so it can't be shared.
class OwnCatalogue {
 public:
  explicit OwnCatalogue(const Data& data) : data_(data) {}
  const Catalogue& get() {
    if (!catalogue_) catalogue_ = std::make_unique<const Catalogue>(data_);
    return *catalogue_;
  }

 private:
  const Data& data_;
  std::unique_ptr<const Catalogue> catalogue_;
};

struct Task {
  std::function<void(OwnCatalogue&)> work;
  std::exception_ptr failure;
  bool done = false;
};

/// Threads that take tasks in the order in which they come; who waits for one takes part.
class Workers {
 public:
  /// `count` with the thread that waits.
  Workers(const Data& data, unsigned count) : data_(data), own_(data) {
    for (unsigned i = 1; i < count; ++i) threads_.emplace_back([this] { work(); });
  }
  ~Workers() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    something_to_do_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void take(std::shared_ptr<Task> task) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(task));
    }
    something_to_do_.notify_one();
  }

  void wait_for(const Task& task) {
    std::unique_lock lock(mutex_);
    while (!task.done) {
      if (queue_.empty()) {
        something_done_.wait(lock, [&] { return task.done; });
      } else {
        do_next(lock, own_);
      }
    }
  }

 private:
  void work() {
    OwnCatalogue catalogue(data_);
    std::unique_lock lock(mutex_);
    for (;;) {
      something_to_do_.wait(lock, [&] { return closing_ || !queue_.empty(); });
      if (closing_) return;
      do_next(lock, catalogue);
    }
  }

  /// The lock is held before and after.
  void do_next(std::unique_lock<std::mutex>& lock, OwnCatalogue& catalogue) {
    const std::shared_ptr<Task> task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    try {
      task->work(catalogue);
    } catch (...) {
      task->failure = std::current_exception();
    }
    lock.lock();
    task->done = true;
    something_done_.notify_one();
  }

  const Data& data_;
  OwnCatalogue own_;  ///< of the thread that waits
  std::mutex mutex_;
  std::condition_variable something_to_do_;
  std::condition_variable something_done_;
  std::deque<std::shared_ptr<Task>> queue_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

/// Files and messages shared out among threads, their verdicts printed in the order of the input, as with one thread.
class Crew::Foreman {
 public:
  Foreman(const Data& data, const ValidateOptions& options)
      : options_(options), catalogue_(data), workers_(data, options.jobs) {}

  int run() {
    status_ = exit_clean;
    broken_.reset();
    for (const std::string& name : options_.files) take_file(name);
    hand_out_small();
    while (!waiting_.empty()) print_next();
    tool::print_findings(catalogue_.findings());
    return catalogue_.findings().has_errors() ? exit_config : status_;
  }

 private:
  struct HandedOut {
    Work work;
    WorkResult result;
    Task task;
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
      if (part->to - part->from > large_bytes) {
        while (!waiting_.empty()) print_next();
        if (broken_ != input) print_large({{}, input, *part});
        return;
      }
      hand_out({{}, input, *part});
      if (broken_ == input) return;
    }
  }

  void hand_out_small() {
    if (!small_.names.empty()) hand_out(std::exchange(small_, {}));
  }

  void hand_out(Work work) {
    // More than there are threads, so that none lies idle while the first of these is slow.
    while (waiting_.size() > 3 * options_.jobs) print_next();
    const auto handed_out = std::make_shared<HandedOut>();
    handed_out->work = std::move(work);
    handed_out->task.work = [this, it = handed_out.get()](OwnCatalogue& catalogue) {
      it->result = do_work(catalogue.get(), it->work, options_);
    };
    workers_.take({handed_out, &handed_out->task});
    waiting_.push_back(handed_out);
  }

  void print_next() {
    const std::shared_ptr<HandedOut> next = std::move(waiting_.front());
    waiting_.pop_front();
    workers_.wait_for(next->task);
    if (next->task.failure) std::rethrow_exception(next->task.failure);
    WorkResult& result = next->result;
    if (next->work.input && next->work.input == broken_) return;  // judged with what stands before it
    if (next->work.input) finish_part(next->work, result.part);
    tool::print_findings(result.unreadable);
    std::fwrite(result.part.text.data(), 1, result.part.text.size(), stdout);
    status_ = std::max(status_, result.part.status);
  }

  /// The rest of a file, of messages so large that each is shared out by itself.
  void print_large(Work work) {
    std::deque<SecondOpinion> nobody;
    work.part.line_number = work.part.from == 0 ? 1 : lines_before_ + 1;
    // While this thread finds out what message it is, another has the first pages brought in.
    constexpr std::size_t page_bytes = 4096;
    std::atomic<bool> begun = false;
    const auto pages = std::make_shared<Task>();
    pages->work = [&begun, near = work.input->file->bytes().substr(work.part.from, 4 * stretch_bytes_max)](auto&) {
      for (std::size_t at = 0; at < near.size() && !begun; at += page_bytes) {
        static_cast<void>(*static_cast<const volatile char*>(&near[at]));
      }
    };
    workers_.take(pages);
    std::uint64_t next_try = 0;
    std::uint64_t pause_bytes = stretch_bytes_max;
    const auto share = [&](MessageReader& reader, const auto& done_with) {
      const std::uint64_t from = reader.end_offset();
      begun = true;
      if (from < next_try) return;
      share_message(reader, work.part.to, done_with);
      next_try = reader.end_offset();
      if (next_try - from > stretch_bytes_max) {
        pause_bytes = stretch_bytes_max;
      } else {  // what fails again and again is tried ever less often
        next_try += pause_bytes;
        pause_bytes *= 2;
      }
    };
    const PartResult result = validate_part(catalogue_, *work.input, work.part, options_, nobody, Tell::print, share);
    begun = true;
    workers_.wait_for(*pages);
    std::fwrite(result.text.data(), 1, result.text.size(), stdout);
    status_ = std::max(status_, result.status);
  }

  /// Hands out stretches of a message while they turn out to be plainly right.
  void share_message(MessageReader& reader, std::uint64_t end, const std::function<void(std::uint64_t)>& done_with) {
    struct Stretch {
      Findings findings{1};
      std::unique_ptr<MessageReader> reader;
      bool right = false;  ///< stays so when the thread failed: it is read here then
      Task task;
    };
    if (!reader.find_seam(stretch_bytes_max)) return;
    std::deque<std::shared_ptr<Stretch>> out;
    std::uint64_t from = reader.end_offset();
    std::atomic<bool> going_on = true;
    while (going_on || !out.empty()) {
      const std::uint64_t to = going_on && out.size() <= 3 * options_.jobs ? find_cut(reader, from, end) : 0;
      if (to != 0) {
        const auto stretch = std::make_shared<Stretch>();
        stretch->reader = reader.make_stretch(from, to, stretch->findings);
        stretch->task.work = [&going_on, it = stretch.get()](OwnCatalogue&) {
          it->right = going_on && it->reader->read_stretch();
        };
        workers_.take({stretch, &stretch->task});
        out.push_back(stretch);
        from = to;
        continue;
      }
      if (out.empty()) return;
      workers_.wait_for(out.front()->task);
      going_on = going_on && out.front()->right && reader.pass(*out.front()->reader);
      out.pop_front();
      done_with(reader.end_offset());
    }
  }

  /// The end of the next stretch; 0 when there is none. They are the smaller the less is left, so that in the end no
  /// thread waits long for another.
  std::uint64_t find_cut(const MessageReader& reader, std::uint64_t from, std::uint64_t end) const {
    std::uint64_t wanted = std::clamp((end - from) / (4 * options_.jobs), stretch_bytes_min, stretch_bytes_max);
    for (;; wanted *= 2) {
      const std::uint64_t cut = reader.find_cut(from, wanted);
      if (cut != 0 || wanted >= stretch_bytes_max) return cut;
    }
  }

  /// The threads count the lines of a part from 1: what stands before it is known here.
  void finish_part(Work& work, PartResult& result) {
    const XmlInput& input = *work.input;
    if (work.part.from == 0) lines_before_ = 0;
    work.part.line_number = lines_before_ + 1;
    const auto again = [&](Tell tell) {
      std::deque<SecondOpinion> nobody;
      result = validate_part(catalogue_, input, work.part, options_, nobody, tell);
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
    VerdictPrinter printer(options_, name, input.file->bytes(), result.text);
    for (Judged& each : result.judged) {
      if (each.verdict.line_number != 0) each.verdict.line_number += lines_before_;
      if (each.findings) each.findings->add_to_lines(lines_before_);
      printer.print(each.verdict, each.findings ? *each.findings : nothing_, {});
    }
    lines_before_ += result.line_count;
  }

  static constexpr std::uint64_t large_bytes = std::uint64_t{8} << 20;
  static constexpr std::uint64_t stretch_bytes_min = std::uint64_t{1} << 16;
  static constexpr std::uint64_t stretch_bytes_max = std::uint64_t{4} << 20;

  const ValidateOptions& options_;
  const Catalogue catalogue_;  ///< for what this thread judges itself
  Workers workers_;
  std::deque<std::shared_ptr<HandedOut>> waiting_;  ///< in the order of the input
  Work small_;
  std::uint32_t lines_before_ = 0;  ///< the next part to be printed
  const Findings nothing_;
  std::shared_ptr<const XmlInput> broken_;  ///< its remaining parts were judged already
  int status_ = exit_clean;
};

Crew::Crew(const Data& data, const ValidateOptions& options) : foreman_(std::make_unique<Foreman>(data, options)) {}

Crew::~Crew() = default;

int Crew::run() {
  return foreman_->run();
}

}  // namespace tilmash::tool
