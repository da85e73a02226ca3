// Where the items lie: inherited usage, sizes, slack bytes of SYNCHRONIZED, REDEFINES, RENAMES.
//
// SIZES in bytes (n digits)
//   DISPLAY          a character each, and one for a sign of its own
//   COMP             ibm 2-4-8: 1-4, 5-9, 10-18 digits; gnucobol 1-2-4-8: 1-2, 3-4, 5-9, 10-18, and 16 above;
//                    minimal: the fewest bytes that hold n digits (Micro Focus; GnuCOBOL -std=mf)
//   COMP-3 / COMP-6  n / 2 + 1, (n + 1) / 2
//   COMP-1, COMP-2   4, 8          INDEX 4          POINTER 4 or 8
// Source: IBM Enterprise COBOL Language Reference, "USAGE clause", "SYNCHRONIZED clause"; GnuCOBOL 3 binary-size.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/copybook/entries.h"
#include "base/config.h"
#include "base/decimal.h"

namespace tilmash::formats::copybook {
namespace {

/// The fewest bytes of a two's complement number that hold every value of so many digits.
std::uint32_t minimal_bytes(std::uint32_t digits, bool is_signed) {
  unsigned bits = is_signed ? 1 : 0;
  // 10^digits - 1 has this many bits; 2^10 is a little above 10^3, so count exactly up to 38 digits.
  __extension__ unsigned __int128 largest = 1;
  for (std::uint32_t i = 0; i < digits; ++i) largest *= 10;
  for (largest -= 1; largest != 0; largest >>= 1) ++bits;
  return (bits + 7) / 8;
}

std::uint32_t binary_bytes(std::uint32_t digits, bool is_signed, Dialect::BinarySizes sizes) {
  if (sizes == Dialect::BinarySizes::minimal) return minimal_bytes(digits, is_signed);
  if (sizes == Dialect::BinarySizes::gnucobol && digits <= 2) return 1;
  if (digits <= 4) return 2;
  if (digits <= 9) return 4;
  if (digits <= 18) return 8;
  return sizes == Dialect::BinarySizes::gnucobol ? 16 : minimal_bytes(digits, true);
}

bool needs_no_picture(Usage usage) {
  return usage == Usage::float_short || usage == Usage::float_long || usage == Usage::index || usage == Usage::pointer;
}

bool is_binary(Usage usage) {
  return usage == Usage::binary || usage == Usage::native || usage == Usage::hex_integer;
}

/// The words of "A OF B" or "B.A" in capitals, innermost first.
std::vector<std::string> qualifiers(std::string_view name) {
  std::string upper = to_upper(name);
  std::vector<std::string> words;
  for (std::size_t at = upper.find(" OF "); at != std::string::npos; at = upper.find(" OF ")) {
    words.push_back(upper.substr(0, at));
    upper = upper.substr(at + 4);
  }
  std::vector<std::string> path;
  for (std::size_t at = upper.find('.'); at != std::string::npos; at = upper.find('.')) {
    path.push_back(upper.substr(0, at));
    upper = upper.substr(at + 1);
  }
  path.push_back(upper);
  words.insert(words.end(), path.rbegin(), path.rend());
  return words;
}

class Layer {
 public:
  Layer(const Dialect& dialect, Copybook& copybook, Reporter& reporter)
      : dialect_(dialect), copybook_(copybook), items_(copybook.items), reporter_(reporter) {}

  void run() {
    make_tree();
    for (std::uint32_t i = 0; i < items_.size(); ++i) settle(i);
    if (reporter_.failed()) return;
    for (std::uint32_t i = 0; i < items_.size(); ++i) resolve(i);
    if (reporter_.failed()) return;
    for (Copybook::Record& record : copybook_.records) place_record(record);
    for (Renames& each : copybook_.renames) place_renames(each);
  }

 private:
  void error(const Spot& spot, Code code, std::string text, std::string help = {}) {
    reporter_.error(spot, code, std::move(text), std::move(help));
  }
  static std::string name_of(const Item& item) { return item.is_filler() ? "FILLER" : item.name; }

  /// Levels give the tree; an item belongs to the last one before it with a smaller level.
  void make_tree() {
    std::vector<std::uint32_t> open;
    for (std::uint32_t i = 0; i < items_.size(); ++i) {
      Item& item = items_[i];
      const bool record = item.level == 1 || item.level == 77;
      if (record) open.clear();
      while (!open.empty() && items_[open.back()].level >= item.level) open.pop_back();
      if (!open.empty()) {
        item.parent = open.back();
        std::vector<std::uint32_t>& siblings = items_[open.back()].children;
        if (!siblings.empty() && items_[siblings.back()].level != item.level) {
          reporter_.warn(item.spot, "CPY-0022"_code,
                         fmt::format("level {:02} follows items of level {:02} in the same group", item.level,
                                     items_[siblings.back()].level));
        }
        siblings.push_back(i);
      } else {
        if (copybook_.records.empty() || record) copybook_.records.emplace_back();
        copybook_.records.back().roots.push_back(i);
      }
      item.record = static_cast<std::uint32_t>(copybook_.records.size() - 1);
      if (item.level != 77) open.push_back(i);
    }
  }

