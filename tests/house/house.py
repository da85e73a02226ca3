#!/usr/bin/env python3
"""The rules of the house that a compiler does not check: who may include whom, error codes and their explanations,
sizes, formatting, what is generated.

    house.py CHECK [--tilmash BINARY] [--root DIR]

Prints a line a breach and ends with 1 when there is one. DESIGN's "The house", "Errors" and "House style" are the
rules; where one is bent, it is bent here, in a list with a reason, and nowhere else.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

# What each folder of src/ may include, itself aside. A folder of formats/ or transports/ is one of many that do not
# know each other: "formats/*". What may be included is not carried on: base is named wherever it is used.
CORE = ["base", "shape"]
ENDS = ["canonical", "iso20022", "formats", "qr"]
MAY_INCLUDE = {
    "base": [],
    "shape": ["base"],
    "canonical": CORE,
    "iso20022": CORE,
    "formats": CORE,
    "records": CORE + ["formats"],
    "formats/*": CORE + ["formats", "records", "qr"],
    "qr": CORE,
    "transports/*": ["base"],
    "translator": CORE + ENDS,
    "ips": CORE + ["canonical", "iso20022"],
    "partner": CORE + ENDS + ["translator"],
    "pipeline": CORE + ENDS + ["translator", "partner", "ips"],
    "service": CORE + ENDS + ["translator", "partner", "ips", "pipeline", "transports/*"],
}

# Third-party headers and the only folders that may see them. fmt and the standard library may be seen by all.
LIBRARY_OWNERS = {
    "toml++": ["base"],
    "openssl": ["base", "service"],
    "libxml": ["iso20022", "ips"],
    "xercesc": ["iso20022"],
    "nlohmann": ["base", "partner", "pipeline", "service", "tools"],
    "boost": ["service", "transports/*"],
    "sqlite3.h": ["service", "transports/*"],
    "sql.h": ["transports/*"],
    "sqlext.h": ["transports/*"],
    "spdlog": ["service"],
    "qrencode.h": ["qr"],
    "png.h": ["qr", "tools"],
    "zbar.h": ["tools"],
    "CLI": ["tools"],
    "iostream": ["tools"],
    "chrono": ["tools", "service", "transports/*"],
    "ctime": ["tools", "service", "transports/*"],
    "random": ["tools", "service"],
}

# Files that may say float or double, with the reason.
FLOAT_ALLOWED = {"tools/tilmash/fmt_functions.cpp": "names functions of fmt that nobody calls"}

# Codes that any folder may raise, and where they are explained: what is wrong with a definition file is said in the same
# words whoever reads it (base/config.h).
COMMON_PREFIXES = {"CFG": pathlib.PurePosixPath("src/base"), "FMT": pathlib.PurePosixPath("src/adapters/records")}

LINES_MAX = 700
CODE_SUFFIXES = {".h", ".cpp", ".py", ".cmake"}
SOURCE_SUFFIXES = {".h", ".cpp"}


class House:
    def __init__(self, root, tilmash=None):
        self.root = root
        self.tilmash = tilmash
        self.breaches = []
        listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                capture_output=True, check=False)
        names = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
        # Without git (an unpacked archive), everything outside build/ and out/.
        if not any(names):
            names = [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()]
            names = [n for n in names if not n.startswith((".git/", "build/", "out/"))]
        self.files = sorted(pathlib.PurePosixPath(n) for n in names if n and (root / n).is_file())

    def text(self, file):
        return (self.root / file).read_text(encoding="utf-8")

    def breach(self, file, line, text):
        self.breaches.append(f"{file}:{line}: {text}")

    def sources(self, *folders, tests=True):
        for file in self.files:
            if file.suffix in SOURCE_SUFFIXES and file.parts[0] in folders:
                if tests or not file.stem.endswith("_test"):
                    yield file


def unit_of(path):
    """The folder of the table a path below src/ belongs to, and its own name: ("formats/*", "formats/nacha")."""
    parts = pathlib.PurePosixPath(path).parts
    if parts[0] != "adapters":
        return parts[0], parts[0]
    if len(parts) == 3:
        return parts[1], parts[1]
    return parts[1] + "/*", "/".join(parts[1:3])


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def blanked(text, strings):
    """The same text with comments, and string literals when `strings`, blanked where they stood."""
    def blank(match):
        keep = match.group().startswith(('"', 'R"')) and not strings
        return match.group() if keep else re.sub(r"[^\n]", " ", match.group())
    return re.sub(r'//[^\n]*|/\*.*?\*/|R"\((?:.*?)\)"|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def check_edge(house, file, line, user, used):
    user_unit, user_name = user
    used_unit, used_name = used
    if user_name == used_name:
        return
    allowed = MAY_INCLUDE.get(user_unit)
    if allowed is None:
        house.breach(file, line, f"{user_name} is in no row of the table of dependencies (tests/house/house.py)")
    elif used_unit not in allowed:
        house.breach(file, line, f"{user_name} may not know {used_name}")


def includes(house):
    for file in house.sources("src"):
        text = house.text(file)
        for match in re.finditer(r'^#include "([^"]+)"', text, re.M):
            if match.group(1) == "tests/support.h" or "/" not in match.group(1):
                continue
            check_edge(house, file, line_of(text, match.start()), unit_of(file.relative_to("src")), unit_of(match.group(1)))


def links(house):
    """USES of each folder's CMakeLists.txt against the table, and against what the folder includes."""
    folders = {}
    for file in house.files:
        if file.name == "CMakeLists.txt" and file.parts[0] == "src":
            if call := re.search(r"tilmash_folder\(\s*(\w+)([^)]*)\)", house.text(file)):
                folders[call.group(1)] = (file, call)
    unit = {name: unit_of(file.relative_to("src").parent / "x") for name, (file, _) in folders.items()}
    for name, (file, call) in folders.items():
        line = line_of(house.text(file), call.start())
        uses = re.search(r"USES\s+([^)]*?)(?=LIBRARIES|$)", call.group(2), re.S)
        used = [u for u in (uses.group(1).split() if uses else []) if not u.startswith("$")]
        for other in used:
            if other not in unit:
                house.breach(file, line, f"USES {other}, which is no folder")
            else:
                check_edge(house, file, line, unit[name], unit[other])
        linked = {unit[u][1] for u in used if u in unit} | {unit[name][1]}
        for source in house.sources("src"):
            if unit_of(source.relative_to("src"))[1] != unit[name][1]:
                continue
            text = house.text(source)
            for match in re.finditer(r'^#include "([^"]+)/[^"/]+"', text, re.M):
                wanted = unit_of(match.group(1) + "/x")[1]
                # The seam `formats` is a header that each format implements; its library gathers them.
                if wanted not in linked and wanted not in ("tests", "formats"):
                    house.breach(source, line_of(text, match.start()), f"includes {wanted}; {file} does not say USES")


