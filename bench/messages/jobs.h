// `tilmash validate --jobs 2` beside one thread: what a second core gives.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tilmash::bench {

/// One row of a table: `bytes` in a file, validated by one thread and by two, in rounds that alternate.
bool time_jobs(const std::string& name, std::string_view bytes, std::size_t rounds);

}  // namespace tilmash::bench
