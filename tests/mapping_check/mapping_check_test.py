"""`tilmash mapping check` over wrong/*.toml. Each is sound.toml with one mistake, and ends with what must be found:

    #! CODE [FILE:]LINE[:COLUMN] TEXT       TEXT is what the caret line marks
    #! --to ENDPOINT                        checked against this output instead of the canonical family

What follows from the mistake (a field that no longer has a row) is found too, and stands there as well.
"""
import json
import re
import shutil

from program import ROOT, Case, main, tilmash

HERE = ROOT / "tests/mapping_check"
FAMILY = "canonical/credit_transfer/1"


def lay_out(folder, mapping):
    folder.mkdir()
    (folder / "layout.toml").write_text((HERE / "layout.toml").read_text())
    (folder / "mapping.toml").write_text(mapping)
    return folder


def marked(folder, finding):
    """A finding as it is written in the files: code, place, and the text at that place."""
    name = finding["file"].rsplit("/", 1)[-1]
    line = (folder / name).read_text().splitlines()[finding["line"] - 1]
    place = f"{finding['line']}" if name == "mapping.toml" else f"{name}:{finding['line']}"
    if "column" not in finding:
        return f"{finding['code']} {place} {line.strip()}"
    begin = finding["column"] - 1  # columns and lengths are bytes
    text = line.encode()[begin:begin + finding.get("length", 1)].decode()
    return f"{finding['code']} {place}:{finding['column']} {text}"


class Test_wrong_mappings(Case):
    def test_each_is_found_at_its_place(self):
        for file in sorted((HERE / "wrong").glob("*.toml")):
            with self.subTest(file.stem):
                text = file.read_text()
                notes = re.findall(r"^#! (.*)$", text, re.M)
                ends = [note.split()[1] for note in notes if note.startswith("--to")] or [FAMILY]
                wanted = [note for note in notes if not note.startswith("--to")]
                folder = lay_out(self.folder / file.stem, text)
                run = tilmash("mapping", "check", folder, "--to", ends[0], "--format", "json")
                self.check_status(run, 1)
                findings = [json.loads(line) for line in run.out.splitlines()]
                self.assertEqual([marked(folder, f) for f in findings], wanted)
                self.check_carets(folder, ends[0], wanted)

    def check_carets(self, folder, end, wanted):
        """What people see: the line, and carets under the very text."""
        shown = tilmash("mapping", "check", folder, "--to", end).err.splitlines()
        underlined = []
        for line, carets in zip(shown, shown[1:]):
            match = re.fullmatch(r" +\| ( *)(\^+)", carets)
            if match:
                source = re.sub(r"^ *\d+ \| ", "", line)
                begin = len(match.group(1))
                underlined.append(source[begin:begin + len(match.group(2))])
        self.assertEqual(underlined, [re.sub(r"^\S+ \S+ ", "", note) for note in wanted])


class Test_files_beside_the_mapping(Case):
    def test_a_wrong_lookup_file_is_named_and_shown(self):
        folder = lay_out(self.folder / "beside", (HERE / "sound.toml").read_text() + '[lookup_files]\ncities = "cities.toml"\n')
        (folder / "cities.toml").write_text('[cities]\n"Ақтау" = 5\n', encoding="utf-8")
        run = tilmash("mapping", "check", folder, "--format", "json")
        self.check_status(run, 1)
        [finding] = [json.loads(line) for line in run.out.splitlines()]
        self.assertEqual((finding["code"], finding["file"], finding["line"], finding["column"]),
                         ("CFG-0004", str(folder / "cities.toml"), 2, 16))
        shown = tilmash("mapping", "check", folder).err.splitlines()
        self.assertIn(' 2 | "Ақтау" = 5', shown)
        self.assertIn("   |           ^", shown)


class Test_keys_that_would_do_nothing(Case):
    def test_groups_of_a_mapping_that_writes_records(self):
        folder = self.folder / "status"
        shutil.copytree(ROOT / "mappings/demo-kz/status", folder)
        mapping = folder / "mapping.toml"
        line = mapping.read_text().count("\n") + 1
        mapping.write_text(mapping.read_text() + "[group]\nmax = 5\n")
        run = tilmash("mapping", "check", folder, "--format", "json")
        self.check_status(run, 1)
        [finding] = [json.loads(line) for line in run.out.splitlines()]
        self.assertEqual((finding["code"], finding["line"], finding["column"]), ("CFG-0006", line, 1))


class Test_sound_mappings(Case):
    def test_what_the_wrong_ones_are_made_from(self):
        folder = lay_out(self.folder / "sound", (HERE / "sound.toml").read_text())
        for ends in ([], ["--to", FAMILY], ["--to", "pacs.008.001.08"], ["--to", "partner/v1"]):
            self.check_status(tilmash("mapping", "check", folder, *ends), 0)

    def test_every_mapping_of_the_project(self):
        for file in sorted((ROOT / "mappings").rglob("mapping.toml")):
            self.check_status(tilmash("mapping", "check", file.parent.relative_to(ROOT)), 0)

    def test_a_folder_without_a_mapping(self):
        run = tilmash("mapping", "check", self.folder)
        self.check_status(run, 3)
        self.assertIn("CLI-0003", run.err)


if __name__ == "__main__":
    main()
