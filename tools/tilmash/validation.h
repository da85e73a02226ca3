// What `tilmash validate` does with one part of a file, whoever prints it and on whichever thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "command.h"
#include "iso20022/reader.h"
#include "second_opinion.h"
#include "xml_input.h"

namespace tilmash::tool {

struct ValidateOptions {
  std::vector<std::string> files;
  std::string format = "human";
  std::string caps = "message";
  std::vector<std::string> with;
  bool show_data = false;
  unsigned jobs = 1;
};

/// The verdict on one message, or (`message` null) on what stands outside of any.
struct Verdict {
  const iso20022::Message* message = nullptr;
  bool valid = false;
  std::uint32_t line_number = 0;
};

/// What another validator said; `verdict` null: it was not asked.
struct Opinion {
  std::string_view validator;
  const iso20022::OracleVerdict* verdict = nullptr;
  bool agrees = false;
  std::uint64_t column_shift = 0;  ///< on the first line of the document that it was given
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

/// Takes a message that is being validated in steps as far as it can, with the help of other threads. `done_with` is
/// told how far it got.
using Share = std::function<void(iso20022::MessageReader& reader, const std::function<void(std::uint64_t)>& done_with)>;

/// `exit_clean` when every message of the part is valid, and there is one.
PartResult validate_part(const iso20022::Catalogue& catalogue, const XmlInput& xml, const Part& part,
                         const ValidateOptions& options, std::deque<SecondOpinion>& second, Tell tell,
                         const Share& share = {});

/// All files of the options, on this thread, their verdicts printed; gives the exit status, `exit_config` when a second
/// opinion failed as such.
int validate_files(const iso20022::Catalogue& catalogue, const ValidateOptions& options,
                   std::deque<SecondOpinion>& second);

}  // namespace tilmash::tool