def libraries(house):
    for file in house.sources("src", "tools", tests=False):
        user = unit_of(file.relative_to("src"))[0] if file.parts[0] == "src" else "tools"
        text = house.text(file)
        for match in re.finditer(r"^#include <([^>]+)>", text, re.M):
            owners = LIBRARY_OWNERS.get(match.group(1).split("/")[0])
            if owners is not None and user not in owners:
                house.breach(file, line_of(text, match.start()), f"<{match.group(1)}> belongs to {', '.join(owners)}")


def error_codes(house):
    """Every code raised is explained in the errors.toml of its folder, every entry is raised there, and a prefix
    belongs to one folder and those below it."""
    explained = {}
    owners = {}
    for file in house.files:
        if file.name != "errors.toml" or file.parts[0] not in ("src", "tools"):
            continue
        text = house.text(file)
        for match in re.finditer(r"^\[([A-Z]{3})-(\d{4})\]", text, re.M):
            explained.setdefault(file.parent, {})[match.group(1) + "-" + match.group(2)] = (file, line_of(text, match.start()))
            owners.setdefault(match.group(1), set()).add(file.parent)
    for prefix, folders in owners.items():
        top = min(folders, key=lambda f: len(f.parts))
        for folder in folders:
            if folder != top and top not in folder.parents:
                house.breach(folder / "errors.toml", 1, f"the prefix {prefix} belongs to {top}")

    used = {}
    for file in house.sources("src", "tools", tests=False):
        text = blanked(house.text(file), strings=False)
        owner = next((folder for folder in file.parents if folder in explained), None)
        for match in re.finditer(r'"([A-Z]{3}-\d{4})"_code', text):
            if re.search(r"(==|!=|\bcase)\s*$", text[:match.start()]):
                # To know another's code is not to raise it.
                if not any(match.group(1) in entries for entries in explained.values()):
                    house.breach(file, line_of(text, match.start()), f"{match.group(1)} is explained nowhere")
                continue
            common = COMMON_PREFIXES.get(match.group(1)[:3], owner)
            if match.group(1) in explained.get(common, {}):
                used.setdefault(common, set()).add(match.group(1))
            else:
                house.breach(file, line_of(text, match.start()), f"{match.group(1)} is not explained in this folder")
    for folder, entries in explained.items():
        for code, (file, line) in entries.items():
            if code not in used.get(folder, set()):
                house.breach(file, line, f"{code} is raised nowhere in {folder}")


