// Random valid instances of a message's shape, and random damage to the XML made of them. For tests only.
//
// Values are sampled from the facets as text, by a walk over the pattern itself, so that nothing here shares code with
// the checks that are being tested.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "iso20022/message.h"
#include "shape/instance.h"

namespace tilmash::tests {

using Random = std::mt19937_64;

inline std::uint32_t pick(Random& random, std::uint32_t low, std::uint32_t high) {
  return low + static_cast<std::uint32_t>(random() % (high - low + 1));
}

/// A text that matches a pattern of the kinds that ISO 20022 uses.
class PatternSampler {
 public:
  PatternSampler(std::string_view pattern, Random& random) : pattern_(pattern), random_(random) {}

  std::string sample() {
    std::string out;
    alternatives(out);
    return out;
  }

 private:
  void alternatives(std::string& out) {
    std::vector<std::string> all;
    do {
      all.emplace_back();
      sequence(all.back());
    } while (at_ < pattern_.size() && pattern_[at_] == '|' && ++at_ != 0);
    out += all[pick(random_, 0, static_cast<std::uint32_t>(all.size() - 1))];
  }

  void sequence(std::string& out) {
    while (at_ < pattern_.size() && pattern_[at_] != '|' && pattern_[at_] != ')') {
      const std::size_t begin = at_;
      std::string ignored;
      atom(ignored);
      const std::size_t end_of_atom = at_;
      std::uint32_t low = 1;
      std::uint32_t high = 1;
      quantifier(low, high);
      const std::size_t end = at_;
      const std::uint32_t count = pick(random_, low, high);
      for (std::uint32_t i = 0; i < count; ++i) {
        at_ = begin;
        atom(out);
      }
      static_cast<void>(end_of_atom);
      at_ = end;
    }
  }

  void quantifier(std::uint32_t& low, std::uint32_t& high) {
    if (at_ == pattern_.size()) return;
    if (pattern_[at_] == '?' || pattern_[at_] == '*' || pattern_[at_] == '+') {
      low = pattern_[at_] == '+' ? 1 : 0;
      high = pattern_[at_] == '?' ? 1 : 20;
      ++at_;
    } else if (pattern_[at_] == '{') {
      const std::size_t close = pattern_.find('}', at_);
      const std::string inside(pattern_.substr(at_ + 1, close - at_ - 1));
      const std::size_t comma = inside.find(',');
      low = static_cast<std::uint32_t>(std::stoul(inside));
      high = comma == std::string::npos ? low : static_cast<std::uint32_t>(std::stoul(inside.substr(comma + 1)));
      at_ = close + 1;
    }
  }

  void atom(std::string& out) {
    const char c = pattern_[at_++];
    if (c == '(') {
      alternatives(out);
      ++at_;
    } else if (c == '[') {
      std::string members;
      while (pattern_[at_] != ']') {
        if (pattern_[at_] == '\\') ++at_;
        const char low = pattern_[at_++];
        char high = low;
        if (pattern_[at_] == '-' && pattern_[at_ + 1] != ']') {
          high = pattern_[at_ + 1];
          at_ += 2;
        }
        for (int member = low; member <= high; ++member) members += static_cast<char>(member);
      }
      ++at_;
      out += members[pick(random_, 0, static_cast<std::uint32_t>(members.size() - 1))];
    } else if (c == '.') {
      out += static_cast<char>(pick(random_, 'a', 'z'));
    } else {
      out += c == '\\' ? pattern_[at_++] : c;
    }
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  Random& random_;
};

class MessageGenerator {
 public:
  /// `shape` is make_shape(message).
  MessageGenerator(const iso20022::Message& message, const Shape& shape, std::uint64_t seed)
      : message_(message), shape_(shape), random_(seed) {}

  /// Fills `instance` with a valid message; about one in `rarity` optional elements is there.
  void fill(Instance& instance, std::uint32_t rarity) {
    rarity_ = rarity;
    instance.reset(shape_);
    children(instance, 0);
    instance.end();
  }
  Random& random() { return random_; }

 private:
  std::uint32_t times(const iso20022::Particle& particle) {
    if (particle.occurs_min == 0 && pick(random_, 1, rarity_) != 1) return 0;
    const std::uint32_t low = std::max<std::uint32_t>(particle.occurs_min, 1);
    return pick(random_, low, std::min(particle.occurs_max, low + 2));
  }

  void children(Instance& instance, std::uint32_t index) {
    const Node& node = shape_.nodes[index];
    for (std::uint32_t i = 0; i < node.child_count;) {
      // A slot: one element, or one of the elements of a choice.
      const std::uint32_t next = message_.particles[shape_.nodes[node.first_child + i].owner].next_slot;
      const std::uint32_t child = node.first_child + pick(random_, i, next - 1);
      const iso20022::Particle& particle = message_.particles[shape_.nodes[child].owner];
      for (std::uint32_t n = times(particle); n > 0; --n) occurrence(instance, child);
      i = next;
    }
  }

