"""The shipped layouts for which no file of other people was found, or not of every kind: files made here."""
import json
import subprocess

from program import Case, ROOT, TILMASH, main, tilmash


def columns(length, *parts):
    """Parts at 1-based columns: (at, text)."""
    line = [" "] * length
    for at, text in parts:
        line[at - 1:at - 1 + len(text)] = text
    assert len(line) == length, parts
    return "".join(line)


def bacs(payments, debit, credit, debits, credits, multi_day=False):
    length = 106 if multi_day else 100
    label = (5, "A123456S  1123456"), (22, "654321"), (28, "00010001"), (42, " 26325"), (48, " 26332"), (54, "0")
    second = (5, "F"), (6, "02000"), (11, f"{length:05}"), (51, "00")
    lines = [columns(80, (1, "VOL1"), (5, "654321"), (42, "123456"), (80, "1")),
             columns(80, (1, "HDR1"), *label, (55, "000000")), columns(80, (1, "HDR2"), *second),
             columns(80, (1, "UHL1"), (5, " 26327"), (11, "999999"), (21, "00"), (23, "000000"),
                     (29, "4 MULTI" if multi_day else "1 DAILY"), (38, "001"))]
    for sort, account, code, pence, name, reference, payee in payments:
        parts = [(1, sort), (7, account), (15, "0"), (16, code), (18, "301122"), (24, "00112233"), (36, f"{pence:011}"),
                 (47, name), (65, reference), (83, payee)]
        lines.append(columns(length, *parts, *([(101, " 26327")] if multi_day else [])))
    lines += [columns(80, (1, "EOF1"), *label, (55, "000001")), columns(80, (1, "EOF2"), *second),
              columns(80, (1, "UTL1"), (5, f"{debit:013}"), (18, f"{credit:013}"), (31, f"{debits:07}"), (38, f"{credits:07}"))]
    return "".join(line + "\n" for line in lines).encode()


PAYMENTS = [("402010", "11223344", "99", 125000, "KOPEIKA LTD", "SALARY NOV", "A IVANOVA"),
            ("402011", "55667788", "99", 99, "KOPEIKA LTD", "SALARY NOV", "B PETROV"),
            ("301122", "00112233", "17", 125099, "KOPEIKA LTD", "CONTRA", "KOPEIKA LTD")]


class Made(Case):
    def decode(self, layout, source):
        path = self.folder / "in"
        path.write_bytes(source)
        run = tilmash("decode", "--layout", layout, path)
        return run, [json.loads(line) for line in run.out.splitlines()]

    def round_trip(self, layout, source):
        run, records = self.decode(layout, source)
        self.check_status(run, 0)
        back = subprocess.run([TILMASH, "encode", "--layout", layout], cwd=ROOT, input=run.out.encode(), capture_output=True,
                              timeout=60, check=False)
        self.assertEqual(back.stdout, source)
        return records


class Test_bacs_standard_18(Made):
    def test_single_day(self):
        records = self.round_trip("mappings/bacs-standard18/layout.toml", bacs(PAYMENTS, 125099, 125099, 1, 2))
        kinds = [r["type"] for r in records]
        self.assertEqual(kinds, ["volume", "file", "file2", "user_header"] + ["payment"] * 3
                         + ["file_end", "file_end2", "user_trailer"])
        self.assertEqual(records[3]["fields"]["processing_date"], "2026-11-23")
        payment = records[4]["fields"]
        self.assertEqual((payment["destination_sort_code"], payment["destination_account"], payment["amount"],
                          payment["reference"], payment["destination_name"]),
                         ("402010", "11223344", "1250.00", "SALARY NOV", "A IVANOVA"))
        self.assertEqual(records[9]["fields"]["credit_total"], "1250.99")

    def test_multi_day(self):
        records = self.round_trip("mappings/bacs-standard18/multi-day.toml", bacs(PAYMENTS, 125099, 125099, 1, 2, True))
        self.assertEqual(records[4]["fields"]["processing_day"], "2026-11-23")
        # A file of the other kind is not taken for one.
        run, _ = self.decode("mappings/bacs-standard18/multi-day.toml", bacs(PAYMENTS, 125099, 125099, 1, 2))
        self.assertIn("FMT-0208", run.err)
        self.assertEqual(run.err.count("error[FMT-0220]"), 3, run.err)

    def test_totals(self):
        run, _ = self.decode("mappings/bacs-standard18/layout.toml", bacs(PAYMENTS, 125000, 125099, 2, 2))
        self.check_status(run, 1)
        self.assertIn("error[FMT-0300]: user_trailer.debit_total is 1250.00, the file holds 1250.99", run.err)
        self.assertIn("error[FMT-0300]: user_trailer.debit_count is 2, the file holds 1", run.err)
        self.assertEqual(run.err.count("error["), 2, run.err)

    def test_bad_code(self):
        payments = PAYMENTS[:1] + [("402011", "55667788", "98", 99, "KOPEIKA LTD", "X", "Y")]
        run, records = self.decode("mappings/bacs-standard18/layout.toml", bacs(payments, 0, 125000, 0, 1))
        self.assertIn("FMT-0207", run.err)
        self.assertIn("payment.transaction_code", run.err)
        self.assertEqual([r["type"] for r in records].count("payment"), 1)


