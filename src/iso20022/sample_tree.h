// A message as a tree that may be broken at will and written out with the place of every part known. The inside of
// sample_fault.cpp; for the XML of valid messages there is writer.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shape/instance.h"

namespace tilmash::iso20022 {

struct SampleElement {
  std::uint32_t node = no_node;  ///< of the shape; none of an element that the message does not know
  std::string name;              ///< empty: `text` stands for itself, without tags
  std::vector<std::pair<std::string, std::string>> attributes;  ///< values as they are written between quotes
  std::string text;                                             ///< as written, before the children
  std::vector<SampleElement> children;

  // Set when it is written: offsets in the output.
  std::size_t begin = 0;    ///< of '<'
  std::size_t content = 0;  ///< behind the start tag
  std::size_t close = 0;    ///< of the end tag
};

/// Child numbers from the root down.
using SampleTrail = std::vector<std::size_t>;

class SampleTree {
 public:
  /// The message in `instance`, with its namespace on the root.
  SampleTree(const Instance& instance, std::string_view xml_namespace);

  SampleElement& root() { return root_; }
  SampleElement& at(const SampleTrail& trail);
  /// The way to the first element of this node; an attribute's is that of its element. Must be there.
  SampleTrail find(std::uint32_t node);
  /// "/Document/A[1]/B": as a reader counts it, an index where more than one may stand.
  std::string path(const SampleTrail& trail);
  std::string write();

 private:
  void write(SampleElement& element, std::string& out);

  const Shape& shape_;
  SampleElement root_;
};

}  // namespace tilmash::iso20022
