// Breaks of a message as JSON: its syntax, its form, and values that XML can't hold.
#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "iso20022/caps.h"
#include "iso20022/message_json.h"
#include "iso20022/sample_fault.h"

namespace tilmash::iso20022 {
namespace {

/// A valid message as one line of JSON, on its way to a broken one.
struct Draft {
  std::string json;
  std::size_t inside;    ///< behind the root's "@xmlns" member and its comma
  std::string child;     ///< of the root
  std::size_t fragment;  ///< of the value in a wildcard; npos: the message has none
  std::size_t fragment_size;

  void put_inside(std::string_view text) { json.insert(inside, text); }
  bool put_fragment(std::string_view text) {
    if (fragment == std::string::npos) return false;
    json.replace(fragment, fragment_size, text);
    return true;
  }
  /// Of the first value behind the root's namespace that is a string.
  void put_value(std::string_view text) {
    const std::size_t from = json.find(":\"", inside) + 1;
    json.replace(from, json.find('"', from + 1) + 1 - from, text);
  }
};

struct JsonFault {
  std::string_view code;  ///< some are of the folder that reads JSON
  bool (*apply)(Draft& draft);
};

const JsonFault faults[] = {
    {"JSN-0001", [](Draft& d) { return d.json.pop_back(), true; }},
    {"JSN-0002", [](Draft& d) { return d.put_inside("\"@xmlns\":\"\","), true; }},
    {"JSN-0003", [](Draft& d) { return d.put_inside("\"a\":" + std::string(4 * Caps::message().depth, '[')), true; }},
    {"ISO-0401", [](Draft& d) { return d.put_value("\"\\u0001\""), true; }},
    {"ISO-0402", [](Draft& d) { return d.put_fragment("\"<a>\""); }},
    {"ISO-0501", [](Draft& d) { return d.json = "{\"Document\":{}}", true; }},
    {"ISO-0502", [](Draft& d) { return d.put_inside("\"NoSuchElement\":\"\","), true; }},
    {"ISO-0503",
     [](Draft& d) {
       d.json.replace(d.inside, std::string::npos, "\"" + d.child + "\":true}}");
       return true;
     }},
    {"ISO-0504", [](Draft& d) { return d.put_fragment("[]"); }},
};

}  // namespace

std::optional<std::string> FaultMaker::json_fault(Code code) {
  const auto* fault =
      std::find_if(std::begin(faults), std::end(faults), [&](auto& one) { return one.code == to_text(code); });
  if (fault == std::end(faults)) return std::nullopt;
  constexpr std::string_view sample_fragment = "{\"Sample\":{\"@xmlns\":\"";
  Instance instance;
  maker_.make_smallest(instance);
  for (std::uint32_t node = 1; node < shape_.nodes.size(); ++node) {
    if (shape_.nodes[node].type != LeafType::any || maker_.is_cut(node)) continue;
    maker_.make_around({node}, instance);
    break;
  }
  Draft draft;
  JsonMessageWriter(message_, shape_).encode(instance, draft.json);
  draft.inside = draft.json.find("\",", draft.json.find("\"@xmlns\":\"")) + 2;
  draft.child = std::string(shape_.nodes[shape_.root().first_child].name);
  draft.fragment = draft.json.find(sample_fragment);
  draft.fragment_size =
      draft.fragment == std::string::npos ? 0 : draft.json.find("}}", draft.fragment) + 2 - draft.fragment;
  if (!fault->apply(draft)) return std::nullopt;
  return std::move(draft.json);
}

}  // namespace tilmash::iso20022
