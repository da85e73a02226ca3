// The field rows of a layout: what each key means for each type, and that the rows cover the record exactly.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/records/front_end.h"
#include "adapters/records/values.h"

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
    {"date", Op::date, LeafType::date},          {"hex", Op::hex, LeafType::binary},
};

/// Other encodings than characters of the code page.
struct EncodingName {
  std::string_view name;
  Op op;
  bool little;
  std::uint32_t length_max;
};

constexpr EncodingName encodings[] = {
    {"packed", Op::packed, false, 20},
    {"bcd", Op::bcd, false, 19},
    {"binary", Op::binary, false, 16},
    {"float", Op::floating, false, 8},
    {"edited", Op::edited, false, 256},
    {"dbcs", Op::dbcs, false, record_length_max},
    {"utf-16be", Op::national, false, record_length_max},
    {"utf-16le", Op::national, true, record_length_max},
};

bool is_number(const Draft& draft) {
  return draft.type == LeafType::integer || draft.type == LeafType::decimal;
}

/// A key of one character, as the byte of the page.
std::optional<char> character(Compiler& compiler, ConfigReader& row, std::string_view key) {
  const ConfigValue* value = row.value(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind != ConfigValue::Kind::string || value->text.size() != 1 || value->text[0] < 0x20 ||
      value->text[0] > 0x7E) {
    compiler.error(*value, "FMT-0107"_code, fmt::format("`{}` should be one ASCII character", key));
    return std::nullopt;
  }
  return compiler.byte_of(value->text[0]);
}

/// A key of one hexadecimal digit from A on: a sign half-byte.
std::uint8_t half_byte(ConfigReader& row, std::string_view key, std::uint8_t fallback) {
  const std::string text = row.string_or(key, "");
  if (text.empty()) return fallback;
  if (text.size() != 1 || text[0] < 'A' || text[0] > 'F') {
    row.error("FMT-0107"_code, fmt::format("`{}` should be a half-byte from A to F", key));
    return fallback;
  }
  return static_cast<std::uint8_t>(text[0] - 'A' + 10);
}

void read_scale(Compiler& compiler, ConfigReader& row, const ConfigValue& at, Draft& draft) {
  const bool decimal = draft.type == LeafType::decimal;
  const std::int64_t scale = decimal ? row.integer("scale") : row.integer_or("scale", 0);
  if (scale < -18 || scale > (decimal ? 38 : 0)) {
    compiler.error(at, "FMT-0107"_code,
                   decimal ? "`scale` should be between -18 and 38" : "an integer has no fraction");
  }
  draft.field.scale = static_cast<std::uint8_t>(std::clamp<std::int64_t>(scale, 0, 38));
  draft.field.tens = static_cast<std::uint8_t>(std::clamp<std::int64_t>(-scale, 0, 18));
}

/// `digits` of a number that has room for `room`, when a smaller number may be said if `fewer`.
std::uint32_t read_digits(Compiler& compiler, ConfigReader& row, const ConfigValue& at, Draft& draft,
                          std::uint32_t room, std::uint32_t fewer) {
  const std::int64_t digits = row.integer_or("digits", 0);
  const std::int64_t least = room > fewer ? room - fewer : 1;
  if (digits != 0 && (digits < least || digits > room || digits > std::int64_t{digits_max})) {
    compiler.error(at, "FMT-0107"_code,
                   fmt::format("`digits` should be between {} and {}", least, std::min<std::size_t>(room, digits_max)));
  }
  draft.field.long_digits = digits > 18;
  return digits == 0 ? room : static_cast<std::uint32_t>(std::clamp<std::int64_t>(digits, 1, room));
}

void finish_number(Compiler& compiler, const ConfigValue& at, Draft& draft, std::uint32_t digits, bool is_signed) {
  const Field& field = draft.field;
  const std::uint32_t shown = std::max<std::uint32_t>(digits + field.tens, field.scale);
  draft.facets.digits_total = static_cast<std::uint8_t>(std::min(shown, 18U));
  draft.facets.digits_fraction = field.scale;
  draft.facets.non_negative = !is_signed;
  if (!field.long_digits) {
    if (field.scale > 18) compiler.error(at, "FMT-0107"_code, "a `scale` above 18 needs `digits` above 18");
    return;
  }
  // More digits than a number of the house has: the exact text, for people and for the way back.
  draft.type = LeafType::text;
  draft.facets = {};
  draft.facets.pattern = "-?[0-9]+(\\.[0-9]+)?";
}