  /// Usage and sign come from the groups above; then the clauses must fit each other.
  void settle(std::uint32_t index) {
    Item& item = items_[index];
    if (item.parent != none) {
      const Item& above = items_[item.parent];
      if (item.usage == Usage::unstated) item.usage = above.usage;
      if (!item.sign_given && above.sign_given) {
        item.sign_given = true;
        item.sign_leading = above.sign_leading;
        item.sign_separate = above.sign_separate;
      }
      item.sync = item.sync || above.sync;
    }
    if (item.is_group()) {
      settle_group(item);
    } else {
      settle_usage(item);
    }
  }

  void settle_group(Item& group) {
    if (group.has_picture) {
      error(group.picture_spot, "CPY-0032"_code,
            fmt::format("{} has items below it, so it has no PICTURE", name_of(group)));
    }
    if (group.justified || group.blank_when_zero) {
      error(group.spot, "CPY-0034"_code, "JUSTIFIED and BLANK WHEN ZERO are clauses of elementary items");
    }
  }

  void settle_usage(Item& item) {
    Usage& usage = item.usage;
    const Category category = item.picture.category;
    if (!item.has_picture) {
      if (!needs_no_picture(usage) && item.native_bytes == 0) {
        error(item.spot, "CPY-0032"_code, fmt::format("{} has neither a PICTURE nor items below it", name_of(item)));
      }
      return;
    }
    if (needs_no_picture(usage)) {
      // A float or pointer with a PICTURE breaks the rules; under a group usage it is the group that is meant loosely.
      error(item.picture_spot, "CPY-0033"_code, fmt::format("{} items have no PICTURE", to_text(usage)));
      return;
    }
    const bool numeric = category == Category::numeric;
    if (category == Category::national && usage != Usage::display) {
      usage = Usage::national;
    } else if (category == Category::dbcs) {
      usage = Usage::dbcs;
    } else if (usage == Usage::unstated) {
      usage = Usage::display;
    } else if (!numeric && usage != Usage::display && usage != Usage::national && usage != Usage::dbcs &&
               !(usage == Usage::hex_integer && category == Category::alphanumeric)) {
      // COMP-3 stated for a group is for its numbers; text in it is text.
      const bool own = item.parent == none || items_[item.parent].usage != usage;
      if (own) {
        error(item.picture_spot, "CPY-0033"_code,
              fmt::format("{} needs a number, and this picture is {}", to_text(usage), to_text(category)));
      }
      usage = Usage::display;
    }
    settle_sign(item);
    if (item.blank_when_zero && !numeric && category != Category::numeric_edited) {
      error(item.spot, "CPY-0034"_code, "BLANK WHEN ZERO is a clause of numbers");
    }
    if (item.justified && (numeric || category == Category::numeric_edited)) {
      error(item.spot, "CPY-0034"_code, "JUSTIFIED is a clause of text");
    }
  }

  void settle_sign(Item& item) {
    const bool display = item.usage == Usage::display && item.picture.category == Category::numeric;
    if (item.usage == Usage::packed_unsigned && item.picture.has_sign) {
      reporter_.warn(item.picture_spot, "CPY-0033"_code, "COMP-6 has no sign: with S it is read as COMP-3");
      item.usage = Usage::packed;
    }
    if (display && item.sign_given && item.sign_separate && !item.picture.has_sign) {
      reporter_.warn(item.picture_spot, "CPY-0034"_code, "the separate sign stands although the picture has no S");
      item.picture.has_sign = true;
    }
    if (is_binary(item.usage) && item.picture.digits > 18 && dialect_.binary_sizes == Dialect::BinarySizes::ibm) {
      reporter_.warn(item.picture_spot, "CPY-0033"_code,
                     "IBM has no binary number of more than 18 digits: it is read in the fewest bytes that hold it");
    }
  }

  void resolve(std::uint32_t index) {
    Item& item = items_[index];
    if (!item.redefines_name.empty()) resolve_redefines(index);
    if (!item.depending_on.empty()) {
      item.counter = find_item(copybook_, item.record, item.depending_on, index);
      const bool number =
          item.counter != none && !items_[item.counter].is_group() &&
          (items_[item.counter].picture.category == Category::numeric || items_[item.counter].native_bytes != 0);
      if (!number || items_[item.counter].picture.scale != 0) {
        error(item.depending_spot, "CPY-0041"_code, "DEPENDING ON names no whole number that stands before the table");
      }
    }
  }

