// KZ-1048 as UTF-8, one row a byte, for the peers: they transcode without asking whether a byte is defined.
#pragma once

#include <cstring>

#include "base/code_page.h"

namespace tilmash::bench {

struct Utf8Table {
  struct Row {
    char text[3];
    std::uint8_t length;
  };
  Row rows[256] = {};

  Utf8Table() {
    const Data data;
    Findings findings;
    const auto page = find_code_page(data, "kz1048", findings);
    Arena arena;
    for (unsigned i = 0; i < 256; ++i) {
      const char byte = static_cast<char>(i);
      std::string_view utf8;
      std::size_t bad = 0;
      if (!page->decode({&byte, 1}, arena, utf8, bad)) continue;
      std::memcpy(rows[i].text, utf8.data(), utf8.size());
      rows[i].length = static_cast<std::uint8_t>(utf8.size());
    }
  }
};

}  // namespace tilmash::bench
