// What is compared: each takes documents one by one from memory and says whether it accepts them. Set up once, with
// schemas compiled, contexts and buffers kept: a peer at its best.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tilmash::bench {

class MessageTask {
 public:
  virtual ~MessageTask() = default;
  virtual bool accept(std::string_view document) = 0;
};

struct TaskKind {
  const char* name;
  bool validates;  ///< else it parses only, or copies
  /// nullptr when it can't do this message. `xsd` is the message's schema, as `tilmash schema export` writes it.
  std::unique_ptr<MessageTask> (*make)(const std::string& message, const std::string& xsd);
  const char* about;
};

std::unique_ptr<MessageTask> make_tilmash(const std::string& message, const std::string& xsd);
std::unique_ptr<MessageTask> make_libxml2(const std::string& message, const std::string& xsd);
std::unique_ptr<MessageTask> make_xerces(const std::string& message, const std::string& xsd);
std::unique_ptr<MessageTask> make_xsdcxx(const std::string& message, const std::string& xsd);
std::unique_ptr<MessageTask> make_pugixml(const std::string& message, const std::string& xsd);
std::unique_ptr<MessageTask> make_rapidxml(const std::string& message, const std::string& xsd);
std::unique_ptr<MessageTask> make_expat(const std::string& message, const std::string& xsd);
std::unique_ptr<MessageTask> make_memcpy(const std::string& message, const std::string& xsd);

}  // namespace tilmash::bench