  void occurrence(Instance& instance, std::uint32_t index) {
    const Node& node = shape_.nodes[index];
    if (node.kind != NodeKind::leaf) {
      instance.begin(index);
      children(instance, index);
      instance.end();
    } else if (node.child_count != 0) {
      instance.begin_value(index, instance.arena().copy(value(index)));
      for (std::uint32_t i = 0; i < node.child_count; ++i) {
        instance.leaf(node.first_child + i, instance.arena().copy(value(node.first_child + i)));
      }
      instance.end();
    } else {
      instance.leaf(index, instance.arena().copy(value(index)));
    }
  }

  std::string digits(std::uint32_t low, std::uint32_t high) {
    std::string out;
    for (std::uint32_t i = pick(random_, low, high); i > 0; --i) out += static_cast<char>(pick(random_, '0', '9'));
    return out;
  }

  std::string value(std::uint32_t index) {
    const Facets& facets = shape_.facets_of(index);
    if (!facets.pattern.empty() && facets.pattern != ".*Z") return PatternSampler(facets.pattern, random_).sample();
    switch (shape_.nodes[index].type) {
      case LeafType::code:
        return facets.codes[pick(random_, 0, static_cast<std::uint32_t>(facets.codes.size() - 1))];
      case LeafType::decimal:
        return decimal(facets);
      case LeafType::boolean:
        return pick(random_, 0, 1) == 0 ? "true" : "false";
      case LeafType::date:
        return date();
      case LeafType::datetime:
        return date() + "T" + time() + "Z";
      case LeafType::time:
        return time();
      case LeafType::year:
        return date().substr(0, 4);
      case LeafType::year_month:
        return date().substr(0, 7);
      case LeafType::binary:
        return "QUJD";
      case LeafType::any:
        return shape_.nodes[index].name == "Sgntr"
                   ? "<s:Signature xmlns:s=\"http://www.w3.org/2000/09/xmldsig#\">x</s:Signature>"
                   : "<x:a xmlns:x=\"urn:x\" b=\"1\"><x:c>text &amp; more</x:c><!-- c --></x:a>";
      default:
        return text(facets);
    }
  }

  std::string decimal(const Facets& facets) {
    const std::uint32_t fraction = facets.digits_fraction == 0 ? 0 : pick(random_, 0, facets.digits_fraction);
    const std::uint32_t whole = std::max<std::uint32_t>(1, facets.digits_total - facets.digits_fraction);
    std::string out = std::to_string(pick(random_, 1, 9)) + digits(0, whole - 1);
    if (fraction != 0) out += "." + digits(fraction, fraction);
    return out;
  }

  std::string two(std::uint32_t low, std::uint32_t high) {
    const std::uint32_t number = pick(random_, low, high);
    return std::string(number < 10 ? "0" : "") + std::to_string(number);
  }
  std::string date() {
    std::string out = std::to_string(pick(random_, 1900, 2100));
    out += '-';
    out += two(1, 12);
    out += '-';
    return out += two(1, 28);
  }
  std::string time() {
    std::string out = two(0, 23);
    out += ':';
    out += two(0, 59);
    out += ':';
    return out += two(0, 59);
  }

  std::string text(const Facets& facets) {
    static const std::vector<std::string> characters = {"a",
                                                        "b",
                                                        "Z",
                                                        "0",
                                                        "9",
                                                        " ",
                                                        " ",
                                                        "-",
                                                        "/",
                                                        ".",
                                                        "&",
                                                        "<",
                                                        ">",
                                                        "\"",
                                                        "'",
                                                        "]",
                                                        "\n",
                                                        "\t",
                                                        "\xD0\x9A",
                                                        "\xD2\x9A",
                                                        "\xC3\xA9",
                                                        "\xE2\x82\xAC",
                                                        "\xF0\x9F\x98\x80"};
    const std::uint32_t low = std::max<std::uint32_t>(facets.length_min, 1);
    const std::uint32_t high =
        std::min(std::min(facets.length_max, low + 60), pick(random_, 0, 9) == 0 ? facets.length_max : low + 60);
    std::string out;
    const bool plain = pick(random_, 0, 3) != 0;
    const std::uint32_t last = static_cast<std::uint32_t>(characters.size() - 1);
    for (std::uint32_t i = pick(random_, low, std::max(low, high)); i > 0; --i)
      out += characters[pick(random_, 0, plain ? 9 : last)];
    return out;
  }

  const iso20022::Message& message_;
  const Shape& shape_;
  Random random_;
  std::uint32_t rarity_ = 3;
};

}  // namespace tilmash::tests
