"""BAI2 files of other people against mappings/bai2/layout.toml: what upstream asserts and prints, controls, the way back."""
import csv
import json
import re

from program import Case, ROOT, SHARED, main, tilmash

FOLDER = SHARED / "legacy/bai2/moov-io__bai2"
LAYOUT = "mappings/bai2/layout.toml"


def spelled(fields, name):
    return fields.get(name + "_spelled") or fields[name]


class Bai2(Case):
    count = 0

    def setUp(self):
        self.need(FOLDER)

    def decode(self, path):
        run = tilmash("decode", "--layout", LAYOUT, "--rejects", self.folder / "rejects", path)
        return run, [json.loads(line) for line in run.out.splitlines()]

    def equal(self, ours, theirs, what):
        self.assertEqual("" if ours is None else ours, "" if theirs is None else theirs, what)
        type(self).count += 1

    def tree(self, records):
        """file -> groups -> accounts -> transactions, each a dict of fields."""
        top = {"groups": []}
        for record in records:
            kind, fields = record["type"], record["fields"]
            if kind == "group":
                top["groups"].append({"head": fields, "accounts": []})
            elif kind == "account":
                top["groups"][-1]["accounts"].append({"head": fields, "transactions": []})
            elif kind == "transaction":
                top["groups"][-1]["accounts"][-1]["transactions"].append(fields)
            elif kind == "account_trailer":
                top["groups"][-1]["accounts"][-1]["tail"] = fields
            elif kind == "group_trailer":
                top["groups"][-1]["tail"] = fields
            else:
                top[kind] = fields
        return top


class Test_bai_what_upstream_asserts(Bai2):
    def funds(self, ours, theirs):
        self.equal(ours["funds_type"], theirs.get("type_code"), "funds")
        if theirs.get("type_code") == "V":
            self.equal(ours["value"]["date"][2:].replace("-", ""), theirs["date"], "value date")

    def test(self):
        printed = json.loads((FOLDER / "expected/sample1.json").read_text())
        run, records = self.decode(FOLDER / "data/sample1.txt")
        self.check_status(run, 0)
        ours = self.tree(records)
        head, tail = ours["file_header"], ours["file_trailer"]
        for name, key in (("sender", "sender"), ("receiver", "receiver"), ("creation_time", "fileCreatedTime"),
                          ("file_id", "fileIdNumber")):
            self.equal(head[name], printed[key], key)
        self.equal(head["creation_date"][2:].replace("-", ""), printed["fileCreatedDate"], "date")
        self.equal(int(head["physical_record_length"]), printed["physicalRecordLength"], "length")
        self.equal(spelled(tail, "control_total"), printed["fileControlTotal"], "total")
        self.equal(int(tail["record_count"]), printed["numberOfRecords"], "records")
        for group, theirs in zip(ours["groups"], printed["Groups"], strict=True):
            self.equal(group["head"]["originator"], theirs["originator"], "originator")
            self.equal(group["head"]["currency"], theirs["currencyCode"], "currency")
            self.equal(int(group["head"]["status"]), theirs["groupStatus"], "status")
            self.equal(spelled(group["tail"], "control_total"), theirs["groupControlTotal"], "total")
            for account, other in zip(group["accounts"], theirs["Accounts"], strict=True):
                self.equal(account["head"]["account"], other["accountNumber"], "account")
                self.equal(spelled(account["tail"], "control_total"), other["accountControlTotal"], "total")
                self.equal(int(account["tail"]["record_count"]), other["numberRecords"], "records")
                for mine, summary in zip(account["head"]["summary"], other["summaries"], strict=True):
                    self.equal(mine["type_code"], summary["TypeCode"], "type")
                    self.equal(spelled(mine, "amount"), summary["Amount"], "amount")
                    self.equal(int(mine["item_count"] or 0), summary["ItemCount"], "items")
                    self.funds(mine, summary["FundsType"])
                for mine, detail in zip(account["transactions"], other["Details"], strict=True):
                    self.equal(mine["type_code"], detail["TypeCode"], "type")
                    self.equal(spelled(mine, "amount"), detail["Amount"], "amount")
                    self.equal(mine["bank_reference"], detail["BankReferenceNumber"], "bank reference")
                    self.equal(mine["customer_reference"], detail["CustomerReferenceNumber"], "customer reference")
                    # Upstream takes the slash that ends the record for text.
                    self.equal(mine["text"] + "/", detail["Text"], "text")
                    self.funds(mine, detail["FundsType"])
        print(f"sample1.json: {self.count} values equal")

    def test_funds(self):
        rows = list(csv.DictReader((FOLDER / "funds_type_cases.tsv").read_text().splitlines(), delimiter="\t"))
        for row in rows:
            with self.subTest(row["input"]):
                source = self.folder / "funds.txt"
                source.write_text("01,A,B,261121,0800,1,,,2/\n02,,O,1,261121,,,/\n03,1,,,,,/\n"
                                  f"16,409,1,{row['input']},,TEXT/\n49,1,3/\n98,1,1,5/\n99,1,1,7/\n")
                run, records = self.decode(source)
                if row["read_error"] == "true":
                    self.check_status(run, 1)
                    self.assertIn("FMT-0207", (self.folder / "rejects").read_text())
                    continue
                [mine] = self.tree(records)["groups"][0]["accounts"][0]["transactions"]
                self.assertEqual(mine["funds_type"] or "", row["code"])
                parts = [mine["funds_type"] or ""]
                if parts[0] == "S":
                    parts += [mine["availability"][k] for k in ("immediate", "one_day", "two_or_more_days")]
                elif parts[0] == "V":
                    parts += [mine["value"]["date"][2:].replace("-", ""), mine["value"]["time"]]
                elif parts[0] == "D":
                    parts.append(mine["distributed"]["count"])
                    for part in mine["distributed"].get("part") or []:
                        parts += [part["days"], part["amount"]]
                self.assertEqual(",".join(parts), row["output"])


