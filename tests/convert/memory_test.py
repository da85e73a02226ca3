"""Memory does not grow with the file. Peak resident memory is measured by the kernel (wait4), input pages included."""
import json
import os
import subprocess
import sys
import time

from program import AS_OF, ROOT, TILMASH, Case, main

ENDS = ["pacs.008.001.08", "partner/v1"]
SLACK_KB = 8 * 1024


class Measured(Case):
    place = None  # on disk: up to a few gigabytes

    def measure(self, records):
        """Peak resident kilobytes and seconds of one conversion."""
        extract, out = self.folder / f"{records}.dat", self.folder / f"{records}.out"
        subprocess.run([sys.executable, ROOT / "tools/demo_bank/generate.py", "--records", str(records), "--out", extract],
                       check=True, capture_output=True)
        begin = time.monotonic()
        run = subprocess.Popen([TILMASH, "convert", "--mapping", "mappings/demo-kz/outgoing", extract,
                                *(word for end in ENDS for word in ("--to", end)), "--out", out, "--as-of", AS_OF,
                                "--quiet"], cwd=ROOT, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(run.pid, 0)
        seconds = time.monotonic() - begin
        run.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(run.returncode, 1)  # the bad records of the short extract are in the long one
        report = json.loads((out / "report.json").read_text())
        self.assertEqual(report["items"], {"in": records, "out": records - 13, "rejected": 13})
        for file in [extract, *out.iterdir()]:
            file.unlink()
        print(f"{records} records: peak resident {usage.ru_maxrss} KB, {seconds:.1f} s", flush=True)
        return usage.ru_maxrss


class Test_three_times_the_file_takes_the_same_memory(Measured):
    def test_peak(self):
        self.assertLess(abs(self.measure(300_000) - self.measure(100_000)), SLACK_KB)


if __name__ == "__main__":
    main()
