// The field rows of a layout: what each key means for each type, and that the rows cover the record exactly.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/records/front_end.h"

namespace tilmash::records {
namespace {

struct TypeName {
  std::string_view name;
  Op op;
  LeafType leaf;
};

constexpr TypeName types[] = {
    {"text", Op::text, LeafType::text},          {"digits", Op::digits, LeafType::text},
    {"integer", Op::integer, LeafType::integer}, {"decimal", Op::integer, LeafType::decimal},
    {"date", Op::date, LeafType::date},
};

bool is_number(const Draft& draft) {
  return draft.type == LeafType::integer || draft.type == LeafType::decimal;
}

/// A key of one character. Bytes below 0x80 only: padding is the same byte on every page that keeps ASCII.
std::optional<char> character(Compiler& compiler, ConfigReader& row, std::string_view key) {
  const ConfigValue* value = row.value(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind != ConfigValue::Kind::string || value->text.size() != 1 || value->text[0] < 0x20 ||
      value->text[0] > 0x7E) {
    compiler.error(*value, "FMT-0107"_code, fmt::format("`{}` should be one ASCII character", key));
    return std::nullopt;
  }
  return value->text[0];
}

void read_number_keys(Compiler& compiler, ConfigReader& row, const ConfigValue& at, Draft& draft) {
  Field& field = draft.field;
  if (draft.type == LeafType::decimal) {
    const std::int64_t scale = row.integer("scale");
    if (scale < 0 || scale > 18) compiler.error(at, "FMT-0107"_code, "`scale` should be between 0 and 18");
    field.scale = static_cast<std::uint8_t>(std::clamp<std::int64_t>(scale, 0, 18));
    if (const auto point = character(compiler, row, "point")) {
      field.point = *point;
      field.op = Op::decimal_point;
      if (field.scale == 0) compiler.error(at, "FMT-0107"_code, "a written point needs a `scale` above 0");
    }
  }
  const std::string sign = row.string_or("sign", "none");
  constexpr std::string_view signs[] = {"none", "leading", "trailing", "floating"};
  const auto* const found = std::find(std::begin(signs), std::end(signs), sign);
  if (found == std::end(signs)) {
    compiler.error(at, "FMT-0107"_code, fmt::format("`sign` can't be \"{}\"", sign),
                   "none, leading, trailing or floating");
  } else {
    field.sign = static_cast<Sign>(found - std::begin(signs));
  }
  if (field.sign == Sign::leading || field.sign == Sign::trailing) {
    field.plus = character(compiler, row, "plus").value_or('+');
    field.minus = character(compiler, row, "minus").value_or('-');
    if (field.plus == field.minus) {
      compiler.error(at, "FMT-0107"_code, "`plus` and `minus` should be two characters");
    }
  }
  if (field.sign == Sign::floating && field.pad == '0') {
    compiler.error(at, "FMT-0107"_code, "a floating sign needs a `pad` that is not 0");
  }
  if (!field.right && field.pad == '0') {
    compiler.error(at, "FMT-0107"_code, "a number that is aligned left can't be padded with zeros");
  }
  std::uint32_t room = field.length;
  if (field.sign == Sign::leading || field.sign == Sign::trailing) room -= std::min(room, 1U);
  if (field.point != '\0') room -= std::min(room, 1U);
  if (room <= (field.point != '\0' ? field.scale : 0U)) {
    compiler.error(at, "FMT-0107"_code, "the field has no room for its digits");
  }
  draft.facets.digits_total = static_cast<std::uint8_t>(std::min(room, 18U));
  draft.facets.digits_fraction = field.scale;
  draft.facets.non_negative = field.sign == Sign::plain;
}

void read_padding_keys(Compiler& compiler, ConfigReader& row, const ConfigValue& at, Draft& draft) {
  Field& field = draft.field;
  const bool number = is_number(draft);
  const std::string align = row.string_or("align", number ? "right" : "left");
  if (align != "left" && align != "right") {
    compiler.error(at, "FMT-0107"_code, "`align` should be \"left\" or \"right\"");
  }
  field.right = align == "right";
  const auto pad = character(compiler, row, "pad");
  field.pad = pad.value_or(number && field.right ? '0' : ' ');
  field.blank = number || draft.type == LeafType::date ? ' ' : field.pad;
  if (const ConfigValue* blank = row.value("blank"); blank != nullptr) {
    if (blank->text == "none" && (number || draft.type == LeafType::date)) {
      field.may_be_blank = false;
    } else if (blank->text.size() == 1) {
      field.blank = blank->text[0];
    } else {
      compiler.error(*blank, "FMT-0107"_code, "`blank` should be one character, or \"none\" for numbers and dates");
    }
  }
}

void read_check(Compiler& compiler, const ConfigValue& value, Draft& draft) {
  ConfigReader row(compiler.file, value, compiler.findings);
  Check check;
  const std::int64_t modulo = row.integer_or("modulo", 10);
  if (modulo < 2 || modulo > 1000) compiler.error(value, "FMT-0107"_code, "`modulo` should be between 2 and 1000");
  check.modulo = static_cast<std::uint32_t>(std::clamp<std::int64_t>(modulo, 2, 1000));
  if (const ConfigValue* weights = row.array("weights"); weights != nullptr) {
    for (const ConfigValue& weight : weights->items) {
      if (weight.kind != ConfigValue::Kind::integer || weight.integer < 0 || weight.integer > 255) {
        compiler.error(weight, "FMT-0107"_code, "a weight should be between 0 and 255");
      }
      check.weights.push_back(static_cast<std::uint8_t>(std::clamp<std::int64_t>(weight.integer, 0, 255)));
    }
  }
  if (check.weights.empty()) {
    compiler.error(value, "FMT-0107"_code, "`weights` should hold at least one number");
    check.weights.push_back(1);
  }
  draft.over = row.strings_or_empty("over");
  row.finish();
  draft.field.check = static_cast<std::uint32_t>(compiler.layout.checks.size());
  compiler.layout.checks.push_back(std::move(check));
}

void read_choices(Compiler& compiler, ConfigReader& row, const ConfigValue& at, Draft& draft) {
  std::vector<std::string> choices = row.strings_or_empty("codes");
  const std::string constant = row.string_or("const", "");
  if (!constant.empty() && !choices.empty()) {
    compiler.error(at, "FMT-0107"_code, "a field has `const` or `codes`, not both");
  }
  if (!constant.empty()) {
    choices = {constant};
    draft.field.is_const = true;
  }
  if (choices.empty()) return;
  if (draft.type == LeafType::text) draft.type = LeafType::code;
  for (const std::string& choice : choices) {
    if (!is_number(draft) && choice.size() > draft.field.length) {
      compiler.error(at, "FMT-0107"_code, fmt::format("\"{}\" is longer than the field", choice));
    }
  }
  draft.facets.codes = choices;
  draft.field.choices = static_cast<std::uint32_t>(compiler.layout.choices.size());
  compiler.layout.choices.push_back(std::move(choices));
}

void read_value_keys(Compiler& compiler, ConfigReader& row, const ConfigValue& at, Draft& draft) {
  Field& field = draft.field;
  const std::string type = row.string_or("type", "text");
  const auto* const found =
      std::find_if(std::begin(types), std::end(types), [&](const TypeName& each) { return each.name == type; });
  if (found == std::end(types)) {
    compiler.error(at, "FMT-0107"_code, fmt::format("there is no type \"{}\"", type),
                   "text, digits, integer, decimal or date");
    return;
  }
  field.op = found->op;
  draft.type = found->leaf;
  draft.facets.length_max = field.length;
  read_padding_keys(compiler, row, at, draft);
  if (is_number(draft)) {
    draft.facets.length_max = unbounded;
    read_number_keys(compiler, row, at, draft);
  }
  if (field.op == Op::digits) draft.facets.pattern = "[0-9]*";
  if (field.op == Op::date) {
    draft.facets.length_max = unbounded;
    const std::string pattern = row.string("pattern");
    auto compiled = DatePattern::compile(pattern);
    if (!compiled || compiled->length() != field.length) {
      compiler.error(at, "FMT-0107"_code, fmt::format("\"{}\" is no date pattern of {} bytes", pattern, field.length),
                     "YYYYMMDD, DD.MM.YY, YYDDD …");
      compiled = DatePattern::compile("YYYYMMDD");
    }
    field.pattern = static_cast<std::uint32_t>(compiler.layout.patterns.size());
    compiler.layout.patterns.push_back(*compiled);
  }
  read_choices(compiler, row, at, draft);
  field.required = row.boolean_or("required", false);
  if (!field.may_be_blank) field.required = true;
  if (const ConfigValue* check = row.value("check"); check != nullptr) {
    if (check->kind == ConfigValue::Kind::table) {
      read_check(compiler, *check, draft);
    } else {
      compiler.error(*check, "FMT-0107"_code, "`check` should be a table");
    }
  }
  const std::string sensitivity = row.string_or("sensitivity", "open");
  if (sensitivity == "personal") {
    draft.sensitivity = Sensitivity::personal;
  } else if (sensitivity == "account") {
    draft.sensitivity = Sensitivity::account;
  } else if (sensitivity != "open") {
    compiler.error(at, "FMT-0107"_code, "`sensitivity` should be open, personal or account");
  }
}

}  // namespace

Draft Compiler::read_field(const ConfigValue& value, unsigned depth) {
  Draft draft;
  draft.at = &value;
  draft.field.line_number = value.line_number;
  ConfigReader row(file, value, findings);
  if (const std::string name = row.string_or("group", ""); !name.empty()) {
    draft.name = name;
    draft.field.op = Op::group;
    const std::int64_t repeat = row.integer_or("repeat", 1);
    if (repeat < 1 || repeat > 10000) error(value, "FMT-0107"_code, "`repeat` should be between 1 and 10000");
    draft.field.repeat = static_cast<std::uint32_t>(std::clamp<std::int64_t>(repeat, 1, 10000));
    if (const ConfigValue* rows = row.array("fields"); rows != nullptr) {
      if (depth >= 8) {
        error(value, "FMT-0107"_code, "groups stand in groups more than 8 deep");
      } else {
        draft.body = read_fields(*rows, none, depth + 1);
      }
    }
    for (const Draft& each : draft.body) {
      draft.field.stride = std::max(
          draft.field.stride,
          each.field.offset + (each.field.op == Op::group ? each.field.stride * each.field.repeat : each.field.length));
    }
    if (draft.field.stride == 0) error(value, "FMT-0107"_code, "the group has no fields");
    draft.field.length = draft.field.stride * draft.field.repeat;
  } else {
    const std::int64_t length = row.integer("length");
    if (length < 1 || length > record_length_max) {
      error(value, "FMT-0107"_code, fmt::format("`length` should be between 1 and {}", record_length_max));
    }
    draft.field.length = static_cast<std::uint32_t>(std::clamp<std::int64_t>(length, 1, record_length_max));
    if (value.find("filler") != nullptr) {
      draft.field.op = Op::filler;
      draft.field.pad = character(*this, row, "filler").value_or(' ');
      draft.field.loose = row.boolean_or("loose", false);
    } else {
      draft.name = row.string("name");
      read_value_keys(*this, row, value, draft);
    }
  }
  row.integer_or("at", 0);
  row.finish();
  return draft;
}

std::vector<Draft> Compiler::read_fields(const ConfigValue& rows, std::uint32_t length, unsigned depth) {
  std::vector<Draft> drafts;
  std::uint64_t next = 0;
  for (const ConfigValue& value : rows.items) {
    if (value.kind != ConfigValue::Kind::table) {
      error(value, "CFG-0004"_code, "a row of `fields` should be a table");
      continue;
    }
    if (++field_count > fields_max) {
      error(value, "FMT-0107"_code, fmt::format("a layout has at most {} fields", fields_max));
      return drafts;
    }
    Draft draft = read_field(value, depth);
    const std::string label = draft.name.empty() ? "filler" : draft.name;
    if (const ConfigValue* at = value.find("at"); at != nullptr && at->kind == ConfigValue::Kind::integer) {
      const std::int64_t want = at->integer - 1;
      if (want < 0) {
        error(*at, "FMT-0102"_code, "positions begin at 1");
      } else if (static_cast<std::uint64_t>(want) < next) {
        error(*at, "FMT-0100"_code,
              fmt::format("{} begins at {}, but the field before ends at {}", label, at->integer, next));
      } else if (static_cast<std::uint64_t>(want) > next) {
        error(*at, "FMT-0101"_code, fmt::format("bytes {} to {} belong to no field", next + 1, want),
              "declare them as { filler = \" \", length = … }");
      }
      next = static_cast<std::uint64_t>(std::max<std::int64_t>(want, 0));
    }
    draft.field.offset = static_cast<std::uint32_t>(std::min<std::uint64_t>(next, record_length_max));
    next += draft.field.length;
    if (next > record_length_max || (length != none && next > length)) {
      error(value, "FMT-0102"_code,
            fmt::format("{} ends at {}, past the end of the record at {}", label, next,
                        length != none ? length : record_length_max));
      return drafts;
    }
    const auto same = [&](const Draft& other) { return !draft.name.empty() && other.name == draft.name; };
    if (std::any_of(drafts.begin(), drafts.end(), same)) {
      error(value, "FMT-0108"_code, fmt::format("there are two fields named {}", draft.name));
      continue;
    }
    if (draft.name.find_first_of(".[]/ ") != std::string::npos) {
      error(value, "FMT-0108"_code, "a name can't hold `.`, `/`, brackets or blanks");
    }
    drafts.push_back(std::move(draft));
  }
  if (length != none && next < length) {
    error(rows, "FMT-0101"_code, fmt::format("bytes {} to {} belong to no field", next + 1, length),
          "declare them as { filler = \" \", length = … }");
  }
  return drafts;
}

}  // namespace tilmash::records
