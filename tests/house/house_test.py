#!/usr/bin/env python3
"""Each check of house.py finds the breach it is there for, and is content with a house in order."""
import pathlib
import tempfile

from house import (House, error_codes, floats, includes, libraries, links, machine_paths, sizes, test_names)

GOOD = {
    "src/base/CMakeLists.txt": "tilmash_folder(base LIBRARIES fmt::fmt)\n",
    "src/shape/CMakeLists.txt": "tilmash_folder(shape USES base)\n",
    "src/base/code.h": "// Codes. \"ABC-0001\"_code, float\n",
    "src/base/config.cpp": '#include "base/code.h"\n#include <toml++/toml.h>\nauto a = "BAS-0001"_code;\n',
    "src/base/errors.toml": '[BAS-0001]\ntitle = "t"\n[CFG-0001]\ntitle = "t"\n',
    "src/shape/shape.cpp": '#include "base/code.h"\nauto a = "CFG-0001"_code; auto b = "a double";\nif (a == "BAS-0001"_code) b();\n',
    "src/adapters/formats/errors.toml": "",
    "src/adapters/formats/nacha/read.cpp": '#include "adapters/formats/format.h"\n#include "shape/shape.h"\n',
    "src/base/code_test.cpp": 'TEST_CASE("one") {}\nTEST_CASE("two, and more") {}\n',
}

# check, file, what it holds instead, what the breach says
BREACHES = [
    (includes, "src/base/code.h", '// x\n#include "shape/shape.h"\n', "src/base/code.h:2: base may not know shape"),
    (includes, "src/adapters/formats/nacha/read.cpp", '#include "adapters/formats/json/read.h"\n',
     "formats/nacha may not know formats/json"),
    (includes, "src/adapters/formats/nacha/read.cpp", '#include "translator/plan.h"\n', "may not know translator"),
    (includes, "src/surprise/new.cpp", '#include "base/code.h"\n', "surprise is in no row"),
    (links, "src/base/CMakeLists.txt", "tilmash_folder(base USES shape)\n", "base may not know shape"),
    (links, "src/shape/CMakeLists.txt", "tilmash_folder(shape)\n", "does not say USES"),
    (links, "src/shape/CMakeLists.txt", "tilmash_folder(shape USES base bass)\n", "USES bass, which is no folder"),
    (libraries, "src/shape/shape.cpp", "#include <toml++/toml.h>\n", "belongs to base"),
    (libraries, "src/shape/shape.cpp", "#include <chrono>\n", "<chrono> belongs to"),
    (error_codes, "src/shape/shape.cpp", 'auto a = "BAS-0001"_code;\n', "src/shape/shape.cpp:1: BAS-0001 is not explained"),
    (error_codes, "src/shape/shape.cpp", 'bool a = code == "BAS-0009"_code;\n', "BAS-0009 is explained nowhere"),
    (error_codes, "src/base/errors.toml", "[BAS-0001]\n[BAS-0002]\n[CFG-0001]\n", "src/base/errors.toml:2: BAS-0002 is raised nowhere"),
    (error_codes, "src/shape/errors.toml", "[BAS-0009]\n", "the prefix BAS belongs to"),
    (sizes, "src/base/config.cpp", "\n" * 701, "701 lines"),
    (sizes, "src/base/code.h", "#pragma once\n", "begins by saying"),
    (floats, "src/base/config.cpp", "int a;\ndouble b;\n", "src/base/config.cpp:2: double"),
    (machine_paths, "docs/x.md", "see /ho" + "me/ann/tilmash\n", "docs/x.md:1: a path"),
    (test_names, "src/base/code_test.cpp", 'TEST_CASE("one; two") {}\n', "a semicolon"),
    (test_names, "src/base/code_test.cpp", 'TEST_CASE("one") {}\nTEST_CASE("one") {}\n', ":2: two tests"),
]


def run(check, files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        house = House(root)
        check(house)
        return house.breaches


for check in dict.fromkeys(row[0] for row in BREACHES):
    assert run(check, GOOD) == [], (check.__name__, run(check, GOOD))
for check, name, text, expected in BREACHES:
    found = run(check, GOOD | {name: text})
    assert any(expected in breach for breach in found), (check.__name__, name, expected, found)
print(f"{len(BREACHES)} breaches found")