void read_sign_policy(Compiler& compiler, ConfigReader& row, Draft& draft, bool is_signed) {
  Field& field = draft.field;
  field.is_signed = is_signed;
  field.lenient = compiler.read_choice(row, "signs", {"strict", "lenient"}, compiler.defaults.lenient ? 1 : 0) == 1;
  if (!is_signed && field.op != Op::packed) {
    field.sign_plus = 0xF;
    return;
  }
  field.sign_plus = half_byte(row, "plus", is_signed ? 0xC : 0xF);
  if (is_signed) field.sign_minus = half_byte(row, "minus", 0xD);
  if (is_signed && field.sign_plus == field.sign_minus) {
    row.error("FMT-0107"_code, "`plus` and `minus` should be two half-bytes");
  }
}

/// Numbers in characters.
void read_display_keys(Compiler& compiler, ConfigReader& row, const ConfigValue& at, Draft& draft) {
  Field& field = draft.field;
  const char zero = compiler.layout.zero;
  read_scale(compiler, row, at, draft);
  if (draft.type == LeafType::decimal) {
    if (const auto point = character(compiler, row, "point")) {
      field.point = *point;
      field.op = Op::decimal_point;
      if (field.scale == 0) compiler.error(at, "FMT-0107"_code, "a written point needs a `scale` above 0");
    }
  }
  field.sign = static_cast<Sign>(compiler.read_choice(
      row, "sign", {"none", "leading", "trailing", "floating", "overpunch_leading", "overpunch_trailing"}, 0));
  const bool apart = field.sign == Sign::leading || field.sign == Sign::trailing;
  const bool overpunched = field.sign == Sign::overpunch_leading || field.sign == Sign::overpunch_trailing;
  if (apart) {
    field.plus = character(compiler, row, "plus").value_or(compiler.byte_of('+'));
    field.minus = character(compiler, row, "minus").value_or(compiler.byte_of('-'));
    if (field.plus == field.minus) {
      compiler.error(at, "FMT-0107"_code, "`plus` and `minus` should be two characters");
    }
  } else if (field.sign == Sign::floating) {
    field.minus = compiler.byte_of('-');
  }
  if (overpunched || field.sign == Sign::plain) read_sign_policy(compiler, row, draft, overpunched);
  if ((overpunched || field.lenient) && (field.length > digits_max || field.pad != zero || field.point != '\0')) {
    if (overpunched) {
      compiler.error(at, "FMT-0107"_code, "an overpunched number has at most 38 digits, zeros as padding and no point");
    }
    field.lenient = false;
  }
  if (field.sign == Sign::floating && field.pad == zero) {
    compiler.error(at, "FMT-0107"_code, "a floating sign needs a `pad` that is not 0");
  }
  if (!field.right && field.pad == zero) {
    compiler.error(at, "FMT-0107"_code, "a number that is aligned left can't be padded with zeros");
  }
  std::uint32_t room = field.length;
  if (apart) room -= std::min(room, 1U);
  if (field.point != '\0') room -= std::min(room, 1U);
  if (room <= (field.point != '\0' ? field.scale : 0U)) {
    compiler.error(at, "FMT-0107"_code, "the field has no room for its digits");
  }
  read_digits(compiler, row, at, draft, room, 0);
  finish_number(compiler, at, draft, room, field.sign != Sign::plain);
}

