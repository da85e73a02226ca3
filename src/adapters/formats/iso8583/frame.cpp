#include "adapters/formats/iso8583/frame.h"

#include "adapters/formats/iso8583/value.h"

namespace tilmash::formats::iso8583 {
namespace {

/// What the stated length counts besides header and message.
std::int64_t counted_besides(const Frame& frame) {
  return (frame.counts_itself ? frame.prefix.bytes : 0) - (frame.counts_header ? 0 : std::int64_t{frame.header_bytes});
}

FrameStep look_for_end(const Frame& frame, std::string_view bytes, bool at_end) {
  const std::string_view within = bytes.substr(0, frame.bytes_max + frame.end.size());
  const std::size_t found = frame.end.empty() ? std::string_view::npos : within.find(frame.end);
  if (found != std::string_view::npos) {
    return {FrameStep::State::whole, found + frame.end.size(), 0, static_cast<std::uint32_t>(found), {}};
  }
  if (bytes.size() > frame.bytes_max) {
    return {FrameStep::State::broken, bytes.size(), 0, static_cast<std::uint32_t>(bytes.size()), "CRD-0301"_code};
  }
  return {at_end ? FrameStep::State::whole : FrameStep::State::need_more,
          at_end ? bytes.size() : bytes.size() + 1,
          0,
          static_cast<std::uint32_t>(bytes.size()),
          {}};
}

}  // namespace

FrameStep look_at_frame(const Frame& frame, std::string_view bytes, bool at_end) {
  if (frame.prefix.encoding == Encoding::absent) return look_for_end(frame, bytes, at_end);
  const std::uint32_t own = frame.prefix.bytes;
  if (bytes.size() < own) return {FrameStep::State::need_more, own, own, 0, {}};
  std::uint32_t stated = 0;
  if (const Code code = read_prefix(frame.prefix, *frame.page, bytes.substr(0, own), stated)) {
    return {FrameStep::State::broken, own, own, 0, "CRD-0300"_code};
  }
  const std::int64_t size = stated - counted_besides(frame);
  if (size <= frame.header_bytes || size > frame.bytes_max) {
    return {FrameStep::State::broken, own, own, stated, "CRD-0301"_code};
  }
  const std::uint64_t whole = own + static_cast<std::uint64_t>(size);
  return {bytes.size() < whole ? FrameStep::State::need_more : FrameStep::State::whole, whole, own, stated, {}};
}

Code write_frame(const Frame& frame, std::size_t begin, std::string& out) {
  if (frame.prefix.encoding == Encoding::absent) {
    // A line end within a message would be taken for its own.
    const bool broken = !frame.end.empty() && out.find(frame.end, begin) != std::string::npos;
    if (out.size() - begin > frame.bytes_max || broken) return "CRD-0406"_code;
    out += frame.end;
    return {};
  }
  const std::size_t size = out.size() - begin - frame.prefix.bytes;
  if (size > frame.bytes_max) return "CRD-0406"_code;
  const auto stated = static_cast<std::uint32_t>(static_cast<std::int64_t>(size) + counted_besides(frame));
  return write_prefix(frame.prefix, *frame.page, stated, out.data() + begin) ? "CRD-0406"_code : Code{};
}

}  // namespace tilmash::formats::iso8583
