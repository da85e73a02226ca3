#include "partner/contract.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tilmash::partner {
namespace {

/// RFC 3339, section 5.6, with the zone required; dates and decimals as the contract writes them.
constexpr std::string_view datetime_pattern =
    "^\\\\d{4}-\\\\d{2}-\\\\d{2}T\\\\d{2}:\\\\d{2}:\\\\d{2}(\\\\.\\\\d+)?(Z|[+-]\\\\d{2}:\\\\d{2})$";
constexpr std::string_view date_pattern = "^\\\\d{4}-\\\\d{2}-\\\\d{2}$";

class SchemaWriter {
 public:
  explicit SchemaWriter(const canonical::Dictionary& document) : document_(document), shape_(document.shape) {}

  std::string write(std::string_view title) {
    out_ = "{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n  \"title\": ";
    append_json_string(out_, title);
    out_ += ",\n";
    write_object(0, 1);
    out_ += "}\n";
    return std::move(out_);
  }

 private:
  void indent(int level) { out_.append(static_cast<std::size_t>(level) * 2, ' '); }

  /// The members of the schema of a group, without its braces.
  void write_object(std::uint32_t index, int level) {
    const Node& node = shape_.nodes[index];
    indent(level);
    out_ += "\"type\": \"object\",\n";
    indent(level);
    out_ += "\"additionalProperties\": false,\n";
    std::string required;
    for (std::uint32_t child = node.first_child; child < node.first_child + node.child_count; ++child) {
      if (shape_.nodes[child].min_occurs == 0) continue;
      if (!required.empty()) required += ", ";
      append_json_string(required, shape_.nodes[child].name);
    }
    if (!required.empty()) {
      indent(level);
      out_ += fmt::format("\"required\": [{}],\n", required);
    }
    indent(level);
    out_ += "\"properties\": {\n";
    for (std::uint32_t child = node.first_child; child < node.first_child + node.child_count; ++child) {
      indent(level + 1);
      append_json_string(out_, shape_.nodes[child].name);
      out_ += ": {\n";
      write_member(child, level + 2);
      indent(level + 1);
      out_ += child + 1 < node.first_child + node.child_count ? "},\n" : "}\n";
    }
    indent(level);
    out_ += "}\n";
  }

  void write_member(std::uint32_t index, int level) {
    const Node& node = shape_.nodes[index];
    indent(level);
    out_ += "\"description\": ";
    append_json_string(out_, document_.about[index]);
    out_ += ",\n";
    if (!node.repeats()) return write_value(index, level);
    indent(level);
    out_ += "\"type\": \"array\",\n";
    indent(level);
    out_ += "\"minItems\": 1,\n";  // a list without members is absent
    indent(level);
    out_ += "\"items\": {\n";
    write_value(index, level + 1);
    indent(level);
    out_ += "}\n";
  }

  void write_value(std::uint32_t index, int level) {
    const Node& node = shape_.nodes[index];
    if (node.kind != NodeKind::leaf) return write_object(index, level);
    const Facets& facets = shape_.facets_of(index);
    indent(level);
    out_ += node.type == LeafType::boolean ? "\"type\": \"boolean\"" : "\"type\": \"string\"";
    const auto pattern = [&](std::string_view text) {
      out_ += ",\n";
      indent(level);
      out_ += fmt::format("\"pattern\": \"{}\"", text);
    };
    if (node.type == LeafType::datetime) pattern(datetime_pattern);
    if (node.type == LeafType::date) pattern(date_pattern);
    if (node.type == LeafType::decimal) pattern(decimal_pattern(facets));
    if (node.type == LeafType::integer) pattern("^\\\\d{1,18}$");
    if (node.type == LeafType::text && !facets.pattern.empty()) {
      std::string escaped;
      append_json_string(escaped, "^(" + facets.pattern + ")$");
      pattern(escaped.substr(1, escaped.size() - 2));
    }
    if (node.type == LeafType::text || node.type == LeafType::code) write_lengths(facets, level);
    if (!facets.codes.empty()) {
      out_ += ",\n";
      indent(level);
      out_ += "\"enum\": [";
      for (std::size_t i = 0; i < facets.codes.size(); ++i) {
        if (i != 0) out_ += ", ";
        append_json_string(out_, facets.codes[i]);
      }
      out_ += ']';
    }
    out_ += '\n';
  }

  void write_lengths(const Facets& facets, int level) {
    if (facets.length_min > 0) {
      out_ += ",\n";
      indent(level);
      out_ += fmt::format("\"minLength\": {}", facets.length_min);
    }
    if (facets.length_max != unbounded) {
      out_ += ",\n";
      indent(level);
      out_ += fmt::format("\"maxLength\": {}", facets.length_max);
    }
  }

  static std::string decimal_pattern(const Facets& facets) {
    const unsigned whole = facets.digits_total == 0 ? 18u : facets.digits_total;
    return fmt::format("^{}\\\\d{{1,{}}}(\\\\.\\\\d{{1,{}}})?$", facets.non_negative ? "" : "-?", whole,
                       facets.digits_total == 0 ? 18u : facets.digits_fraction);
  }

  const canonical::Dictionary& document_;
  const Shape& shape_;
  std::string out_;
};

}  // namespace

std::unique_ptr<canonical::Dictionary> read_contract(const ConfigFile& file, const Data& data, Findings& findings) {
  // "mappings/partner/v1/credit_transfer.toml" is the document partner/v1/credit_transfer.
  std::string id = file.name;
  if (id.starts_with("mappings/")) id.erase(0, 9);
  if (id.ends_with(".toml")) id.erase(id.size() - 5);
  return canonical::read_dictionary(file, std::move(id), data, findings);
}

std::string json_schema(const canonical::Dictionary& document, std::string_view title) {
  return SchemaWriter(document).write(title);
}

}  // namespace tilmash::partner