void read_picture(Compiler& compiler, ConfigReader& row, const ConfigValue& at, Draft& draft) {
  Field& field = draft.field;
  const std::string text = row.string("picture");
  Picture::Options options = compiler.defaults.picture;
  options.blank_zero = row.boolean_or("blank_zero", false);
  auto picture = Picture::compile(text, options);
  if (!picture || picture->length() != field.length) {
    compiler.error(at, "FMT-0107"_code,
                   fmt::format("\"{}\" is no numeric-edited picture of {} characters", text, field.length));
    picture = Picture::compile("Z", {});
  }
  field.scale = static_cast<std::uint8_t>(picture->scale());
  field.long_digits = picture->digits() > 18;
  field.may_be_blank = !picture->is_blank_when_zero();
  field.blank = compiler.layout.blank;
  finish_number(compiler, at, draft, picture->digits(), picture->is_signed());
  field.picture = static_cast<std::uint32_t>(compiler.layout.pictures.size());
  compiler.layout.pictures.push_back(std::move(*picture));
}

/// `blank` of a field that is not in characters: none, unless it is said.
void read_binary_blank(Compiler& compiler, ConfigReader& row, Draft& draft) {
  Field& field = draft.field;
  field.may_be_blank = false;
  const ConfigValue* blank = row.value("blank");
  if (blank == nullptr || blank->text == "none") return;
  field.may_be_blank = true;
  if (blank->text == "low" || blank->text == "high") {
    field.blank = blank->text == "low" ? '\0' : '\xFF';
  } else if (blank->text.size() == 1) {
    field.blank = compiler.byte_of(blank->text[0]);
  } else {
    compiler.error(*blank, "FMT-0107"_code, "`blank` should be one character, \"low\", \"high\" or \"none\"");
  }
}

