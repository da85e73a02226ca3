#include "partner/contract.h"

#include "tests/support.h"

using namespace tilmash;

TEST_CASE("the checked-in JSON Schemas are those of the contracts") {
  const Data data;
  for (const std::string& name : data.list("mappings/partner/", ".toml")) {
    Findings findings;
    const auto file = read_config(name, *data.find(name), findings);
    REQUIRE(file);
    const auto contract = partner::read_contract(*file, data, findings);
    REQUIRE(contract);
    const std::string document = name.substr(9, name.size() - 14);  // partner/v1/credit_transfer
    const auto path = tests::project_dir() / "schemas" / (document + ".schema.json");
    CHECK_MESSAGE(tests::read_file(path) == partner::json_schema(*contract, document),
                  "regenerate with: tilmash partner schema " << document.substr(8));
  }
}

TEST_CASE("a list is always a list, a decimal is a string, and nothing else is allowed") {
  const Data data;
  Findings findings;
  const auto file = read_config("mappings/partner/v9/x.toml",
                                "[fields]\n"
                                "'a' = { type = 'decimal(5,2)', occurs = '1', about = 'Amount' }\n"
                                "'l' = { occurs = '*', about = 'Lines' }\n"
                                "'l.t' = { type = 'code(A B)', occurs = '1', about = 'Line' }\n",
                                findings);
  REQUIRE(file);
  const auto contract = partner::read_contract(*file, data, findings);
  REQUIRE(contract);
  CHECK(contract->shape.id == "partner/v9/x");
  const std::string schema = partner::json_schema(*contract, "x");
  CHECK(schema.find("\"required\": [\"a\"]") != std::string::npos);
  CHECK(schema.find("\"pattern\": \"^\\\\d{1,5}(\\\\.\\\\d{1,2})?$\"") != std::string::npos);
  CHECK(schema.find("\"minItems\": 1") != std::string::npos);
  CHECK(schema.find("\"enum\": [\"A\", \"B\"]") != std::string::npos);
  CHECK(schema.find("\"additionalProperties\": false") != std::string::npos);
}