  /// The item redefined is a sibling of the same level before this one, with nothing but redefinitions between.
  void resolve_redefines(std::uint32_t index) {
    Item& item = items_[index];
    const std::string name = to_upper(item.redefines_name);
    std::vector<std::uint32_t> siblings;
    if (item.parent != none) {
      siblings = items_[item.parent].children;
    } else {
      for (const Copybook::Record& record : copybook_.records) {
        siblings.insert(siblings.end(), record.roots.begin(), record.roots.end());
      }
    }
    const auto self = std::find(siblings.begin(), siblings.end(), index);
    for (auto at = self; at != siblings.begin();) {
      --at;
      Item& target = items_[*at];
      if (target.key == name) {
        if (target.has_occurs) {
          reporter_.warn(item.redefines_spot, "CPY-0040"_code,
                         "a table is redefined as a whole, from its first occurrence");
        }
        // A chain of redefinitions is one of the first item.
        item.redefines = target.redefines != none ? target.redefines : *at;
        items_[item.redefines].redefined_by.push_back(index);
        return;
      }
      if (target.redefines == none && target.redefines_name.empty()) break;
    }
    error(item.redefines_spot, "CPY-0040"_code, "REDEFINES names no item of the same group that stands right before it",
          "only other redefinitions of that item may stand between");
  }

  // Sizes and places.

  std::uint64_t elementary_bytes(const Item& item) const {
    const Picture& picture = item.picture;
    const bool is_signed = item.is_signed >= 0 ? item.is_signed == 1 : picture.has_sign;
    switch (item.usage) {
      case Usage::float_short:
      case Usage::index:
        return 4;
      case Usage::float_long:
        return 8;
      case Usage::pointer:
        return item.native_bytes != 0 ? item.native_bytes : dialect_.pointer_bytes;
      case Usage::packed:
        return picture.digits / 2 + 1;
      case Usage::packed_unsigned:
        return (picture.digits + 1) / 2;
      case Usage::hex_integer:
        return picture.category == Category::numeric ? minimal_bytes(picture.digits, is_signed) : picture.symbols;
      case Usage::native:
        if (item.native_bytes != 0) return item.native_bytes;
        return binary_bytes(picture.digits, is_signed, dialect_.binary_sizes);
      case Usage::binary:
        return binary_bytes(picture.digits, is_signed, dialect_.binary_sizes);
      case Usage::national:
      case Usage::dbcs:
        return std::uint64_t{2} * picture.symbols;
      default:
        return picture.symbols + (item.sign_separate && picture.has_sign ? 1u : 0u);
    }
  }

  std::uint32_t alignment(const Item& item) const {
    if (!item.sync || dialect_.sync == Dialect::Sync::off || item.is_group()) return 1;
    const std::uint64_t bytes = elementary_bytes(item);
    const std::uint32_t wide = dialect_.sync == Dialect::Sync::gnucobol ? 8 : 4;
    if (item.usage == Usage::float_long) return dialect_.sync == Dialect::Sync::four ? 4 : 8;
    if (item.usage == Usage::float_short || item.usage == Usage::index) return 4;
    if (item.usage == Usage::pointer) return static_cast<std::uint32_t>(bytes);
    if (!is_binary(item.usage)) return 1;
    return bytes > 4 ? wide : bytes > 2 ? 4 : static_cast<std::uint32_t>(bytes);
  }

  /// Of the first elementary item: IBM puts its slack bytes before the groups that begin with it.
  std::uint32_t leading_alignment(const Item& item) const {
    const Item* first = &item;
    while (first->is_group()) first = &items_[first->children.front()];
    return alignment(*first);
  }

  /// Lays the item out from `offset`; returns the offset behind all of its occurrences.
  std::uint64_t place(std::uint32_t index, std::uint64_t offset, std::uint32_t& aligned) {
    Item& item = items_[index];
    const bool before_groups = dialect_.sync == Dialect::Sync::ibm || dialect_.sync == Dialect::Sync::four;
    const std::uint32_t align = before_groups ? leading_alignment(item) : alignment(item);
    const std::uint64_t slack = item.redefines != none ? 0 : (align - offset % align) % align;
    item.slack_before = static_cast<std::uint32_t>(slack);
    item.offset = offset + slack;
    std::uint32_t widest = align;
    if (item.is_group()) {
      item.length = place_children(item, widest) - item.offset;
    } else {
      item.length = elementary_bytes(item);
    }
    if (item.occurs_max > 1 && item.length % widest != 0) {
      item.slack_after = static_cast<std::uint32_t>(widest - item.length % widest);
      item.length += item.slack_after;
    }
    aligned = std::max(aligned, widest);
    if (item.length > record_bytes_max || item.offset > record_bytes_max ||
        item.length * item.occurs_max > record_bytes_max) {
      error(item.spot, "CPY-0044"_code, fmt::format("the record would be longer than {} bytes", record_bytes_max));
      item.length = 0;
    }
    return item.offset + item.total_length();
  }

