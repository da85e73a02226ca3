// Frames: every form of length, and messages that arrive in pieces.
#include "adapters/formats/iso8583/frame.h"

#include "adapters/formats/iso8583/testing.h"

namespace tilmash::formats::iso8583::testing {
namespace {

const Frame& frame_of(const Layout& layout) {
  return dynamic_cast<const Iso8583Layout&>(layout).spec.frame;
}

/// "need 5", "whole 9", "CRD-0300".
std::string look(std::string_view frame, std::string_view hex, bool at_end = false) {
  const auto layout = compile(fmt::format("frame = {{ {} }}\n", frame));
  const FrameStep step = look_at_frame(frame_of(*layout), from_hex(hex), at_end);
  if (step.state == FrameStep::State::broken) return to_text(step.code);
  return fmt::format("{} {}", step.state == FrameStep::State::whole ? "whole" : "need", step.size);
}

}  // namespace

TEST_CASE("a length in front of a message, in every form") {
  CHECK(look("length = { encoding = \"binary\" }", "00") == "need 2");
  CHECK(look("length = { encoding = \"binary\" }", "0003 4142") == "need 5");
  CHECK(look("length = { encoding = \"binary\" }", "0003 414243 44") == "whole 5");
  CHECK(look("length = { encoding = \"binary\", order = \"little\" }", "0300 414243") == "whole 5");
  CHECK(look("length = { encoding = \"binary\", size = 4 }", "00000003 414243") == "whole 7");
  CHECK(look("length = { encoding = \"binary\", size = 3 }", "000003 414243") == "whole 6");
  CHECK(look("length = { encoding = \"bcd\", size = 4 }", "0012") == "need 14");
  CHECK(look("length = { encoding = \"bcd\", size = 4 }", "001A") == "CRD-0300");
  CHECK(look("length = { size = 4 }", "30303033 414243") == "whole 7");
  CHECK(look("length = { size = 4 }, code_page = \"cp500\"", "F0F0F0F3 414243") == "whole 7");
  CHECK(look("length = { encoding = \"hex\", size = 4 }", "30303143") == "need 32");
  CHECK(look("length = { size = 4 }, counts = \"all\"", "30303037 414243") == "whole 7");
  CHECK(look("length = { size = 4 }, counts = \"all\"", "30303034 414243") == "CRD-0301");
  CHECK(look("length = { encoding = \"binary\" }", "0000") == "CRD-0301");
  CHECK(look("length = { encoding = \"binary\" }, max = 9", "000A") == "CRD-0301");
  CHECK(look("length = { encoding = \"binary\", size = 4 }", "FFFFFFFF") == "CRD-0301");
  // VML: two bytes of length, two of flags that it does not count.
  const std::string vml =
      "length = { encoding = \"binary\" }, counts = \"message\", max = 9999, header = [ { name = \"flags\", type = "
      "\"b2\" } ]";
  CHECK(look(vml, "0003 0000 414243") == "whole 7");
  CHECK(look(vml, "0000 0000") == "CRD-0301");
  CHECK(look(vml, "FFFF 0020") == "CRD-0301");
}

TEST_CASE("without a length a message ends with its line, or with the input") {
  CHECK(look("end = \"\\n\"", "4142") == "need 3");
  CHECK(look("end = \"\\n\"", "4142", true) == "whole 2");
  CHECK(look("end = \"\\n\"", "4142 0A 43") == "whole 3");
  CHECK(look("end = \"\\r\\n\"", "4142 0D") == "need 4");
  CHECK(look("end = \"\\r\\n\"", "4142 0D0A") == "whole 4");
  CHECK(look("end = \"\\n\", max = 2", "414243") == "CRD-0301");
  CHECK(look("", "4142") == "need 3");
  CHECK(look("", "4142", true) == "whole 2");
}

TEST_CASE("a stream is cut into the same messages wherever its pieces end") {
  const auto layout = compile(
      "frame = { length = { encoding = \"binary\" }, header = [ { name = \"tpdu\", type = \"b5\" } ] }\n"
      "mti = { encoding = \"bcd\" }\nbitmap = { encoding = \"binary\" }\n");
  const Frame& frame = frame_of(*layout);
  const std::string message = from_hex("000F 6000010000 0800 0000000000000000");
  const std::string stream = message + message + message;
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    for (std::size_t second = cut; second <= stream.size(); second += 7) {
      std::string buffer;
      std::size_t found = 0;
      for (const std::string_view piece :
           {std::string_view(stream).substr(0, cut), std::string_view(stream).substr(cut, second - cut),
            std::string_view(stream).substr(second)}) {
        buffer += piece;
        for (;;) {
          const FrameStep step = look_at_frame(frame, buffer, false);
          REQUIRE(step.state != FrameStep::State::broken);
          if (step.state == FrameStep::State::need_more) {
            CHECK(step.size > buffer.size());
            break;
          }
          CHECK(std::string_view(buffer).substr(0, static_cast<std::size_t>(step.size)) == message);
          buffer.erase(0, static_cast<std::size_t>(step.size));
          ++found;
        }
      }
      CHECK(found == 3);
      CHECK(buffer.empty());
    }
  }
  CHECK(decode(*layout, stream) == std::vector<std::string>(3, "tpdu=6000010000 mti=0800"));
}

TEST_CASE("a file whose lengths are broken is told so, and its rest is one reject") {
  const auto layout = compile("frame = { length = { size = 4 } }\n");
  const auto run = [&](std::string_view input) {
    std::string told;
    const auto stream = layout->decoder(input, "input");
    Instance instance;
    for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
      told += step == Step::item ? "item " : fmt::format("reject of {} ", stream->reject().raw.size());
    }
    for (const Diagnostic& each : stream->file_findings().kept()) {
      told += fmt::format("{} at {}+{}", to_text(each.code), each.place.offset_bytes, each.place.length_bytes);
    }
    return told;
  };
  CHECK(run("002008000000000000000000") == "item ");
  CHECK(run("002008000000000000000000002008000") == "item reject of 9 CRD-0302 at 24+9");
  CHECK(run("002008000000000000000000002X0800") == "item reject of 8 CRD-0300 at 24+4");
  CHECK(run("002008000000000000000000000") == "item reject of 3 CRD-0302 at 24+3");
  CHECK(run("00000800") == "reject of 8 CRD-0301 at 0+4");
  CHECK(run("").empty());
}

}  // namespace tilmash::formats::iso8583::testing
