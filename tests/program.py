"""What whole-system suites share: where things stand, running the built program, and skipping for want of a file.

Each suite is run by CMake as `python3 SUITE_test.py CLASS` with TILMASH and BUILD_DIR in the environment; each class is
one ctest test. No suite shares code with src/.
"""
import json
import os
import pathlib
import subprocess
import tempfile
import tomllib
import unittest
from types import SimpleNamespace

ROOT = pathlib.Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
SAMPLES = ROOT / "samples/demo-kz"
TILMASH = os.environ.get("TILMASH", str(ROOT / "build/release/tilmash"))
AS_OF = "2026-11-21T09:30:00+05:00"
XSD_OFFICIAL = SHARED / "iso20022/xsd"


def tilmash(*arguments, stdin=None, timeout=300):
    """Runs the program in the project's folder; gives exit status, output and errors as texts."""
    run = subprocess.run([TILMASH, *map(str, arguments)], cwd=ROOT, capture_output=True, input=stdin, timeout=timeout,
                         check=False)
    return SimpleNamespace(status=run.returncode, out=run.stdout.decode("utf-8", "replace"),
                           err=run.stderr.decode("utf-8", "replace"))


def convert(mapping, source, out, *arguments, to=(), as_of=AS_OF, timeout=300):
    ends = [word for end in to for word in ("--to", end)]
    when = ["--as-of", as_of] if as_of else []
    return tilmash("convert", "--mapping", mapping, source, *ends, "--out", out, *when, *arguments, timeout=timeout)


def load_toml(path):
    return tomllib.loads(path.read_text(encoding="utf-8"))


def json_lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def tree(folder):
    """Every file below a folder: its name and its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


class Case(unittest.TestCase):
    """A test with a folder of its own."""
    maxDiff = None
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

    @classmethod
    def setUpClass(cls):
        # In memory where that is possible: thousands of small files are synced to disk otherwise.
        folder = tempfile.TemporaryDirectory(prefix="tilmash-", dir=cls.place)
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)

    def need(self, path):
        """Skips where `path` is absent; fails under CI=true (tests/support.h says the same for C++)."""
        if pathlib.Path(path).exists():
            return
        if os.environ.get("CI") == "true":
            self.fail(f"needed under CI=true but absent: {path}")
        print(f"SKIP: {path} is not here", flush=True)
        self.skipTest(f"{path} is not here")

    def check_schema(self, document, schema_file):
        import jsonschema
        schema = json.loads((ROOT / schema_file).read_text(encoding="utf-8"))
        jsonschema.validate(document, schema)

    def check_status(self, run, status):
        self.assertEqual(run.status, status, run.out + run.err)


def main():
    unittest.main(verbosity=1)