  std::uint64_t place_children(Item& group, std::uint32_t& widest) {
    std::uint64_t end = group.offset;
    for (const std::uint32_t child : group.children) {
      const std::uint32_t target = items_[child].redefines;
      const std::uint64_t after = place(child, target != none ? items_[target].offset : end, widest);
      end = std::max(end, after);
      if (reporter_.failed()) break;
    }
    return end;
  }

  void place_record(Copybook::Record& record) {
    std::uint64_t end = 0;
    std::uint32_t widest = 1;
    for (const std::uint32_t root : record.roots) {
      const Item& item = items_[root];
      const bool other = item.redefines != none && item.level != 1;
      end = std::max(end, place(root,
                                other                    ? items_[item.redefines].offset
                                : item.redefines != none ? 0
                                                         : end,
                                widest));
      if (end > record_bytes_max && !reporter_.failed()) {
        error(item.spot, "CPY-0044"_code, fmt::format("the record would be longer than {} bytes", record_bytes_max));
      }
      if (reporter_.failed()) return;
    }
    record.length = end;
  }

  void place_renames(Renames& renames) {
    const auto before = static_cast<std::uint32_t>(renames.after + 1);
    const std::uint32_t record = items_[renames.after].record;
    const std::uint32_t from = find_item(copybook_, record, renames.from, before);
    const std::uint32_t to = renames.through.empty() ? from : find_item(copybook_, record, renames.through, before);
    if (from == none || to == none || items_[to].offset + items_[to].total_length() < items_[from].offset) {
      error(renames.spot, "CPY-0042"_code, "RENAMES names no run of items of the record before it");
      return;
    }
    renames.offset = items_[from].offset;
    renames.length = items_[to].offset + items_[to].total_length() - items_[from].offset;
  }

  const Dialect& dialect_;
  Copybook& copybook_;
  std::vector<Item>& items_;
  Reporter& reporter_;
};

}  // namespace

std::uint32_t find_item(const Copybook& copybook, std::uint32_t record, std::string_view name, std::uint32_t before) {
  const std::vector<Item>& items = copybook.items;
  const std::vector<std::string> words = qualifiers(name);
  for (auto i = static_cast<std::uint32_t>(std::min<std::size_t>(before, items.size())); i-- > 0;) {
    if (items[i].record != record || items[i].key != words[0]) continue;
    std::size_t matched = 1;
    for (std::uint32_t up = items[i].parent; up != none && matched < words.size(); up = items[up].parent) {
      if (items[up].key == words[matched]) ++matched;
    }
    if (matched == words.size()) return i;
  }
  return none;
}

void lay_out(const Dialect& dialect, Copybook& copybook, Reporter& reporter) {
  Layer(dialect, copybook, reporter).run();
}

std::string_view to_text(Usage usage) {
  constexpr std::string_view names[] = {"DISPLAY", "DISPLAY", "NATIONAL", "DISPLAY-1", "COMP",  "COMP-5", "COMP-3",
                                        "COMP-6",  "COMP-X",  "COMP-1",   "COMP-2",    "INDEX", "POINTER"};
  return names[static_cast<std::size_t>(usage)];
}

std::optional<Copybook> read_copybook(std::string name, std::string_view text, const Dialect& dialect,
                                      const ReadMember& read_member, Findings& findings) {
  Copybook copybook;
  copybook.files.push_back({std::move(name), std::string(text)});
  Reporter reporter(copybook.files, findings);
  if (text.size() > text_bytes_max) {
    reporter.error({0, 1, 1, 1}, "CPY-0001"_code, fmt::format("the copybook has more than {} bytes", text_bytes_max));
    return std::nullopt;
  }
  const std::vector<Token> tokens = read_tokens(copybook.files, dialect, read_member, reporter);
  if (!reporter.failed()) read_entries(tokens, dialect, copybook, reporter);
  if (!reporter.failed()) lay_out(dialect, copybook, reporter);
  if (reporter.failed()) return std::nullopt;
  return copybook;
}

}  // namespace tilmash::formats::copybook
