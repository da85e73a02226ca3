#include "known_message.h"

#include <fmt/format.h>

#include "base/config.h"
#include "command.h"

namespace tilmash::tool {

using namespace iso20022;

const Message* require_message(const Catalogue& catalogue, const std::string& id) {
  const Message* message = catalogue.find(id);
  print_findings(catalogue.findings());
  if (message == nullptr && !catalogue.findings().has_errors()) {
    const std::string near = nearest_name(id, catalogue.list());
    print_error("CLI-0020"_code, fmt::format("there is no message {} in the catalogue", id),
                near.empty() ? "`tilmash schema list` shows all" : fmt::format("did you mean {}?", near));
  }
  return message;
}

}  // namespace tilmash::tool
