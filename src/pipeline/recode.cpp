#include "pipeline/recode.h"

#include <fmt/format.h>

#include <memory>

#include "base/text.h"
#include "iso20022/events.h"
#include "iso20022/message_json.h"
#include "iso20022/writer.h"

namespace tilmash::pipeline {

using namespace iso20022;

namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 16;

/// What is needed for one message version, made when it first comes.
struct Codec {
  explicit Codec(const Message& message) : shape(make_shape(message)), xml(message, shape), json(message, shape) {}
  Shape shape;
  MessageWriter xml;
  JsonMessageWriter json;
  Instance instance;
};

class CodecTable {
 public:
  Codec& of(const Message& message) {
    std::unique_ptr<Codec>& codec = codecs_[&message];
    if (!codec) {
      codec = std::make_unique<Codec>(message);
      codec->instance.reset(codec->shape);
    }
    return *codec;
  }

 private:
  std::map<const Message*, std::unique_ptr<Codec>> codecs_;
};

bool put_whole(Codec& codec, const Message& message, Spelling target, MessageSink& sink) {
  std::string text;
  Findings findings;
  if (target == Spelling::json) {
    codec.json.encode(codec.instance, text);
  } else if (!codec.xml.encode(codec.instance, text, findings)) {
    return false;
  }
  return sink.begin(message) && sink.put(text) && sink.end();
}

}  // namespace

Spelling spelling_of(std::string_view input) {
  if (input.starts_with("\xEF\xBB\xBF")) input.remove_prefix(3);
  const std::size_t first = input.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && (input[first] == '{' || input[first] == '[');
  return json ? Spelling::json : Spelling::xml;
}

Recoding::Recoding(const Catalogue& catalogue, std::string_view input, std::string file, std::string endpoint,
                   const Caps& caps, Encoding original, std::function<void(std::uint64_t)> progress)
    : catalogue_(catalogue),
      input_(input),
      only_(endpoint == "json" || endpoint == "xml" ? std::string() : endpoint),
      caps_(caps),
      original_(original),
      progress_(std::move(progress)),
      source_(spelling_of(input)),
      target_(endpoint == "json" ? Spelling::json : Spelling::xml) {
  report_.file = std::move(file);
  report_.bytes = input.size();
  report_.endpoint = std::move(endpoint);
}

/// Takes a message into account. Headers may stand beside the one message that is asked for.
bool Recoding::count(const Message& message, std::uint64_t offset, std::uint32_t line_number, Findings& findings) {
  ++report_.messages[message.id()];
  ++report_.message_count;
  Diagnostic wrong;
  wrong.place = {.file = report_.file, .offset_bytes = offset, .line_number = line_number};
  if (message.holds_itself) {
    wrong.code = "PIP-0018"_code;
    wrong.text = fmt::format("{} has a type that holds itself: it can be validated, not converted", message.id());
    findings.add(std::move(wrong));
    return false;
  }
  if (only_.empty() || message.id() == only_ || message.root_element() == "AppHdr") return true;
  wrong.code = "PIP-0013"_code;
  wrong.text = fmt::format("the message is {}; {} is asked for", message.id(), only_);
  wrong.help = "--to xml takes any message";
  findings.add(std::move(wrong));
  return false;
}

bool Recoding::check_xml(Findings& findings) {
  MessageReader reader(catalogue_, input_, report_.file, caps_, findings, original_);
  while (const Message* message = reader.next_message()) {
    count(*message, reader.offset(), reader.line_number(), findings);
    while (reader.validate_some()) progress_(reader.end_offset());
    progress_(reader.end_offset());
  }
  return !findings.has_errors();
}

bool Recoding::check_json(Findings& findings) {
  JsonMessageReader reader(catalogue_, input_, report_.file, caps_, findings);
  CodecTable codecs;
  for (;;) {
    const Message* message = reader.next_message();
    if (message == nullptr && reader.at_end()) break;
    if (message != nullptr) {
      count(*message, reader.offset(), reader.line_number(), findings);
      reader.read(codecs.of(*message).instance);
    }
    progress_(reader.end_offset());
  }
  if (report_.message_count == 0 && !findings.has_errors()) {
    Diagnostic nothing;
    nothing.code = "PIP-0014"_code;
    nothing.place.file = report_.file;
    nothing.text = "there is no message in this input";
    findings.add(std::move(nothing));
  }
  return !findings.has_errors();
}

bool Recoding::check(Findings& findings) {
  return source_ == Spelling::json ? check_json(findings) : check_xml(findings);
}

bool Recoding::stream_to_json(MessageSink& sink) {
  Findings findings;
  MessageReader reader(catalogue_, input_, report_.file, caps_, findings, original_);
  CodecTable codecs;
  std::string piece;
  while (const Message* message = reader.next_message()) {
    Codec& codec = codecs.of(*message);
    if (!sink.begin(*message)) return false;
    EventReader events(reader, codec.shape);
    Event event;
    while (events.next(event)) {
      codec.json.put(event, piece);
      if (piece.size() < piece_bytes) continue;
      if (!sink.put(piece)) return false;
      piece.clear();
      progress_(event.offset);
    }
    if (!sink.put(piece) || !sink.end()) return false;
    piece.clear();
    progress_(reader.end_offset());
  }
  report_.dropped = reader.dropped();
  return !findings.has_errors();
}

bool Recoding::run_xml(MessageSink& sink) {
  Findings findings;
  MessageReader reader(catalogue_, input_, report_.file, caps_, findings, original_);
  CodecTable codecs;
  while (const Message* message = reader.next_message()) {
    Codec& codec = codecs.of(*message);
    if (!reader.read(codec.instance) || !put_whole(codec, *message, target_, sink)) return false;
    progress_(reader.end_offset());
  }
  report_.dropped = reader.dropped();
  return !findings.has_errors();
}

bool Recoding::run_json(MessageSink& sink) {
  Findings findings;
  JsonMessageReader reader(catalogue_, input_, report_.file, caps_, findings);
  CodecTable codecs;
  while (const Message* message = reader.next_message()) {
    Codec& codec = codecs.of(*message);
    if (!reader.read(codec.instance) || !put_whole(codec, *message, target_, sink)) return false;
    progress_(reader.end_offset());
  }
  return !findings.has_errors();
}

bool Recoding::run(MessageSink& sink) {
  if (source_ == Spelling::json) return run_json(sink);
  return target_ == Spelling::json ? stream_to_json(sink) : run_xml(sink);
}

std::string to_json(const RecodeReport& report) {
  std::string out = "{\"result\":\"published\",\"input\":{\"file\":";
  append_json_string(out, report.file);
  const std::string_view hash(reinterpret_cast<const char*>(report.sha256.data()), report.sha256.size());
  out += fmt::format(",\"bytes\":{},\"sha256\":\"{}\"}},\"endpoint\":", report.bytes, to_hex(hash));
  append_json_string(out, report.endpoint);
  out += ",\"messages\":{";
  bool first = true;
  for (const auto& [id, count] : report.messages) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, id);
    out += fmt::format(":{}", count);
  }
  const Dropped& dropped = report.dropped;
  out += fmt::format(
      "}},\"dropped\":{{\"comments\":{},\"processing_instructions\":{},\"blank_bytes\":{},\"schema_attributes\":{},"
      "\"envelope_elements\":{},\"envelope_text_bytes\":{}}}}}\n",
      dropped.comments, dropped.instructions, dropped.blank_bytes, dropped.schema_attributes, dropped.envelope_elements,
      dropped.envelope_text_bytes);
  return out;
}

}  // namespace tilmash::pipeline
