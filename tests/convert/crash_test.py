"""What a killed run and a second run at the same time leave behind: all or nothing. And what a terminal shows meanwhile."""
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time

from program import AS_OF, ROOT, TILMASH, Case, convert, main

MAPPING = "mappings/demo-kz/outgoing"
RECORDS = 200_000
REJECTED = 13  # the long extract has the bad records of the short one


class Long(Case):
    place = None  # on disk: a few hundred megabytes

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.extract = cls.folder / "long.dat"
        subprocess.run([sys.executable, ROOT / "tools/demo_bank/generate.py", "--records", str(RECORDS), "--out",
                        cls.extract], check=True, capture_output=True)

    def start(self, out, **streams):
        run = subprocess.Popen([TILMASH, "convert", "--mapping", MAPPING, self.extract, "--to", "partner/v1", "--out", out,
                                "--as-of", AS_OF], cwd=ROOT, stdout=subprocess.DEVNULL,
                               **{"stderr": subprocess.DEVNULL, **streams})
        self.addCleanup(run.kill)
        return run

    def wait_for_output(self, run, out):
        """Until the run has written something and is still at it."""
        growing = out.with_name(out.name + ".partial") / "partner-v1.jsonl"
        while not (growing.exists() and growing.stat().st_size > 1_000_000):
            self.assertIsNone(run.poll(), "the run ended too soon")
            time.sleep(0.002)

    def check_published(self, out):
        report = json.loads((out / "report.json").read_text())
        self.assertEqual(report["items"], {"in": RECORDS, "out": RECORDS - REJECTED, "rejected": REJECTED})
        with open(out / "partner-v1.jsonl", "rb") as lines:
            self.assertEqual(sum(1 for _ in lines), RECORDS - REJECTED)


class Test_killed_half_way(Long):
    def test_nothing_is_published_and_the_next_run_succeeds(self):
        out = self.folder / "night"
        run = self.start(out)
        self.wait_for_output(run, out)
        run.send_signal(signal.SIGKILL)
        self.assertEqual(run.wait(), -signal.SIGKILL)
        self.assertFalse(out.exists())
        self.assertFalse(out.with_name("night.held").exists())
        self.check_status(convert(MAPPING, self.extract, out, to=["partner/v1"]), 1)
        self.check_published(out)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["long.dat", "night"])


class Test_two_runs_into_one_folder(Long):
    def test_the_second_is_refused_and_the_first_goes_on(self):
        out = self.folder / "shared"
        first = self.start(out)
        self.wait_for_output(first, out)
        first.send_signal(signal.SIGSTOP)  # so that it can't end before the second looks
        second = convert(MAPPING, "samples/demo-kz/bad/empty.dat", out, to=["partner/v1"])
        first.send_signal(signal.SIGCONT)
        self.check_status(second, 4)
        self.assertIn("FIL-0003", second.err)
        self.assertEqual(first.wait(), 1)
        self.check_published(out)


class Test_progress_on_a_terminal(Long):
    def test_it_grows_and_is_gone_at_the_end(self):
        ours, theirs = pty.openpty()
        run = self.start(self.folder / "shown", stderr=theirs)
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            shown += piece
        os.close(ours)
        self.assertEqual(run.wait(), 1)
        steps = [(int(percent), int(records)) for percent, records in re.findall(rb"converting \[#*\.*\]\s+(\d+)%\s+(\d+) rec", shown)]
        self.assertGreater(len(steps), 1, shown[:500])
        self.assertEqual(steps, sorted(steps))
        last = shown.rindex(b"converting")
        self.assertIn(b"\r\x1b[K", shown[last:])

    def test_no_bar_in_a_file(self):
        log = self.folder / "log"
        with open(log, "wb") as file:
            self.assertEqual(self.start(self.folder / "quiet", stderr=file).wait(), 1)
        self.assertNotIn(b"converting", log.read_bytes())
        self.assertNotIn(b"\r", log.read_bytes())


if __name__ == "__main__":
    main()
