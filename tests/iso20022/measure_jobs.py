#!/usr/bin/env python3
"""How much faster two threads validate than one: the fastest of 15 rounds each of `tilmash validate --jobs`, of a bundle
of small messages, and of one message of a gigabyte or of a tenth of it.

    tests/iso20022/measure_jobs.py TILMASH

Whole processes: starting is in it, which two threads do not share. `message_bench --corpus jobs` times the same code in
one process. Not a test: on a machine that does something else besides, the figure says little.
"""
import subprocess
import sys
import tempfile
import time

ROUNDS = 15


def sample(tilmash, *arguments):
    return subprocess.run([tilmash, "schema", "sample", *arguments], check=True, capture_output=True).stdout.strip()


def write_bundle(tilmash, file):
    message = sample(tilmash, "pacs.008.001.08", "--seed", "7") + b"\n"
    for _ in range(700_000_000 // len(message)):
        file.write(message)


def write_statement(tilmash, file, size=1_000_000_000):
    message = sample(tilmash, "camt.053.001.08", "--max")
    begin = message.index(b"<Ntry>")
    end = message.index(b"</Ntry>") + len(b"</Ntry>")
    file.write(message[:begin])
    for _ in range(size // (end - begin)):
        file.write(message[begin:end])
    file.write(message[end:] + b"\n")


def measure(tilmash, what, write):
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        write(tilmash, file)
        file.flush()

        def seconds(jobs):
            began = time.monotonic()
            command = [tilmash, "validate", "--caps", "batch", "--jobs", str(jobs), file.name]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            return time.monotonic() - began

        seconds(1)
        rounds = [(seconds(1), seconds(2)) for _ in range(ROUNDS)]
    one, two = (min(times) for times in zip(*rounds))
    print(f"{what}: two threads are {one / two:.2f} times as fast as one ({one:.3f} s, {two:.3f} s)")


def main():
    measure(sys.argv[1], "a bundle of small messages", write_bundle)
    measure(sys.argv[1], "one message of 1 GB", write_statement)
    measure(sys.argv[1], "one message of 100 MB", lambda *to: write_statement(*to, 100_000_000))


main()
