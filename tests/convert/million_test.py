"""The promise in full: a million records in constant memory. A few gigabytes of disk and a minute; ./dev test --full."""
from memory_test import SLACK_KB, Measured
from program import main


class Test_a_million_records_take_the_memory_of_a_tenth(Measured):
    def test_peak(self):
        self.assertLess(abs(self.measure(1_000_000) - self.measure(100_000)), SLACK_KB)


if __name__ == "__main__":
    main()