class Test_coda_accounts_of_every_structure(Made):
    def statement(self, structure, account, currency="EUR"):
        header = columns(128, (1, "00000"), (6, "211126"), (12, "00105"), (25, "REF1"), (35, "KOPEIKA"), (61, "GKCCBEBB"),
                         (72, "00403199702"), (84, "00000"), (128, "2"))
        old = columns(128, (1, f"1{structure}001"), (6, account), (40, currency), (43, "1000000000001000201126KOPEIKA"), (126, "001"))
        move = columns(128, (1, "2100010000"), (11, "REF"), (32, "0000000000001500211126"), (54, "00150000"), (62, "0TEXT"),
                       (116, "211126"), (122, "00100"), (128, "0"))
        new = columns(128, (1, "8001"), (5, account), (39, currency), (42, "0000000000000500211126"), (128, "0"))
        end = columns(128, (1, "9"), (17, "000003"), (23, "000000000000000"), (38, "000000000001500"), (128, "2"))
        return "".join(line + "\n" for line in (header, old, move.replace("001000", "001000"), new, end)).encode()

    def test(self):
        for structure, account in ((1, "123456789"), (2, "BE62510007547061"), (3, "FR7630006000011234567890189")):
            with self.subTest(structure=structure):
                records = self.round_trip("mappings/coda/layout.toml", self.statement(structure, account))
                balances = [r["fields"] for r in records if "balance" in r["fields"]]
                self.assertEqual([b["balance"] for b in balances], ["-1.000", "0.500"])
                self.assertEqual({b["account"] for b in balances}, {account})
                self.assertEqual({b["currency"] for b in balances}, {"EUR"})


class Test_cfonb_in_currencies_of_other_decimals(Made):
    LAYOUT = "mappings/cfonb120/layout.toml"

    def line(self, kind, decimals, date_at, amount):
        return columns(120, (1, kind), (3, "30004"), (12, "00001"), (17, "XXX"), (20, decimals), (22, "00012345678"),
                       *[(at, "211126") for at in date_at], (91, amount))

    def statement(self, decimals):
        """100 units of the last decimal, less 42, of an account."""
        return "\n".join([self.line("01", decimals, [35], "0000000000010{"), self.line("04", decimals, [35, 43], "0000000000004K"),
                          self.line("07", decimals, [35], "0000000000005H"), ""]).encode()

    def test(self):
        for decimals, expected in (("0", ["100", "-42", "58"]), ("2", ["1.00", "-0.42", "0.58"]),
                                   ("3", ["0.100", "-0.042", "0.058"])):
            records = self.round_trip(self.LAYOUT, self.statement(decimals))
            self.assertEqual([r["fields"].get("balance") or r["fields"]["amount"] for r in records], expected)

    def test_statements_of_several_currencies(self):
        self.assertEqual(len(self.round_trip(self.LAYOUT, self.statement("0") + self.statement("3"))), 6)

    def test_a_digit_that_no_currency_has(self):
        run, _ = self.decode(self.LAYOUT, self.statement("9"))
        self.check_status(run, 1)
        self.assertIn("FMT-0226", run.err)


class Test_lines_that_end_at_their_last_character(Made):
    LAYOUT = "mappings/ft14/layout.toml"

    def line(self, uin="/ROC/0"):
        return columns(2300, (1, "CLMOS"), (9, "PA00910280"), (21, "20261121"), (30, "  101"), (111, "2RURS"),
                       (116, "000000000000100200"), (337, "20261121"), (371, "       101"), (593, "Иванов"),
                       (2265, uin)).rstrip(" ").encode("iso8859-5") + b"\n"

    def test(self):
        records = self.round_trip(self.LAYOUT, self.line() + self.line(""))
        self.assertEqual([r["fields"]["amount"] for r in records], ["100.200", "100.200"])
        self.assertEqual([r["fields"]["uin"] for r in records], ["/ROC/0", None])
        self.assertEqual(records[0]["fields"]["payer_name"], "Иванов")

    def test_blanks_at_the_end(self):
        run, records = self.decode(self.LAYOUT, self.line()[:-1] + b" \n")
        self.check_status(run, 0)
        self.assertIn("warning[FMT-0224]", run.err)
        self.assertEqual(len(records), 1)

    def test_too_long(self):
        run, _ = self.decode(self.LAYOUT, self.line("x" * 36)[:-1] + b"x\n")
        self.assertIn("FMT-0221", run.err)


if __name__ == "__main__":
    main()
