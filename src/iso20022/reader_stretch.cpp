// One large message read by several readers at a time: each takes a stretch of occurrences of one repeated element.
//
// It is speculation that never decides anything: a stretch counts only when all of it is right and it ends, as it
// began, between two occurrences of that element. Whatever is odd (a finding, a tag that stood in a comment, another
// element than the repeated one) makes it void, and the reader of the whole message reads that place itself.
#include <algorithm>
#include <cstring>

#include "iso20022/reader_engine.h"

namespace tilmash::iso20022 {

/// Looks from the root inwards for an open element that may be repeated without limit and begins again further on:
/// first among those that were repeated already. A statement with a million entries is looked through for no second
/// one.
bool ReaderEngine::find_seam(std::uint64_t stretch_bytes) {
  if (message_ == nullptr || at_root_ || !valid() || original_ != Encoding::utf8) return false;
  for (const bool repeated : {true, false}) {
    for (std::size_t depth = 1; depth < depth_; ++depth) {
      const Frame& outer = frames_[depth - 1];
      const Frame& inner = frames_[depth];
      if (outer.first[outer.position].occurs_max != unbounded || (outer.count > 1) != repeated) continue;
      seam_tag_.assign("<").append(inner.name).append(">");
      seam_depth_ = depth;
      seam_bindings_ = inner.bindings;
      if (find_cut(offset_of(at_), stretch_bytes) == 0) continue;
      if (content<false>(depth) == Outcome::closed) return valid();
      close_message();
      return false;
    }
  }
  return false;
}

std::uint64_t ReaderEngine::find_cut(std::uint64_t from, std::uint64_t stretch_bytes) const {
  const std::uint64_t readable = offset_of(end_);
  if (readable - from <= stretch_bytes) return 0;
  const std::uint64_t begin = from + stretch_bytes;
  const std::uint64_t window = std::min(stretch_bytes, readable - begin);
  // string_view::find stops at every '<' and takes three times as long.
  const void* found = memmem(begin_ + begin, window, seam_tag_.data(), seam_tag_.size());
  return found == nullptr ? 0 : offset_of(static_cast<const char*>(found));
}

ReaderEngine::ReaderEngine(const ReaderEngine& whole, std::uint64_t from, std::uint64_t to, Findings& findings)
    : ReaderEngine(whole.catalogue_, {whole.begin_, to}, whole.file_, whole.caps_, findings) {
  at_ = line_at_ = line_begin_ = begin_ + from;
  set_fast_limit();
  message_ = whole.message_;
  root_begin_ = whole.root_begin_;
  seam_depth_ = depth_ = whole.seam_depth_;
  frames_ = whole.frames_;
  frames_[depth_ - 1].count = 1;
  bindings_.assign(whole.bindings_.begin(),
                   whole.bindings_.begin() + static_cast<std::ptrdiff_t>(whole.seam_bindings_));
  fast_ = whole.fast_;
  fast_prefix_ = whole.fast_prefix_;
  prefix_size_ = whole.prefix_size_;
  prefix_word_ = whole.prefix_word_;
  prefix_mask_ = whole.prefix_mask_;
  if (whole.keys_root_ == root_begin_) {
    keys_ = whole.keys_->fork();
    keys_root_ = root_begin_;
  }
}

bool ReaderEngine::read_stretch() {
  const Frame before = frames_[depth_ - 1];
  stretch_ = true;
  const Outcome outcome = content<false>(seam_depth_ - 1);
  const Frame& after = frames_[seam_depth_ - 1];
  return outcome == Outcome::paused && findings_.total_count() == 0 && after.position == before.position &&
         after.next == before.next && after.done == before.done;
}

bool ReaderEngine::pass(ReaderEngine& stretch) {
  if (elements_ + stretch.elements_ > caps_.elements) return false;  // said where it is passed
  if (keys_root_ == root_begin_ && !keys_->merge(*stretch.keys_)) return false;
  elements_ += stretch.elements_;
  frames_[depth_ - 1].count += stretch.frames_[depth_ - 1].count - 1;
  at_ = stretch.at_;
  return true;
}

}  // namespace tilmash::iso20022
