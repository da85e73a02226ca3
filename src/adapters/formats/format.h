// What a record format is to the rest of the house: a layout that knows its shape and makes decoders and encoders.
//
// A format is one folder below this one with a `const Format` named in its CMakeLists.txt; CMake gathers them, so a
// new format touches no list. Formats do not know each other.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/config.h"
#include "base/data.h"
#include "base/rows.h"
#include "shape/stream.h"

namespace tilmash::formats {

/// Hears of every record of a file as it is read, for tools that print records rather than items.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  /// `cell` is the record's group in `instance`, no_cell for a record without content (padding); `nodes` are its fields
  /// and groups in record order, those that are blank included. Not called for a record that can't be read.
  virtual void record(const Instance& instance, std::uint32_t node, std::uint32_t cell,
                      std::span<const std::uint32_t> nodes, std::uint64_t record_number, std::uint64_t offset) = 0;
};

/// The way back of a RecordSink: writes one record after the other, in file order. What a record states about others
/// (counts, sums, hashes) is computed, whatever the instance says; FMT-0407 in `findings` when it said otherwise.
class RecordWriter {
 public:
  virtual ~RecordWriter() = default;
  /// Writes the group `cell` of `instance`; a cell below it that is a record of its own is not written. On an error
  /// `out` is as it was.
  virtual std::optional<Diagnostic> write(const Instance& instance, std::uint32_t cell, std::string& out) = 0;
  /// Checks that nothing is missing and writes padding records.
  virtual std::optional<Diagnostic> finish(std::string& out) = 0;
  virtual const Findings& findings() const = 0;
};

/// Writes items of one file: open · encode* · close, each appending to `out`. What cannot be written is a Diagnostic
/// and leaves `out` as it was.
class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Writes the records that come before the items (file header …), from the cells of `parents` that are not items.
  virtual std::optional<Diagnostic> open(const Instance& parents, std::string& out) = 0;
  /// Writes one item with its children; new parents in `instance` (a next batch) are written first.
  virtual std::optional<Diagnostic> encode(const Instance& instance, std::string& out) = 0;
  /// Writes trailers, filling their declared counts, sums and hashes.
  virtual std::optional<Diagnostic> close(std::string& out) = 0;
  /// True when what comes before the items states what only the end knows. Whoever writes the file keeps it together
  /// until it is closed, and has `settle` fill that in.
  virtual bool settles() const { return false; }
  virtual void settle(std::string& /*file*/) const {}
  /// What is to be said of what was written.
  virtual const Findings& findings() const {
    static const Findings none;
    return none;
  }
};

/// A compiled layout. Immutable; must outlive its decoders and encoders.
class Layout {
 public:
  virtual ~Layout() = default;
  virtual const Shape& shape() const = 0;
  /// The node of a record kind by its name; no_node when there is none.
  virtual std::uint32_t find_record(std::string_view kind) const = 0;
  /// `input` is the whole file and must outlive the decoder and the instances it fills. `file` is for messages.
  /// `records`, when given, must outlive the decoder.
  virtual std::unique_ptr<ItemStream> decoder(std::string_view input, std::string file,
                                              RecordSink* records = nullptr) const = 0;
  virtual std::unique_ptr<Encoder> encoder() const = 0;
  virtual std::unique_ptr<RecordWriter> record_writer() const = 0;
  /// The records with the positions, lengths and types of their fields, for people.
  virtual std::string describe() const = 0;
  /// What a database is asked for; nullptr of formats whose bytes come from files.
  virtual const RowView* row_view() const { return nullptr; }
};

struct Format {
  std::string_view name;  ///< the value of `format` in a layout file
  /// Compiles a layout; nullptr (and findings) when it is wrong.
  std::unique_ptr<Layout> (*load)(const ConfigFile& file, const Data& data, Findings& findings);
  /// Of files that describe themselves: the text of a layout for one, from its first bytes; empty (and findings) when
  /// it is no such file. nullptr: files of this format don't.
  std::string (*layout_of)(std::string_view bytes, const Data& data, Findings& findings) = nullptr;
  /// Of a format that has definition files of its own kind, which are not TOML: true for the names of those. `load`
  /// then gets their text, and what was set beside it as the root.
  bool (*owns)(std::string_view file_name) = nullptr;
};

/// The format of this name; nullptr when there is none.
const Format* find_format(std::string_view name);

/// The text of a layout for a file that describes itself; empty when none of the formats knows it. The findings say
/// why.
std::string layout_of(std::string_view bytes, const Data& data, Findings& findings);

/// Reads a layout file of any format: the text of a TOML file with `format = "…"`, or of a file that a format owns.
/// `read_beside` gives the files it names; `settings` are lines of TOML that stand in place of keys of the file's root.
std::unique_ptr<Layout> load_layout(std::string name, std::string_view text, const Data& data, Findings& findings,
                                    const ReadBeside& read_beside = {}, std::string_view settings = {});

}  // namespace tilmash::formats
