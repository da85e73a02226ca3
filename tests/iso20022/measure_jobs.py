#!/usr/bin/env python3
"""How much faster two threads validate a bundle than one: the fastest of 15 rounds each of `tilmash validate --jobs`.

    tests/iso20022/measure_jobs.py TILMASH

Not a test: on a machine that does something else besides, the figure says little.
"""
import subprocess
import sys
import tempfile
import time

BYTES = 700_000_000
ROUNDS = 15


def main():
    tilmash = sys.argv[1]
    sample = [tilmash, "schema", "sample", "pacs.008.001.08", "--seed", "7"]
    message = subprocess.run(sample, check=True, capture_output=True).stdout.strip() + b"\n"
    with tempfile.NamedTemporaryFile(suffix=".xml") as bundle:
        for _ in range(BYTES // len(message)):
            bundle.write(message)
        bundle.flush()

        def seconds(jobs):
            began = time.monotonic()
            command = [tilmash, "validate", "--caps", "batch", "--jobs", str(jobs), bundle.name]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            return time.monotonic() - began

        seconds(1)
        rounds = [(seconds(1), seconds(2)) for _ in range(ROUNDS)]
    one, two = (min(times) for times in zip(*rounds))
    print(f"two threads: {one / two:.2f} times one (one: {one:.3f} s, two: {two:.3f} s)")


main()
