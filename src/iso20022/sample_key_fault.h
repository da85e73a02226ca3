// Documents that break an identity constraint. The inside of sample_fault.cpp.
#pragma once

#include <vector>

#include "iso20022/sample_fault.h"

namespace tilmash::iso20022 {

/// Whether a second occurrence of `node` would repeat values that may stand only once.
bool copies_keys(const SampleMaker& maker, const Shape& shape, std::uint32_t node);

/// Of the element `node`: a copy of it with the same values (ISO-0216); of a row: without a field of its key
/// (ISO-0217), and more rows than are kept (ISO-0218).
void add_key_faults(const Message& message, const Shape& shape, SampleMaker& maker, std::uint32_t node,
                    std::vector<FaultySample>& out);

}  // namespace tilmash::iso20022
