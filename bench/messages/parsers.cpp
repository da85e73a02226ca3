// Those that only parse, and the floor.
#include <expat.h>

#include <cstring>
#include <pugixml.hpp>
#include <rapidxml/rapidxml.hpp>
#include <vector>

#include "tasks.h"

namespace tilmash::bench {
namespace {

class Pugixml : public MessageTask {
 public:
  bool accept(std::string_view document) override {
    return tree_.load_buffer(document.data(), document.size(), pugi::parse_default, pugi::encoding_utf8);
  }

 private:
  pugi::xml_document tree_;
};

/// It parses in place, so each document is copied first; its fastest mode, which does not compare end tags.
class Rapidxml : public MessageTask {
 public:
  bool accept(std::string_view document) override {
    text_.assign(document.begin(), document.end());
    text_.push_back('\0');
    tree_.clear();
    tree_.parse<rapidxml::parse_fastest>(text_.data());
    return tree_.first_node() != nullptr;
  }

 private:
  std::vector<char> text_;
  rapidxml::xml_document<> tree_;
};

class Expat : public MessageTask {
 public:
  ~Expat() override { XML_ParserFree(parser_); }
  bool accept(std::string_view document) override {
    XML_ParserReset(parser_, nullptr);
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(
        parser_, [](void* own, const XML_Char*, const XML_Char**) { ++static_cast<Expat*>(own)->seen_; },
        [](void*, const XML_Char*) {});
    XML_SetCharacterDataHandler(parser_, [](void* own, const XML_Char*, int size) {
      static_cast<Expat*>(own)->seen_ += static_cast<std::size_t>(size);
    });
    return XML_Parse(parser_, document.data(), static_cast<int>(document.size()), 1) == XML_STATUS_OK;
  }

 private:
  XML_Parser parser_ = XML_ParserCreate(nullptr);
  std::size_t seen_ = 0;
};

class Memcpy : public MessageTask {
 public:
  bool accept(std::string_view document) override {
    if (copy_.size() < document.size()) copy_.resize(document.size());
    std::memcpy(copy_.data(), document.data(), document.size());
    asm volatile("" : : "r"(copy_.data()) : "memory");  // or it would be left out
    return true;
  }

 private:
  std::vector<char> copy_;
};

}  // namespace

std::unique_ptr<MessageTask> make_pugixml(const std::string&, const std::string&) {
  return std::make_unique<Pugixml>();
}
std::unique_ptr<MessageTask> make_rapidxml(const std::string&, const std::string&) {
  return std::make_unique<Rapidxml>();
}
std::unique_ptr<MessageTask> make_expat(const std::string&, const std::string&) {
  return std::make_unique<Expat>();
}
std::unique_ptr<MessageTask> make_memcpy(const std::string&, const std::string&) {
  return std::make_unique<Memcpy>();
}

}  // namespace tilmash::bench
