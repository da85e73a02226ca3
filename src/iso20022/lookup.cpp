#include "iso20022/lookup.h"

#include <algorithm>
#include <charconv>

namespace tilmash::iso20022 {
namespace {

struct Step {
  std::string_view name;
  std::uint32_t occurrence = 1;
};

/// Cuts the first step off `path`; nothing when it is not one.
std::optional<Step> take_step(std::string_view& path) {
  Step step;
  const std::size_t slash = path.find('/');
  step.name = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  const std::size_t bracket = step.name.find('[');
  if (bracket == std::string_view::npos) return step;
  const std::string_view number = step.name.substr(bracket + 1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), step.occurrence);
  const std::size_t read = static_cast<std::size_t>(end - number.data());
  if (error != std::errc() || step.occurrence == 0 || number.substr(read) != "]") return std::nullopt;
  step.name = step.name.substr(0, bracket);
  return step;
}

/// The nth child of `cell` that is of `node`; no_cell when there are fewer.
std::uint32_t nth_child(const Instance& instance, std::uint32_t cell, std::uint32_t node, std::uint32_t n) {
  const std::uint32_t end = instance.subtree_end(cell);
  for (std::uint32_t i = cell + 1; i < end; i = instance.subtree_end(i)) {
    if (instance.cell(i).node == node && --n == 0) return i;
  }
  return no_cell;
}

}  // namespace

std::uint32_t find_cell(const Instance& instance, std::string_view path) {
  std::uint32_t cell = 0;
  while (!path.empty()) {
    const auto step = take_step(path);
    if (!step) return no_cell;
    const std::uint32_t node = instance.shape().find_child(instance.cell(cell).node, step->name);
    if (node == no_node) return no_cell;
    cell = nth_child(instance, cell, node, step->occurrence);
    if (cell == no_cell) return no_cell;
  }
  return cell;
}

std::optional<std::string_view> find_value(const Instance& instance, std::string_view path) {
  const std::uint32_t cell = find_cell(instance, path);
  if (cell == no_cell || instance.shape().nodes[instance.cell(cell).node].kind != NodeKind::leaf) return std::nullopt;
  return instance.cell(cell).text;
}

std::size_t count_cells(const Instance& instance, std::string_view path) {
  const std::uint32_t first = find_cell(instance, path);
  if (first == no_cell) return 0;
  std::size_t count = 0;
  const std::uint32_t parent = instance.cell(first).parent;
  if (parent == no_cell) return 1;
  for (std::uint32_t i = first; i < instance.subtree_end(parent); i = instance.subtree_end(i)) {
    if (instance.cell(i).node == instance.cell(first).node) ++count;
  }
  return count;
}

bool Draft::set(std::string_view path, std::string value) {
  Steps steps;
  std::uint32_t node = 0;
  while (!path.empty()) {
    const auto step = take_step(path);
    if (!step) return false;
    node = shape_.find_child(node, step->name);
    if (node == no_node) return false;
    steps.emplace_back(node, step->occurrence);
  }
  if (shape_.nodes[node].kind != NodeKind::leaf) return false;
  const auto place = std::lower_bound(values_.begin(), values_.end(), steps,
                                      [](const auto& entry, const Steps& wanted) { return entry.first < wanted; });
  if (place != values_.end() && place->first == steps) {
    place->second = std::move(value);
  } else {
    values_.emplace(place, std::move(steps), std::move(value));
  }
  return true;
}

void Draft::fill(Instance& instance) const {
  instance.reset(shape_);
  Steps open;  // an element with attributes is open while these come
  for (const auto& [steps, value] : values_) {
    const auto [mine, theirs] = std::mismatch(open.begin(), open.end(), steps.begin(), steps.end());
    for (auto i = mine; i != open.end(); ++i) instance.end();
    open.erase(mine, open.end());
    while (open.size() + 1 < steps.size()) {
      instance.begin(steps[open.size()].first);
      open.push_back(steps[open.size()]);
    }
    const std::uint32_t node = steps.back().first;
    const std::string_view text = instance.arena().copy(value);
    if (shape_.nodes[node].child_count == 0) {
      instance.leaf(node, text);
    } else {
      instance.begin_value(node, text);
      open.push_back(steps.back());
    }
  }
  for (std::size_t i = 0; i <= open.size(); ++i) instance.end();
}

}  // namespace tilmash::iso20022