def sizes(house):
    for file in house.files:
        if file.suffix in CODE_SUFFIXES or file.name in ("dev", "CMakeLists.txt"):
            count = house.text(file).count("\n")
            if count > LINES_MAX:
                house.breach(file, count, f"{count} lines; the limit is {LINES_MAX}")
        if file.suffix == ".h" and not house.text(file).startswith("//"):
            house.breach(file, 1, "a header begins by saying what it is")


def floats(house):
    for file in house.sources("src", "tools"):
        if str(file) in FLOAT_ALLOWED:
            continue
        text = blanked(house.text(file), strings=True)
        for match in re.finditer(r"\b(float|double)\b|\bstd::(stod|stof|strtod)\b", text):
            house.breach(file, line_of(text, match.start()), f"{match.group()} in the payment path")


def machine_paths(house):
    pattern = re.compile(rb"(?<![\w.])/(work|home|Users|root)/[\w.-]")
    for file in house.files:
        data = (house.root / file).read_bytes()
        if file.suffix in (".dat", ".xml") or b"\0" in data:
            continue
        for match in pattern.finditer(data):
            house.breach(file, data.count(b"\n", 0, match.start()) + 1, "a path of somebody's machine")


def test_names(house):
    """CTest cuts a name at a semicolon and then runs no test case at all, without a word."""
    for file in house.sources("src", "tests", "tools"):
        text = house.text(file)
        seen = set()
        for match in re.finditer(r'TEST_CASE(?:_TEMPLATE)?\("((?:\\.|[^"\\])*)"', text):
            if ";" in match.group(1):
                house.breach(file, line_of(text, match.start()), "a semicolon in the name of a test")
            if match.group(1) in seen:
                house.breach(file, line_of(text, match.start()), "two tests of one name")
            seen.add(match.group(1))


