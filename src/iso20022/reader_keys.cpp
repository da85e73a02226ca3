// Identity constraints while a message is read: what watched elements hold is told to key_watch.h, what it finds is
// reported. The quick loop leaves these elements alone (message.h, Form::watched).
#include <fmt/format.h>

#include <algorithm>

#include "iso20022/reader_engine.h"

namespace tilmash::iso20022 {

void ReaderEngine::fill_chain() {
  chain_.clear();
  for (std::size_t i = 0; i < depth_; ++i) chain_.push_back(frames_[i].particle);
  if (keys_root_ == root_begin_) return;
  keys_.emplace(*message_, caps_.key_bytes);
  keys_root_ = root_begin_;
}

void ReaderEngine::report_keys(const char* at, std::size_t size, const std::string& path) {
  for (const KeyFault& fault : key_faults_) {
    Diagnostic wrong = finding(fault.code, at, size, fault.field.empty() ? path : path + '/' + fault.field, {});
    fault.describe(wrong, original_ == Encoding::utf8);
    add(std::move(wrong));
  }
  key_faults_.clear();
}

/// The element whose frame is the last begins.
void ReaderEngine::open_watched() {
  fill_chain();
  keys_->open(chain_);
}

/// It ends; its end tag, at `tag`, was read.
void ReaderEngine::close_watched(const char* tag) {
  fill_chain();
  keys_->close(depth_, key_faults_);
  if (!key_faults_.empty()) report_keys(tag, 0, path());
}

/// An element with a value, and its attributes, which are in `attribute_values_`; its end tag stands at `close`.
void ReaderEngine::take_watched(const Type& type, const Particle& particle, std::string_view text, std::string_view raw,
                                bool good, const char* close) {
  fill_chain();
  chain_.push_back(static_cast<std::uint32_t>(&particle - message_->particles.data()));
  keys_->open(chain_);
  const auto own_path = [&] { return path_below(particle, frames_[depth_ - 1].count); };
  for (std::uint32_t i = 0; i < type.attribute_count; ++i) {
    const std::string_view value = attribute_values_[i];
    if (value.data() == nullptr) continue;
    const Attribute& declared = message_->attributes[type.first_attribute + i];
    const auto is_it = [&](const SeenAttribute& item) { return item.uri.empty() && item.name == declared.name; };
    // Those of an element that wrongly stands inside have taken their place.
    const auto found = std::find_if(attributes_.begin(), attributes_.end(), is_it);
    const std::string_view seen = found == attributes_.end() ? raw.substr(0, 0) : found->value;
    const SimpleType& simple = message_->simples[declared.simple];
    keys_->take(chain_, declared.name, simple, value, !check_value(simple, value), offset_of(seen.data()), key_faults_);
    if (!key_faults_.empty()) report_keys(seen.data(), seen.size(), own_path() + "/@" + declared.name);
  }
  keys_->take(chain_, {}, message_->simples[type.simple], text, good, offset_of(raw.data()), key_faults_);
  if (!key_faults_.empty()) report_keys(raw.data(), raw.size(), own_path());
  keys_->close(chain_.size(), key_faults_);
  if (!key_faults_.empty()) report_keys(close, 0, own_path());
}

bool ReaderEngine::read_as(const Message& message) {
  Tag tag;
  return at_text("<") && parse_tag(tag) && enter_root(tag, &message) != nullptr && finish(nullptr);
}

bool check_keys(const Message& message, std::string_view xml, Findings& findings) {
  const Data data;
  const Catalogue none(data);
  Findings found;
  ReaderEngine(none, xml, {}, Caps::batch(), found).read_as(message);
  bool good = true;
  for (Diagnostic finding : found.kept()) {
    if (finding.code != "ISO-0216"_code && finding.code != "ISO-0217"_code && finding.code != "ISO-0218"_code) continue;
    good = false;
    finding.place = {};
    findings.add(std::move(finding));
  }
  return good;
}

}  // namespace tilmash::iso20022
