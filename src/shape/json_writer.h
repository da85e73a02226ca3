// Any instance as JSON, by its shape: groups are objects, repeated nodes are always arrays, absent is absent.
//
// Decimals and integers are written as strings, exact to the digit; booleans as true and false; all else as strings.
// A repeated group with one leaf is still an array of objects: the shape decides, never the number of values.
#pragma once

#include <string>

#include "shape/instance.h"

namespace tilmash {

/// Appends the object of a group's cell. Children are in document order, which the instance has.
void append_json_object(const Instance& instance, std::uint32_t cell, std::string& out);

}  // namespace tilmash
