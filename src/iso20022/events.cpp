#include "iso20022/events.h"

namespace tilmash::iso20022 {

bool InstanceEvents::next(Event& event) {
  if (!open_.empty()) {
    Open& top = open_.back();
    const Cell& cell = instance_.cell(top.cell);
    if (cell.end != 0 && cell.end == at_) {
      event = {Event::Kind::end, cell.node, {}, cell.offset};
      if (top.has_text) {
        event.kind = Event::Kind::text;
        event.text = cell.text;
        top.has_text = false;
      } else {
        open_.pop_back();
      }
      return true;
    }
  }
  if (at_ == instance_.cells().size()) return false;
  const Cell& cell = instance_.cell(at_);
  const Node& node = instance_.shape().nodes[cell.node];
  const bool has_parts = node.kind != NodeKind::leaf || node.child_count != 0;
  event = {Event::Kind::begin, cell.node, {}, cell.offset};
  if (has_parts) {
    open_.push_back({at_, node.kind == NodeKind::leaf});
  } else {
    event.kind = node.name.starts_with('@') ? Event::Kind::attribute : Event::Kind::leaf;
    event.text = cell.text;
  }
  ++at_;
  return true;
}

void InstanceEvents::forget() {
  at_ = static_cast<std::uint32_t>(open_.size());
  for (std::uint32_t i = 0; i < at_; ++i) open_[i].cell = i;
}

bool EventReader::next(Event& event) {
  while (!begun_ || !events_.next(event)) {
    if (!more_) return false;
    if (begun_) {
      instance_.keep_open();
      events_.forget();
    }
    begun_ = true;
    more_ = reader_.read_some(instance_);
  }
  return true;
}

}  // namespace tilmash::iso20022
