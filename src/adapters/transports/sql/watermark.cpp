#include "adapters/transports/sql/watermark.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/json_document.h"
#include "base/text.h"

namespace tilmash::sql {
namespace {

constexpr JsonCaps caps{std::uint64_t{1} << 30, 4'000'000, 4};

std::uint32_t find(const JsonDocument& json, std::string_view key) {
  std::uint32_t at = json.root().kind == JsonValue::Kind::object ? json.root().first_child : no_json;
  while (at != no_json && json.value(at).key != key) at = json.value(at).next;
  return at;
}

std::vector<std::string> texts(const JsonDocument& json, std::string_view key) {
  std::vector<std::string> found;
  const std::uint32_t list = find(json, key);
  if (list == no_json || json.value(list).kind != JsonValue::Kind::array) return found;
  for (std::uint32_t at = json.value(list).first_child; at != no_json; at = json.value(at).next) {
    found.emplace_back(json.value(at).text);
  }
  return found;
}

template <class List>
void append_list(std::string& out, std::string_view key, const List& list) {
  out += fmt::format(",\"{}\":[", key);
  for (const auto& text : list) {
    if (out.back() != '[') out += ',';
    append_json_string(out, text);
  }
  out += ']';
}

std::vector<std::string> order_names(const RowView& view) {
  std::vector<std::string> names;
  for (const std::size_t column : view.poll->order) names.push_back(view.columns[column].name);
  return names;
}

}  // namespace

std::string key_digest(const std::vector<RowValue>& key) {
  std::string bytes;
  for (const RowValue& value : key) append_row_value(bytes, value);
  Sha256 digest;
  digest.add(bytes);
  return to_hex(digest.finish());
}

std::string to_json(const Watermark& watermark, const RowView& view, std::string_view layout) {
  std::string out = "{\"watermark\":\"1\",\"layout\":";
  append_json_string(out, layout);
  append_list(out, "columns", order_names(view));
  append_list(out, "order", watermark.order);
  // Sorted, so that the same state is the same bytes.
  std::vector<std::string_view> keys(watermark.keys.begin(), watermark.keys.end());
  std::sort(keys.begin(), keys.end());
  append_list(out, "keys", keys);
  return out + "}\n";
}

std::optional<Watermark> read_watermark(std::string_view text, std::string file, const RowView& view,
                                        std::string_view layout, Findings& findings) {
  Watermark watermark;
  if (text.empty()) return watermark;
  JsonDocument json(text, file, caps);
  Findings problems;
  const auto refuse = [&](std::string why) {
    Diagnostic error;
    error.code = "SQL-0206"_code;
    error.place.file = file;
    error.text = std::move(why);
    findings.add(std::move(error));
    return std::nullopt;
  };
  if (!json.find_next() || !json.parse(problems)) return refuse("the file is no watermark");
  const std::uint32_t version = find(json, "watermark");
  const std::uint32_t owner = find(json, "layout");
  if (version == no_json || json.value(version).text != "1") return refuse("the file is no watermark of this version");
  if (owner == no_json || json.value(owner).text != layout || texts(json, "columns") != order_names(view)) {
    return refuse(fmt::format("the watermark belongs to another layout than {}, or to another `order`", layout));
  }
  watermark.order = texts(json, "order");
  for (std::string& key : texts(json, "keys")) watermark.keys.insert(std::move(key));
  if (watermark.order.empty() || watermark.order.size() == view.poll->order.size()) return watermark;
  return refuse("the watermark has not a value for each column of `order`");
}

}  // namespace tilmash::sql
