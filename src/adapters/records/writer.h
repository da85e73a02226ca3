// Writes records one after the other, keeping track of their order and computing what they state about others.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/records/frames.h"
#include "adapters/records/tracker.h"

namespace tilmash::records {

class Writer final : public formats::RecordWriter {
 public:
  explicit Writer(const RecordLayout& layout);

  std::optional<Diagnostic> write(const Instance& instance, std::uint32_t cell, std::string& out) override;
  std::optional<Diagnostic> finish(std::string& out) override;
  const Findings& findings() const override { return findings_; }

  /// What a failed item must not leave behind.
  struct State {
    Tracker tracker;
    FrameWriter frames;
    std::uint64_t record_count;
    std::uint64_t bytes;
  };
  void save(State& state) const { state = {tracker_, frames_, record_count_, bytes_}; }
  void restore(const State& state);
  State state() const { return {tracker_, frames_, record_count_, bytes_}; }

  /// The kind of a cell's node; none when it is a field or the root.
  std::uint32_t kind_of_node(std::uint32_t node) const { return kind_of_node_[node]; }

 private:
  void compute(std::uint32_t kind, std::uint32_t form);
  bool try_form(const Instance& instance, std::uint32_t cell, std::uint32_t kind, std::uint32_t form,
                std::optional<Diagnostic>& why);
  bool holds_foreign(const Instance& instance, std::uint32_t cell, const Form& form) const;
  void close_to(std::size_t level);
  void compare_stated(const Instance& instance, std::uint32_t cell, std::uint32_t kind);
  Diagnostic diagnose(Code code, std::uint32_t node, std::string text) const;

  const RecordLayout& layout_;
  Tracker tracker_;
  FrameWriter frames_;
  std::unique_ptr<RecordEncoder> encoder_;
  std::unique_ptr<RecordDecoder> reader_;
  Instance scratch_;
  std::vector<std::uint32_t> kind_of_node_;
  Findings findings_;
  std::uint64_t record_count_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace tilmash::records