/// Numbers in another encoding than characters, and national text.
void read_encoding_keys(Compiler& compiler, ConfigReader& row, const ConfigValue& at, Draft& draft,
                        const EncodingName& encoding) {
  Field& field = draft.field;
  field.op = encoding.op;
  if (field.length > encoding.length_max) {
    compiler.error(at, "FMT-0107"_code,
                   fmt::format("a field in {} has at most {} bytes", encoding.name, encoding.length_max));
    field.length = encoding.length_max;
  }
  const bool characters = field.op == Op::national || field.op == Op::dbcs;
  if (characters != (draft.type == LeafType::text)) {
    compiler.error(at, "FMT-0107"_code, fmt::format("\"{}\" is no encoding of this type", encoding.name));
    draft.type = characters ? LeafType::text : LeafType::decimal;
  }
  if (field.op == Op::dbcs && compiler.layout.page != nullptr && !compiler.layout.page->is_mixed()) {
    compiler.error(at, "FMT-0107"_code, fmt::format("{} has no double-byte characters", compiler.layout.page->name()),
                   "cp930, cp933, cp935, cp937 and cp939 have");
  }
  field.little = encoding.little;
  if (field.op == Op::binary || field.op == Op::floating) {
    field.little = compiler.read_choice(row, "byte_order", {"big", "little"}, compiler.defaults.little ? 1 : 0) == 1;
  }
  if (field.op == Op::edited) return read_picture(compiler, row, at, draft);
  read_binary_blank(compiler, row, draft);
  if (characters) {
    if (field.length % 2 != 0) compiler.error(at, "FMT-0107"_code, "a character has two bytes");
    field.controls = row.boolean_or("controls", compiler.defaults.controls);
    draft.facets.length_max = field.length / 2;
    return;
  }
  if (field.op == Op::floating) {
    if (field.length != 4 && field.length != 8) compiler.error(at, "FMT-0107"_code, "a float has 4 or 8 bytes");
    field.ibm = compiler.read_choice(row, "float", {"ieee", "ibm"}, compiler.defaults.ibm ? 1 : 0) == 1;
    draft.type = LeafType::text;
    return;
  }
  read_scale(compiler, row, at, draft);
  const bool is_signed = field.op != Op::bcd && row.boolean_or("signed", false);
  if (field.op == Op::binary) {
    constexpr std::uint8_t digits_of_bytes[] = {0, 3, 5, 8, 10, 13, 15, 17, 20, 22, 25, 27, 29, 32, 34, 37, 39};
    field.is_signed = is_signed;
    const std::uint32_t room = digits_of_bytes[std::min(field.length, 16U)];
    const bool limited = row.value("digits") != nullptr;
    const std::uint32_t digits = read_digits(compiler, row, at, draft, room, room);
    if (limited) field.digits = static_cast<std::uint8_t>(digits);
    return finish_number(compiler, at, draft, digits, is_signed);
  }
  read_sign_policy(compiler, row, draft, is_signed);
  const std::uint32_t room = 2 * field.length - (field.op == Op::packed ? 1 : 0);
  field.digits = static_cast<std::uint8_t>(read_digits(compiler, row, at, draft, room, 1));
  finish_number(compiler, at, draft, field.digits, is_signed);
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
  field.pad = pad.value_or(number && field.right ? compiler.layout.zero : compiler.layout.blank);
  field.blank = number || draft.type == LeafType::date ? compiler.layout.blank : field.pad;
  if (const ConfigValue* blank = row.value("blank"); blank != nullptr) {
    if (blank->text == "none" && (number || draft.type == LeafType::date)) {
      field.may_be_blank = false;
    } else if (blank->text == "low" || blank->text == "high") {
      field.blank = blank->text == "low" ? '\0' : '\xFF';
    } else if (blank->text.size() == 1) {
      field.blank = compiler.byte_of(blank->text[0]);
    } else {
      compiler.error(*blank, "FMT-0107"_code,
                     "`blank` should be one character, \"low\", \"high\", or \"none\" for numbers and dates");
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
    if ((draft.field.op == Op::text || draft.field.op == Op::digits) && choice.size() > draft.field.length) {
      compiler.error(at, "FMT-0107"_code, fmt::format("\"{}\" is longer than the field", choice));
    }
  }
  draft.facets.codes = choices;
  draft.field.choices = static_cast<std::uint32_t>(compiler.layout.choices.size());
  compiler.layout.choices.push_back(std::move(choices));
}

void read_date_keys(Compiler& compiler, ConfigReader& row, const ConfigValue& at, Draft& draft) {
  const std::string pattern = row.string("pattern");
  auto compiled = DatePattern::compile(pattern);
  if (!compiled || compiled->length() != draft.field.length) {
    compiler.error(at, "FMT-0107"_code,
                   fmt::format("\"{}\" is no date pattern of {} bytes", pattern, draft.field.length),
                   "YYYYMMDD, DD.MM.YY, YYDDD …");
    compiled = DatePattern::compile("YYYYMMDD");
  }
  draft.field.pattern = static_cast<std::uint32_t>(compiler.layout.patterns.size());
  compiler.layout.patterns.push_back(*compiled);
}

void read_value_keys(Compiler& compiler, ConfigReader& row, const ConfigValue& at, Draft& draft) {
  Field& field = draft.field;
  const std::string type = row.string_or("type", "text");
  const auto* const found =
      std::find_if(std::begin(types), std::end(types), [&](const TypeName& each) { return each.name == type; });
  if (found == std::end(types)) {
    compiler.error(at, "FMT-0107"_code, fmt::format("there is no type \"{}\"", type),
                   "text, digits, integer, decimal, date or hex");
    return;
  }
  field.op = found->op;
  draft.type = found->leaf;
  const std::string name = row.string_or("encoding", "");
  const auto* const encoding = std::find_if(std::begin(encodings), std::end(encodings),
                                            [&](const EncodingName& each) { return each.name == name; });
  if (!name.empty() && encoding == std::end(encodings)) {
    compiler.error(at, "FMT-0107"_code, fmt::format("there is no encoding \"{}\"", name),
                   "packed, bcd, binary, float, edited, dbcs, utf-16be or utf-16le");
  } else if (!name.empty()) {
    read_encoding_keys(compiler, row, at, draft, *encoding);
  } else if (field.op == Op::hex) {
    read_binary_blank(compiler, row, draft);
  } else {
    read_padding_keys(compiler, row, at, draft);
    if (is_number(draft)) read_display_keys(compiler, row, at, draft);
    if (field.op == Op::date) read_date_keys(compiler, row, at, draft);
    if (field.op == Op::digits) draft.facets.pattern = "[0-9]*";
    if (field.op == Op::text || field.op == Op::digits) draft.facets.length_max = field.length;
    if (field.op == Op::text) {
      field.controls = row.boolean_or("controls", compiler.defaults.controls);
      field.unmappable = compiler.read_unmappable(row, compiler.defaults.unmappable);
    }
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

char Compiler::byte_of(char c) const {
  if (layout.page == nullptr || layout.page->keeps_ascii()) return c;
  const int byte = layout.page->find_byte(static_cast<unsigned char>(c));
  return byte < 0 ? c : static_cast<char>(byte);
}

std::size_t Compiler::read_choice(ConfigReader& row, std::string_view key,
                                  std::initializer_list<std::string_view> names, std::size_t fallback) {
  const std::string text = row.string_or(key, *(names.begin() + fallback));
  const auto* const found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  row.error("FMT-0107"_code, fmt::format("`{}` can't be \"{}\"", key, text), fmt::format("{}", fmt::join(names, ", ")));
  return fallback;
}

void Compiler::read_defaults(ConfigReader& row) {
  defaults.lenient = read_choice(row, "signs", {"strict", "lenient"}, 0) == 1;
  defaults.little = read_choice(row, "byte_order", {"big", "little"}, 0) == 1;
  defaults.ibm = read_choice(row, "float", {"ieee", "ibm"}, 0) == 1;
  defaults.controls = row.boolean_or("controls", false);
  defaults.unmappable = read_unmappable(row, none);
  defaults.odo = static_cast<Odo>(read_choice(row, "odo", {"slide", "padded", "fixed"}, 0));
  defaults.picture.decimal_comma = row.boolean_or("decimal_comma", false);
  const std::string currency = row.string_or("currency", "$");
  if (currency.size() != 1) row.error("FMT-0107"_code, "`currency` should be one character");
  defaults.picture.currency = currency.empty() ? '$' : currency[0];
  layout.overpunch = static_cast<Overpunch>(read_choice(row, "overpunch", {"translated", "ascii"}, 0));
}

Draft Compiler::read_number(ConfigReader& row, const ConfigValue& at) {
  Draft draft;
  draft.at = &at;
  draft.type = LeafType::integer;
  draft.field.op = Op::integer;
  draft.field.line_number = at.line_number;
  const std::int64_t length = row.integer("length");
  if (length < 1 || length > 18) error(at, "FMT-0107"_code, "`length` should be between 1 and 18");
  draft.field.length = static_cast<std::uint32_t>(std::clamp<std::int64_t>(length, 1, 18));
  const std::string name = row.string_or("encoding", "");
  const auto* const encoding = std::find_if(std::begin(encodings), std::end(encodings),
                                            [&](const EncodingName& each) { return each.name == name; });
  if (name.empty()) {
    read_padding_keys(*this, row, at, draft);
    read_display_keys(*this, row, at, draft);
  } else if (encoding == std::end(encodings) || encoding->op == Op::national || encoding->op == Op::dbcs ||
             encoding->op == Op::edited) {
    error(at, "FMT-0107"_code, fmt::format("\"{}\" is no encoding of a length", name), "packed, bcd, binary or float");
  } else {
    read_encoding_keys(*this, row, at, draft, *encoding);
  }
  return draft;
}

Draft Compiler::read_field(const ConfigValue& value, unsigned depth) {
  ConfigReader row(file, value, findings);
  Draft draft;
  if (value.find("group") != nullptr) {
    draft = read_group(row, value, depth);
  } else if (value.find("variants") != nullptr) {
    draft = read_variants(row, value, depth);
  } else {
    draft.at = &value;
    draft.field.line_number = value.line_number;
    const std::int64_t length = row.integer("length");
    if (length < 1 || length > record_length_max) {
      error(value, "FMT-0107"_code, fmt::format("`length` should be between 1 and {}", record_length_max));
    }
    draft.field.length = static_cast<std::uint32_t>(std::clamp<std::int64_t>(length, 1, record_length_max));
    if (value.find("filler") != nullptr) {
      draft.field.op = Op::filler;
      draft.field.pad = character(*this, row, "filler").value_or(layout.blank);
      draft.field.loose = row.boolean_or("loose", false);
    } else {
      draft.name = row.string("name");
      read_value_keys(*this, row, value, draft);
      if (value.find("repeat") != nullptr) draft = repeated(std::move(draft), row, value);
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
    const std::string label = !draft.name.empty() ? draft.name : draft.field.op == Op::variants ? "variants" : "filler";
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
