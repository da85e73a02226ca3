"""Every `tilmash …` line of README.md, of docs/*.md and of the examples in --help, run in a copy of the project's folder
where `tilmash` is on the path. They may end with findings (1), and with nothing worse; OUT folders must be there."""
import os
import re
import sqlite3
import subprocess

from program import ROOT, TILMASH, Case, main, tilmash

def is_ours(line):
    """False for a line about files of the reader's own: one that reads what the project does not have, or releases what
    only a run before it would have held."""
    if "--release-held" in line or re.search(r"…|\b(FILE|DIR|INPUT|OUT)\b", line):
        return False
    read = re.sub(r"(>|--rejects) *\S+", "", line)
    return all(any(ROOT.glob(name)) for name in re.findall(r"\S+\.(?:toml|cpy|dat|xml|xsd|ach|jsonl|png)\b", read))


def commands_of(text):
    """The lines that call tilmash in code blocks, with continued lines joined."""
    for block in re.findall(r"^```(?:sh|console)?\n(.*?)^```", text, re.M | re.S):
        for line in block.replace("\\\n", " ").splitlines():
            line = line.removeprefix("$ ").strip()
            if line.startswith(("tilmash ", "build/release/tilmash ")):
                yield line


def examples_of_help():
    """Of every command and of those one level below it; each line once."""
    def names(*words):
        shown = tilmash(*words, "--help").out.partition("\nSubcommands:\n")[2].partition("\n\n")[0]
        return re.findall(r"^  ([a-z]+) ", shown, re.M)
    pages = [(name,) for name in names()]
    pages += [(name, below) for (name,) in pages for below in names(name)]
    lines = {}
    for words in pages:
        for line in tilmash(*words, "--help").out.replace("\\\n", " ").splitlines():
            if re.match(r"\s+tilmash ", line):
                lines[" ".join(line.split())] = True
    return list(lines)


class Test_commands_run_as_they_stand(Case):
    def setUp(self):
        self.place = self.folder / self.id().rsplit(".", 1)[-1]
        self.place.mkdir()
        for name in ("mappings", "samples", "schemas", "docs"):
            os.symlink(ROOT / name, self.place / name)
        with sqlite3.connect(self.place / "core.db") as core:  # as docs/databases.md makes it with the sqlite3 program
            core.executescript((ROOT / "samples/core-db/core.sql").read_text(encoding="utf-8"))
        (self.place / "build/release").mkdir(parents=True)
        os.symlink(TILMASH, self.place / "build/release/tilmash")
        self.ran = 0

    def run_all(self, lines):
        path = f"{self.place}/build/release:{os.environ['PATH']}"
        for line in lines:
            if not is_ours(line):
                continue
            with self.subTest(line):
                run = subprocess.run(["bash", "-c", line], cwd=self.place, env={**os.environ, "PATH": path},
                                     capture_output=True, stdin=subprocess.DEVNULL, timeout=120, check=False)
                self.assertIn(run.returncode, (0, 1), run.stderr.decode("utf-8", "replace")[:1000])
                if out := re.search(r" convert .*--out (\S+)", line):
                    places = [self.place / out.group(1), self.place / (out.group(1) + ".held")]
                    self.assertTrue(any((place / "report.json").is_file() for place in places))
                self.ran += 1

    def test_readme(self):
        self.run_all(commands_of((ROOT / "README.md").read_text()))
        self.assertGreater(self.ran, 6)

    def test_docs(self):
        for file in sorted((ROOT / "docs").glob("*.md")):
            self.run_all(commands_of(file.read_text()))

    def test_examples_of_help(self):
        self.run_all(examples_of_help())
        self.assertGreater(self.ran, 5)


class Test_docs_know_every_function(Case):
    def test_expressions(self):
        """docs/mappings.md against the tables of functions."""
        source = "".join(file.read_text() for file in sorted((ROOT / "src/shape").glob("expression_*.cpp")))
        more = "".join(file.read_text() for file in sorted((ROOT / "src/translator").glob("*_functions.cpp")))
        types = (ROOT / "src/canonical/value_types.cpp").read_text()
        names = set(re.findall(r'\{"([a-z_]+)", \d+, \w+, check_', source + more))
        names |= set(re.findall(r'value_type\("([a-z_]+)"', types))
        names -= {"and", "or", "not", "in"}  # operators
        section = (ROOT / "docs/mappings.md").read_text().split("| function |")[1].split("\n\n")[0]
        told = set()
        for row in section.splitlines():
            told |= set(re.findall(r"`([a-z_]+)\(", row.split("|")[1])) if row.startswith("| `") else set()
        self.assertEqual(told, names)

    def test_codes(self):
        """Every code of mappings, expressions and the pipeline is told, alone or within a range."""
        text = (ROOT / "docs/mappings.md").read_text() + (ROOT / "docs/reports.md").read_text()
        told = set(re.findall(r"[A-Z]{3}-\d{4}", text))
        for prefix, first, last in re.findall(r"([A-Z]{3})-(\d{4}) … [A-Z]{3}-(\d{4})", text):
            told |= {f"{prefix}-{number:04}" for number in range(int(first), int(last) + 1)}
        for folder in ("shape", "translator", "pipeline"):
            for code in re.findall(r"^\[((?:MAP|EXP|PIP)-\d{4})\]", (ROOT / f"src/{folder}/errors.toml").read_text(), re.M):
                self.assertIn(code, told)


if __name__ == "__main__":
    main()
