#include "adapters/formats/swift_mt/testing.h"

namespace tilmash::formats::swift_mt::testing {
namespace {

/// The rules that a message breaks: "D75 36" is the code and the end of the path that shows it.
std::string broken(std::string_view type, std::string_view text, std::string_view flag = {}) {
  static const auto layout = compile("family = \"swift\"");
  std::string input = message(type, text);
  if (!flag.empty()) input.insert(input.find("{4:"), fmt::format("{{3:{{119:{}}}}}", flag));
  const auto stream = layout->decoder(input, "t", nullptr);
  Instance instance;
  REQUIRE(stream->next(instance) == Step::item);
  CHECK(stream->next(instance) == Step::end);
  std::string codes;
  for (const Diagnostic& each : stream->file_findings().kept()) {
    CHECK(each.severity == Severity::warning);
    REQUIRE(each.code == "SMT-0302"_code);
    const std::string head = each.text.substr(0, each.text.find(':'));
    codes += (codes.empty() ? "" : ", ") + head.substr(head.rfind(' ') + 1) + " " +
             each.path.substr(each.path.find('.', 8) + 1);
  }
  return codes;
}

/// An MT103 with these lines among the fields that it must have.
std::string customer(std::string_view operation, std::string_view before_50, std::string_view behind_50,
                     std::string_view behind_59 = "\r\n:71A:SHA", std::string_view flag = {}) {
  return broken(
      "103", fmt::format(":20:A\r\n:23B:{}\r\n{}:50K:X{}\r\n:59:/1\r\nY{}", operation, before_50, behind_50, behind_59),
      flag);
}

const std::string amount = ":32A:261121USD1,\r\n";

TEST_CASE("rules of MT103") {
  CHECK(customer("CRED", amount, "").empty());
  // D75: 33B, 36 and their currencies
  CHECK(customer("CRED", amount + ":33B:EUR1,\r\n", "") == "D75 32A.currency");
  CHECK(customer("CRED", amount + ":33B:EUR1,\r\n:36:1,1\r\n", "").empty());
  CHECK(customer("CRED", amount + ":33B:USD1,\r\n", "").empty());
  CHECK(customer("CRED", amount + ":33B:USD1,\r\n:36:1,1\r\n", "") == "D75 32A.currency");
  CHECK(customer("CRED", amount + ":36:1,1\r\n", "") == "D75 32A.currency");
  // service levels
  CHECK(customer("SPRI", ":23E:SDVA\r\n" + amount, "").empty());
  CHECK(customer("SPRI", ":23E:SDVA\r\n:23E:HOLD\r\n" + amount, "") == "E01 23E.code");
  CHECK(customer("SSTD", ":23E:SDVA\r\n" + amount, "") == "E02 23E.code");
  CHECK(customer("SPAY", amount, "\r\n:53D:BANK") == "E03 53D");
  CHECK(customer("SPAY", amount, "\r\n:53B:ALMATY") == "E04 53B");
  CHECK(customer("SPAY", amount, "\r\n:53B:/123").empty());
  CHECK(customer("SPAY", amount, "\r\n:54B:ALMATY") == "E05 54B");
  CHECK(customer("CRED", amount, "\r\n:55A:DEMOKZKA") == "E06 55A");
  CHECK(customer("CRED", amount, "\r\n:53A:DEMOKZKA\r\n:54D:BANK\r\n:55A:DEMOKZKA").empty());
  CHECK(customer("SSTD", amount, "\r\n:53A:DEMOKZKA\r\n:54A:DEMOKZKA\r\n:55D:BANK") == "E07 55D");
  CHECK(customer("CRED", amount, "\r\n:56A:DEMOKZKA") == "C81 56A");
  CHECK(customer("CRED", amount, "\r\n:56A:DEMOKZKA\r\n:57C:/1").empty());
  CHECK(customer("SPRI", amount, "\r\n:56A:DEMOKZKA\r\n:57A:DEMOUZ22") == "E16 56A");
  CHECK(customer("SSTD", amount, "\r\n:56D:BANK\r\n:57A:DEMOUZ22") == "E17 56D");
  CHECK(customer("SSTD", amount, "\r\n:57D:BANK") == "E09 57D");
  CHECK(customer("SSTD", amount, "\r\n:57D:/1\r\nBANK").empty());
  CHECK(broken("103", ":20:A\r\n:23B:SSTD\r\n" + amount + ":50K:X\r\n:59:Y\r\n:71A:SHA") == "E10 23B.operation");
  CHECK(customer("CRED", ":23E:CHQB\r\n" + amount, "") == "E18 59.account");
  // charges
  const std::string both = amount + ":33B:USD1,\r\n";
  CHECK(customer("CRED", both, "", "\r\n:71A:OUR\r\n:71F:USD1,") == "E13 71F.currency");
  CHECK(customer("CRED", both, "", "\r\n:71A:OUR\r\n:71G:USD1,").empty());
  CHECK(customer("CRED", both, "", "\r\n:71A:SHA\r\n:71G:USD1,") == "D50 71G");
  CHECK(customer("CRED", both, "", "\r\n:71A:BEN") == "E15 71A.code");
  CHECK(customer("CRED", both, "", "\r\n:71A:BEN\r\n:71F:USD1,").empty());
  CHECK(customer("CRED", amount, "", "\r\n:71A:BEN\r\n:71F:USD1,") == "D51 71F.currency");
  CHECK(customer("CRED", both, "", "\r\n:71A:OUR\r\n:71G:EUR1,") == "C02 71G.currency");
  // instructions to intermediaries that are not there
  CHECK(customer("CRED", ":23E:PHOI\r\n" + amount, "") == "E44 23E.code");
  CHECK(customer("CRED", ":23E:PHON\r\n" + amount, "") == "E45 23E.code");
  CHECK(customer("CRED", ":23E:PHON\r\n" + amount, "\r\n:57A:DEMOUZ22").empty());
  // variants have the rules that their fields leave
  CHECK(customer("SPRI", ":23E:PHOB\r\n" + amount, "", "\r\n:71A:SHA", "STP") == "E01 23E.code");
  CHECK(customer("CRED", amount, "\r\n:56A:DEMOKZKA", "\r\n:71A:SHA\r\n:77T:x", "REMIT") == "C81 56A");
}

TEST_CASE("rules of MT101, of each transaction and between it and what stands before") {
  const auto request = [](std::string_view head, std::string_view transactions) {
    return broken("101", fmt::format(":20:A\r\n{}:30:261121\r\n{}", head, transactions));
  };
  const auto one = [](std::string_view behind_21, std::string_view behind_32, std::string_view behind_71 = "",
                      std::string_view currency = "USD") {
    return fmt::format(":21:B{}\r\n:32B:{}1,{}\r\n:59:Y\r\n{}:71A:SHA{}", behind_21, currency, behind_32,
                       behind_71.starts_with("33B") ? fmt::format(":{}\r\n", behind_71) : "",
                       behind_71.starts_with("33B") ? "" : behind_71);
  };
  const std::string index = ":28D:1/1\r\n";
  const std::string payer = index + ":50H:/1\r\nX\r\n";
  CHECK(request(payer, one("", "")).empty());
  CHECK(request(payer, one("", "") + "\r\n" + one("", "\r\n:50H:/1\r\nX")) == "D61 transaction.50H");
  CHECK(request(index, one("", "\r\n:50H:/1\r\nX") + "\r\n" + one("", "")) == "D61 transaction");
  CHECK(request(payer, one("", "", "33B:EUR1,")) == "D60 transaction.32B.amount");
  CHECK(request(payer, one("", "", "\r\n:36:1,1")) == "D60 transaction.32B.amount, D54 transaction.36.rate");
  CHECK(request(payer, one("\r\n:21F:DEAL", "") + "\r\n" + one("", "", "33B:USD1,")) ==
        "D68 transaction.32B.currency, D60 transaction.32B.amount");
  CHECK(request(payer, one("", "\r\n:56A:DEMOKZKA")) == "D65 transaction.56A");
  CHECK(request(payer + ":52A:DEMOKZKA\r\n", one("", "\r\n:52A:DEMOKZKA")) == "D64 transaction.52A");
  CHECK(request(index + ":50L:Z\r\n:50H:/1\r\nX\r\n", one("", "\r\n:50L:Z")) == "D62 transaction.50L");
  const std::string two = one("", "") + "\r\n" + one("", "", "", "EUR");
  CHECK(request(payer, two).empty());
  CHECK(request(":21R:R\r\n" + payer, two) == "D98 transaction.32B.currency");
}

TEST_CASE("rules of transfers of banks") {
  const std::string head = ":20:A\r\n:21:B\r\n:32A:261121USD1,\r\n";
  CHECK(broken("202", head + ":56A:DEMOKZKA\r\n:58A:DEMOUZ22") == "C81 56A");
  CHECK(broken("202", head + ":56A:DEMOKZKA\r\n:57A:DEMOUZ22\r\n:58A:DEMOUZ22").empty());
  CHECK(broken("202", head + ":58A:DEMOUZ22\r\n:50K:X\r\n:56A:DEMOKZKA\r\n:59:Y", "COV") == "C68 customer.56A");
  CHECK(broken("205", head + ":52A:DEMOUZ22\r\n:56A:DEMOKZKA\r\n:58A:DEMOUZ22") == "C81 56A");
  const std::string one = "\r\n:20:A\r\n:21:B\r\n:32B:USD1,\r\n:58A:DEMOUZ22";
  const std::string euro = "\r\n:20:A\r\n:21:B\r\n:32B:EUR1,\r\n:56A:DEMOUZ22\r\n:58A:DEMOUZ22";
  CHECK(broken("203", ":19:2,\r\n:30:261121" + one + one).empty());
  CHECK(broken("203", ":19:3,\r\n:30:261121" + one + one) == "C01 19.amount");
  CHECK(broken("203", ":19:2,\r\n:30:261121" + one + euro) == "C02 transfer.32B.currency, C81 transfer.56A");
  CHECK(
      broken("210",
             ":20:A\r\n:30:261121\r\n:21:B\r\n:32B:USD1,\r\n:50:X\r\n:52A:DEMOKZKA\r\n:21:C\r\n:32B:EUR1,\r\n:50:X") ==
      "C06 notice.52A, C02 notice.32B.currency");
  CHECK(broken("210", ":20:A\r\n:30:261121\r\n:21:B\r\n:32B:USD1,") == "C06 notice");
}

TEST_CASE("rules of confirmations, statements and reports") {
  CHECK(broken("910", ":20:A\r\n:21:B\r\n:25:C\r\n:32A:261121USD1,") == "C06 message.mt910");
  CHECK(broken("910", ":20:A\r\n:21:B\r\n:25:C\r\n:32A:261121USD1,\r\n:50K:X").empty());
  const std::string head = ":20:S\r\n:25:ACC\r\n:28C:1\r\n:60F:C260101KZT1,\r\n";
  CHECK(broken("940", head + ":62F:C260101KZT1,\r\n:64:C260101KZT1,\r\n:65:C260101USD1,") == "C27 65.currency");
  CHECK(broken("940", head + ":62M:C260101KZX1,").empty());
  CHECK(broken("950", head + ":62F:C260101USD1,") == "C27 62F.currency");
  const std::string report = ":20:S\r\n:25:ACC\r\n:28C:1\r\n";
  const std::string time = ":13D:2611211200+0500\r\n:90D:1KZT1,";
  CHECK(broken("942", report + ":34F:KZT1,\r\n" + time).empty());
  CHECK(broken("942", report + ":34F:KZTD1,\r\n" + time) == "C23 34F.mark");
  CHECK(broken("942", report + ":34F:KZTD1,\r\n:34F:KZTC1,\r\n" + time).empty());
  CHECK(broken("942", report + ":34F:KZTC1,\r\n:34F:KZTD1,\r\n" + time) == "C23 34F.mark");
  CHECK(broken("942", report + ":34F:KZT1,\r\n:34F:KZTC1,\r\n" + time) == "C23 34F");
  CHECK(broken("942", report + ":34F:USD1,\r\n" + time) == "C27 90D.currency");
}

TEST_CASE("rules of other messages") {
  const std::string cheque = "\r\n:21:B\r\n:30:261121\r\n:32A:261121USD1,\r\n:59:Y";
  const std::string other = "\r\n:21:B\r\n:30:261121\r\n:32B:EUR1,\r\n:59:Y";
  CHECK(broken("110", ":20:A" + cheque + cheque).empty());
  CHECK(broken("110", ":20:A" + cheque + other) == "C02 cheque.32B.currency");
  const std::string request = "\r\n:12:942\r\n:25:C";
  CHECK(broken("920", ":20:A" + request + "\r\n:34F:USDD1,\r\n:34F:USDC1," + request + "\r\n:34F:USD1,").empty());
  CHECK(broken("920", ":20:A" + request + "\r\n:34F:USD1," + request + "\r\n:34F:USDD1,") == "C23 request.34F.mark");
  CHECK(broken("920", ":20:A" + request + "\r\n:34F:USDC1,\r\n:34F:USDD1,") == "C23 request.34F.mark");
  const std::string cancel = ":20:A\r\n:21:B\r\n:11S:103\r\n261121";
  CHECK(broken("192", cancel) == "C25 message.mt192");
  CHECK(broken("192", cancel + "\r\n:79:x").empty());
  CHECK(broken("292", cancel + "\r\n:32A:261121USD1,").empty());
  CHECK(broken("195", ":20:A\r\n:21:B\r\n:75:x\r\n:79:y\r\n:20:C") == "C31 copied.tag");
  CHECK(broken("996", ":20:A\r\n:21:B\r\n:76:x\r\n:20:C").empty());
}

TEST_CASE("a layout refuses broken rules, both ways, or does not look") {
  const std::string bad = message("202", ":20:A\r\n:21:B\r\n:32A:261121USD1,\r\n:56A:DEMOKZKA\r\n:58A:DEMOUZ22");
  const auto strict = compile("family = \"swift\"\nnetwork_rules = \"reject\"");
  CHECK(run(*strict, bad).events == std::vector<std::string>{"SMT-0302 5:1 message.mt202.56A"});
  CHECK(run(*compile("family = \"swift\"\nnetwork_rules = \"off\""), bad).events.size() == 1);

  const auto lenient = compile("family = \"swift\"");
  const auto stream = lenient->decoder(bad, "t", nullptr);
  Instance instance;
  REQUIRE(stream->next(instance) == Step::item);
  std::string out;
  const auto why = strict->encoder()->encode(instance, out);
  REQUIRE(why);
  CHECK(why->code == "SMT-0302"_code);
  CHECK(out.empty());
}

TEST_CASE("rules of a layout's own, and those that are wrong") {
  const std::string keys =
      "family = \"swift\"\n[[rules]]\nof = [\"mt199\"]\ncode = \"OWN1\"\ntext = \"21 is not NONREF\"\nwhen = ";
  CHECK(run(*compile(keys + "\"21.reference = 'NONREF'\""), message("199", ":20:A\r\n:21:NONREF\r\n:79:x"))
            .events.back() == "SMT-0302 3:5 message.mt199.21.reference");
  CHECK(compile_errors(keys + "\"20.amount = '1'\"") == std::vector<std::string>{"SMT-0105 4:0"});
  CHECK(compile_errors(keys + "\"20.reference\"") == std::vector<std::string>{"SMT-0105 4:0"});
  CHECK(compile_errors(keys + "\"occurrence(79.narrative[]) = 1\"") == std::vector<std::string>{"SMT-0105 4:0"});
  CHECK(compile_errors("family = \"swift\"\n[[rules]]\nof = [\"mt199\"]\ncode = \"A\"\ntext = \"t\"") ==
        std::vector<std::string>{"SMT-0105 4:1"});
  CHECK(compile_errors(
            "family = \"swift\"\n[[rules]]\nof = [\"mt199\"]\ncode = \"A\"\ntext = \"t\"\nsame = [\"99.x\"]") ==
        std::vector<std::string>{"SMT-0105 4:0"});
  CHECK(compile_errors("family = \"swift\"\nnetwork_rules = \"maybe\"") == std::vector<std::string>{"SMT-0103 4:17"});
}

}  // namespace
}  // namespace tilmash::formats::swift_mt::testing