class Test_bai_what_another_library_prints(Bai2):
    def test(self):
        for name in ("sample1", "sample4-continuations-newline-delimited", "sample5-issue113"):
            printed = json.loads((FOLDER / f"expected/{name}.moj.json").read_text())["file"]
            ours = self.tree(self.decode(FOLDER / f"data/{name}.txt")[1])
            for group, theirs in zip(ours["groups"], printed["children"], strict=True):
                self.equal(group["head"]["originator"], theirs["header"]["originator_id"], "originator")
                self.equal(group["head"]["as_of_date"], theirs["header"]["as_of_date"], "as of")
                self.equal(int(group["tail"]["control_total"]), theirs["trailer"]["group_control_total"], "total")
                for account, other in zip(group["accounts"], theirs["children"], strict=True):
                    self.equal(account["head"]["account"], other["header"]["customer_account_number"], "account")
                    self.equal(int(account["tail"]["control_total"]), other["trailer"]["account_control_total"], "total")
                    self.equal(int(account["tail"]["record_count"]), other["trailer"]["number_of_records"], "records")
                    for mine, summary in zip(account["head"]["summary"], other["header"]["summary_items"], strict=True):
                        code = summary["type_code"]
                        self.equal(mine["type_code"], code and code[0], "type")
                        self.equal(mine["amount"] and int(mine["amount"]), summary["amount"], "amount")
                        self.equal(mine["item_count"] and int(mine["item_count"]), summary["item_count"], "items")
                    for mine, detail in zip(account["transactions"], other["children"], strict=True):
                        self.equal(mine["type_code"], detail["type_code"][0], "type")
                        self.equal(int(mine["amount"]), detail["amount"], "amount")
                        self.equal(mine["bank_reference"], detail["bank_reference"], "bank reference")
                        self.equal(mine["customer_reference"], detail["customer_reference"], "customer reference")
                        # A line of sample5 begins with "88:" and is no continuation for us; the library drops three bytes.
                        text = re.sub(" *\n", " ", mine["text"]).replace(" 88:EREF", " EREF")
                        self.equal(text, detail["text"], "text")
        print(f"moj: {self.count} values equal")


# What is found, and why: the totals of samples 4 and 5 are not those of their records (the other library says the same of
# the first one it meets); their `/` is followed by a blank, sample3 has several records on a line.
EXPECTED = {
    "sample1.txt": ({}, "identical but for the last line end"),
    "sample2.txt": ({}, "identical but for the last line end"),
    "sample3.txt": ({"DLM-0210"}, "as one record a line"),
    "sample4-continuations-newline-delimited.txt": ({"FMT-0300", "DLM-0210"}, "totals made right"),
    "sample5-issue113.txt": ({"FMT-0300", "DLM-0210"}, "totals made right"),
    "invalid/sample-parseError.txt": ({"FMT-0222", "FMT-0302"}, "not whole"),
}


class Test_bai_files_and_the_way_back(Bai2):
    def test(self):
        rows = []
        for name, (codes, back) in EXPECTED.items():
            path = FOLDER / "data" / name
            run, records = self.decode(path)
            found = set(re.findall(r"^(?:error|warning)\[(\S+)\]", run.err, re.M))
            rejects = (self.folder / "rejects").read_text().splitlines() if (self.folder / "rejects").exists() else []
            found |= {json.loads(line)["code"] for line in rejects}
            self.assertEqual(found, set(codes), run.err)
            again = tilmash("encode", "--layout", LAYOUT, stdin=run.out.encode())
            source = path.read_text()
            if back.startswith("identical"):
                self.check_status(again, 0)
                self.assertEqual(again.out, source + "\n")
            elif back == "as one record a line":
                made = self.folder / "made.txt"
                made.write_text(again.out)
                again, same = self.decode(made)
                self.check_status(again, 0)
                self.assertNotIn("warning", again.err)
                # A line that went on without a mark is an 88 now, so counts of lines follow.
                moved = ("lines", "record_count")
                values = [[{k: v for k, v in r["fields"].items() if k not in moved} for r in each] for each in (records, same)]
                self.assertEqual(*values)
            elif back == "totals made right":
                made = self.folder / "made.txt"
                made.write_text(again.out)
                self.check_status(self.decode(made)[0], 0)
            rows.append(f"| bai2 | {name} | {len(records)} | {len(rejects)} | {', '.join(sorted(found))} | {back} |")
            (self.folder / "rejects").unlink(missing_ok=True)
        table = "| set | file | records | rejects | codes | way back |\n|---|---|---:|---:|---|---|\n" + "\n".join(rows)
        print(table)
        self.assertIn(table, (ROOT / "docs/flat-layouts.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
