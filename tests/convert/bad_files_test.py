"""Files with something wrong as a whole: nothing is published until a person says so."""
import json

from program import ROOT, SAMPLES, Case, convert, load_toml, main, tilmash, tree

MAPPING = "mappings/demo-kz/outgoing"
MESSAGE = "pacs.008.001.08"
# Findings that leave the file in doubt; a sum that can't be compared because of a reject does not.
WARNINGS = {"none", "FMT-0301"}


def bad_files():
    return load_toml(SAMPLES / "expected/files.toml").items()


class Test_bad_files_are_held(Case):
    def test_each_ends_as_typed_by_hand(self):
        names = {p.name for p in (SAMPLES / "bad").glob("*.dat")}
        self.assertEqual(names, {name for name, _ in bad_files()})
        for name, wanted in bad_files():
            with self.subTest(name):
                out = self.folder / name
                run = convert(MAPPING, f"samples/demo-kz/bad/{name}", out, to=[MESSAGE, "partner/v1"])
                held = wanted["code"] not in WARNINGS
                self.check_status(run, 1 if held or wanted["rejects"] else 0)
                place = self.folder / (name + ".held") if held else out
                self.assertEqual([p.name for p in self.folder.glob(name + "*")], [place.name])
                report = json.loads((place / "report.json").read_text())
                self.check_schema(report, "schemas/reports/report.schema.json")
                self.assertEqual(report["result"], "held" if held else "published")
                self.assertEqual("held_because" in report, held)
                self.assertEqual("HELD" in run.err, held)
                found = [f["code"] for f in report["file_findings"]]
                if wanted["code"] == "none":
                    self.assertEqual(found, [])
                else:
                    self.assertIn(wanted["code"], found)
                self.assertEqual(report["items"], {"in": wanted["payments"] + wanted["rejects"],
                                                   "out": wanted["payments"], "rejected": wanted["rejects"]})


class Test_what_is_held_waits_for_a_person(Case):
    def hold(self, name):
        out = self.folder / name
        self.check_status(convert(MAPPING, "samples/demo-kz/bad/wrong-sum.dat", out, to=[MESSAGE]), 1)
        return out, self.folder / (name + ".held")

    def test_release_publishes_it_as_it_was(self):
        out, held = self.hold("release")
        before = tree(held)
        self.check_status(tilmash("convert", "--release-held", "--out", out), 0)
        self.assertFalse(held.exists())
        self.assertEqual(tree(out), before)
        again = tilmash("convert", "--release-held", "--out", out)
        self.check_status(again, 4)
        self.assertIn("FIL-0006", again.err)

    def test_a_second_run_does_not_overwrite_it(self):
        out, held = self.hold("twice")
        before = tree(held)
        run = convert(MAPPING, "samples/demo-kz/bad/empty.dat", out, to=[MESSAGE])
        self.check_status(run, 4)
        self.assertIn("FIL-0002", run.err)
        self.assertEqual(tree(held), before)
        self.assertFalse(out.exists())

    def test_an_existing_folder_is_refused(self):
        out = self.folder / "there"
        out.mkdir()
        (out / "precious").write_text("mine")
        run = convert(MAPPING, "samples/demo-kz/bad/empty.dat", out, to=[MESSAGE])
        self.check_status(run, 4)
        self.assertIn("FIL-0002", run.err)
        self.assertEqual(tree(out), {"precious": b"mine"})

    def test_a_mapping_may_hold_a_file_for_one_reject(self):
        folder = self.folder / "strict"
        folder.mkdir()
        for file in (ROOT / MAPPING).iterdir():
            text = file.read_text()
            if file.name == "mapping.toml":
                text = "hold_on_reject = true\n" + text
            (folder / file.name).write_text(text)
        out = self.folder / "one"
        self.check_status(convert(folder, "samples/demo-kz/bad/unreadable-amount.dat", out, to=[MESSAGE]), 1)
        self.assertFalse(out.exists())
        self.assertEqual(json.loads((self.folder / "one.held/report.json").read_text())["items"]["rejected"], 1)

    def test_what_cannot_be_run_leaves_nothing(self):
        for arguments, status in (((MAPPING, "no/such/file"), 4), (("mappings/no-such", "samples/demo-kz/outgoing.dat"), 3)):
            out = self.folder / "nothing"
            self.check_status(convert(*arguments, out, to=[MESSAGE]), status)
            self.assertEqual([p.name for p in self.folder.glob("nothing*")], [])
        run = convert(MAPPING, "samples/demo-kz/outgoing.dat", self.folder / "end", to=["pacs.999.001.01"])
        self.check_status(run, 3)
        self.assertIn("PIP-0007", run.err)
        self.assertLess(max(map(len, run.err.splitlines())), 200)
        run = convert(MAPPING, "samples/demo-kz/outgoing.dat", self.folder / "end", to=[MESSAGE], as_of="yesterday")
        self.check_status(run, 2)


if __name__ == "__main__":
    main()
