// What is measured: one task a way of doing the same job, and the input they share.
//
// The job: the demo bank's payments become pacs.008.001.08 messages, each with its head.001.001.02, in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tilmash::bench {

/// A payment as tilmash wrote it, and what of it no column holds.
struct Expected {
  std::string head;
  std::string body;
  std::string message_id;
  std::string uetr;
};

/// The demo bank's extract without the records that are rejects.
struct Input {
  std::string file;  ///< header, payments, trailer, as tilmash takes it
  std::string_view header;
  std::vector<std::string_view> payments;  ///< of the file
  std::string as_of;
  std::vector<Expected> expected;  ///< by payment
  std::size_t bytes_out = 0;       ///< of all of them
};

class Task {
 public:
  virtual ~Task() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view about() const = 0;
  /// What `run` needs and is not measured.
  virtual void prepare() {}
  /// The whole input once. Gives the bytes written.
  virtual std::size_t run() = 0;
  /// True when what it writes is what tilmash writes (or, of a peer that may differ in bytes, is valid).
  virtual bool check() { return true; }
};

/// Reads the extract, converts it once and keeps what became a message. Empty when something is wrong with it.
std::unique_ptr<Input> read_input(const std::string& path, std::size_t payments_max);

/// (a) tilmash through its public entry point. `endpoint` "pacs.008.001.08" or "partner/v1".
std::unique_ptr<Task> make_tilmash_task(const Input& input, std::string_view endpoint);
/// (b) the columns appended by hand, without checks.
std::unique_ptr<Task> make_append_task(const Input& input);
/// (c) libxml2: written with xmlTextWriter, then validated with xmlSchemaValidateStream.
std::unique_ptr<Task> make_libxml2_task(const Input& input, bool validate);
/// The floor: the finished messages copied.
std::unique_ptr<Task> make_copy_task(const Input& input);

}  // namespace tilmash::bench
