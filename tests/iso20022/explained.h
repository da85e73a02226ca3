// The known disagreements with libxml2 2.9.14 and Xerces-C 3.2.4: who, on which construct, on which lexical condition,
// and the clause that decides. At most fifteen. An entry looks at the document and at our verdict, never at what the
// validator said, so it foretells the disagreement: where it applies and there is none, it is wrong.
#pragma once

#include <span>
#include <string_view>

#include "iso20022/message.h"
#include "shape/instance.h"
#include "verdicts.h"

namespace tilmash::tests {

/// A document, our verdict on it and, when we take it, its values.
struct Judged {
  std::string_view xml;
  const Verdict& ours;
  const iso20022::Catalogue& catalogue;
  const iso20022::Message& message;
  const Shape& shape;                  ///< of the message
  const Instance* instance = nullptr;  ///< set when `ours.valid`
};

struct Explained {
  enum class Who : std::uint8_t { libxml2, xerces, both };
  Who who;
  std::string_view what;
  std::string_view clause;
  bool (*applies)(const Judged& judged);
};

std::span<const Explained> explained();

}  // namespace tilmash::tests
