// What a file states about itself, compared with what it holds: balances of an account section, and the sums of the
// movements of each account. Reading only: a statement is written with the totals it was given.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adapters/formats/one_c/layout.h"
#include "shape/stream.h"

namespace tilmash::formats::one_c {

class Controls {
 public:
  explicit Controls(const OneCLayout& layout) : layout_(layout), sums_(layout.controls.size()) {}

  /// A section above the items, or below, that was read: its group is `group`.
  void add_section(std::uint32_t section, const Instance& instance, std::uint32_t group, std::uint64_t record_number);
  void add_item(const Instance& instance, std::uint32_t group);
  /// An item that could not be read: no sum over items is comparable any more.
  void add_unread() { unread_ = true; }
  /// Compares the sums over items.
  void finish();

  const std::vector<Control>& results() const { return results_; }
  /// Nodes of the fields of `results()`, for findings.
  const std::vector<std::uint32_t>& fields() const { return fields_; }

 private:
  /// What sections state of one account, or the whole file of one field, and what the items add up to.
  struct Side {
    DecimalSum stated;
    DecimalSum counted;
    bool is_stated = false;
    std::uint64_t record_number = 0;
  };
  struct Account {
    Side received;
    Side spent;
  };

  void compare_balance(const ControlRule& rule, const Instance& instance, std::uint32_t group,
                       std::uint64_t record_number);
  void add_movement(const Instance& instance, std::uint32_t group);
  Account* known(const Instance& instance, std::uint32_t group, const std::vector<std::uint32_t>& fields);
  void report(std::uint32_t field, const DecimalSum& stated, const DecimalSum& counted, bool comparable,
              std::uint64_t record_number);

  const OneCLayout& layout_;
  std::map<std::string, Account, std::less<>> accounts_;  ///< at most sections_max
  std::vector<Side> sums_;                                ///< by control
  std::vector<Control> results_;
  std::vector<std::uint32_t> fields_;
  bool items_seen_ = false;
  bool late_account_ = false;  ///< an account was declared after the first item
  bool unread_ = false;
};

}  // namespace tilmash::formats::one_c