def readme(house):
    """The commands that README.md shows exist, with their options and files."""
    text = house.text(pathlib.PurePosixPath("README.md"))
    dev_help = subprocess.run([str(house.root / "dev"), "help"], capture_output=True, text=True, check=True).stdout
    for block in re.finditer(r"^```(?:sh|bash|console)?\n(.*?)^```", text, re.M | re.S):
        line = line_of(text, block.start())
        for command in block.group(1).replace("\\\n", " ").splitlines():
            line += 1
            words = command.split("#")[0].removeprefix("$ ").split()
            if not words:
                continue
            if words[0] == "./dev" and f"./dev {' '.join(words[1:2])}" not in dev_help:
                house.breach("README.md", line, f"./dev does not know {words[1:2]}")
            if words[0].split("/")[-1] == "tilmash" and house.tilmash:
                check_tilmash_command(house, line, words[1:])
            for word in words[1:]:
                if re.match(r"(mappings|samples|schemas|docs|schemes)/", word) and not (house.root / word).exists():
                    house.breach("README.md", line, f"there is no {word}")


def check_tilmash_command(house, line, words):
    names = []
    for word in words:
        if not re.fullmatch(r"[a-z]+", word):
            break
        shown = subprocess.run([house.tilmash, *names, "--help"], capture_output=True, text=True, check=False)
        if not re.search(rf"^\s+{word}\b", shown.stdout.split("Subcommands:")[-1], re.M):
            break
        names.append(word)
    if not names:
        house.breach("README.md", line, f"tilmash has no command {words[:1]}")
        return
    shown = subprocess.run([house.tilmash, *names, "--help"], capture_output=True, text=True, check=False)
    for word in words:
        if word.startswith("--") and not re.search(rf"{word}\b", shown.stdout):
            house.breach("README.md", line, f"tilmash {' '.join(names)} has no option {word}")


def compare_with(house, made, kept, by_hand=()):
    """Two folders hold the same files with the same bytes, those made by hand aside."""
    names = {p.relative_to(made) for p in made.rglob("*") if p.is_file()}
    for name in sorted(names):
        there = kept / name
        if not there.is_file() or there.read_bytes() != (made / name).read_bytes():
            house.breach(there.relative_to(house.root), 1, "differs from what its generator writes")
    for file in sorted(p.relative_to(kept) for p in kept.rglob("*") if p.is_file()):
        if file not in names and not str(file).startswith(by_hand):
            house.breach((kept / file).relative_to(house.root), 1, "is written by no generator")


def regenerate(house, tool, folder_arguments, kept, by_hand=()):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, str(house.root / tool), *folder_arguments, folder], check=True)
        compare_with(house, pathlib.Path(folder), house.root / kept, by_hand)


def samples(house):
    regenerate(house, "tools/demo_bank/generate.py", ["--folder"], "samples/demo-kz", ("README.md", "expected/"))
    regenerate(house, "tools/copybook_sample/generate.py", ["--folder"], "samples/copybook",
               ("README.md", "OUTPAY.cpy", "PARTY.cpy", "layout.toml", "mapping.toml"))


def generated(house):
    regenerate(house, "tools/code_pages/generate.py", [], "src/base/code_pages")


def format(house):
    files = [str(f) for f in house.sources("src", "tools", "tests", "bench")]
    run = subprocess.run(["clang-format-16", "--dry-run", "-Werror", *files], cwd=house.root, capture_output=True,
                         text=True, check=False)
    for match in re.finditer(r"^(\S+?):(\d+):\d+: error: (.*)", run.stderr, re.M):
        house.breach(match.group(1), match.group(2), "not formatted; ./dev fmt does it")
    if run.returncode != 0 and not house.breaches:
        sys.exit(run.stderr)


CHECKS = [includes, links, libraries, error_codes, sizes, floats, machine_paths, test_names, readme, samples, generated,
          format]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("check", choices=[c.__name__ for c in CHECKS])
    options.add_argument("--tilmash")
    options.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    given = options.parse_args()
    house = House(given.root, given.tilmash)
    if not house.files:
        sys.exit("there are no files to check")
    next(c for c in CHECKS if c.__name__ == given.check)(house)
    print("\n".join(dict.fromkeys(house.breaches)))
    sys.exit(1 if house.breaches else 0)


if __name__ == "__main__":
    main()
