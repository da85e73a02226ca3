"""OFS requests and replies collected in ../shared/legacy/ofs, value by value, and the sample of docs/ofs.md."""
import json

from program import Case, ROOT, SHARED, main, tilmash

FOLDER = SHARED / "legacy/ofs/unnamed__t24-ofs-literals"


class Ofs(Case):
    def layout(self, keys):
        path = self.folder / "layout.toml"
        path.write_text(f'name = "t"\nformat = "ofs"\ncode_page = "utf-8"\n{keys}\n')
        return path

    def round_trip(self, layout, text):
        source = self.folder / "in.ofs"
        source.write_bytes(text.encode())
        run = tilmash("decode", "--layout", layout, source)
        self.check_status(run, 0)
        back = tilmash("encode", "--layout", layout, stdin=run.out.encode())
        self.check_status(back, 0)
        return [json.loads(line)["fields"] for line in run.out.splitlines()], back.out


class Test_collected_messages(Ofs):
    def setUp(self):
        self.need(FOLDER)
        self.values = 0

    def equal(self, ours, theirs, what):
        self.assertEqual(ours or "", theirs, what)
        self.values += 1

    def check_fields(self, ours, theirs, what):
        self.assertEqual(len(ours), len(theirs), what)
        for mine, other in zip(ours, theirs):
            for key, name in (("name", "field"), ("mv", "mv"), ("sv", "sv"), ("value", "value")):
                self.equal(mine.get(key), str(other[name]), (what, other))

    def test_replies(self):
        cases = json.loads((FOLDER / "replies.json").read_text())
        layout = ROOT / "mappings/ofs/reply.toml"
        for case in cases:
            [ours], back = self.round_trip(layout, case["text"] + "\n")
            self.assertEqual(back, case["text"] + "\n")
            theirs = case["parsed"]
            self.equal(ours["id"], theirs["transaction_id"], case["id"])
            self.equal(ours.get("message_id"), theirs["message_id"], case["id"])
            self.equal(ours["code"], str(theirs["code"]), case["id"])
            self.equal(ours.get("status"), theirs["status_text"], case["id"])
            self.check_fields(ours["field"], theirs["fields"], case["id"])
        print(f"replies: {len(cases)} messages, {self.values} values equal, all written back identical")

    def test_requests(self):
        cases = json.loads((FOLDER / "requests.json").read_text())
        for case in cases:
            layout = self.layout('message = "request"' + ("\ncompany = 4" if "//US" in case["text"] else ""))
            [ours], back = self.round_trip(layout, case["text"] + "\n")
            self.assertEqual(back, case["text"] + "\n")
            names = {"operation": "process"}
            for name, value in case["parse"].items():
                if name == "selection":
                    self.assertEqual(ours["selection"], value)
                    self.values += len(value) * 3
                else:
                    self.equal(ours.get(names.get(name, name)), value, (case["id"], name))
        print(f"requests: {len(cases)} messages, {self.values} values equal, all written back identical")

    def test_enquiry_reply(self):
        case = json.loads((FOLDER / "enquiry_reply.json").read_text())
        # Tabs became blanks on the way into the source; one gap a message is what the layout can say.
        text = case["text"].replace('"       "', '"    "')
        layout = self.layout('message = "enquiry_reply"\ngap = "    "')
        [ours], back = self.round_trip(layout, text)
        self.assertEqual(back, text)
        self.assertEqual([c["label"] for c in ours["column"]], case["columns"])
        self.assertEqual([[v.strip() for v in row["value"]] for row in ours["row"]], case["rows"])
        # As collected, with gaps of several lengths: refused at the first that is not the layout's.
        source = self.folder / "in.ofs"
        source.write_text(case["text"])
        run = tilmash("decode", "--layout", layout, source)
        self.check_status(run, 1)
        self.assertIn("OFS-0201", run.err)


class Test_the_sample(Ofs):
    def test(self):
        run = tilmash("decode", "--layout", "samples/ofs/transfer.toml", "samples/ofs/transfer.ofs")
        self.check_status(run, 0)
        transfer, enquiry = [json.loads(line)["fields"] for line in run.out.splitlines()]
        self.assertEqual(transfer["debit_amount"], "1500.00")
        self.assertEqual(transfer["debit_value_date"], "2026-11-23")
        self.assertEqual(transfer["ordering_customer"], "Айгерім Сұлтанова")
        self.assertEqual([f["value"] for f in transfer["field"]], ["INVOICE 17", "NOVEMBER"])
        self.assertEqual(enquiry["id"], "100100")
        self.assertNotIn("s3cret", run.out + run.err)
        back = tilmash("encode", "--layout", "samples/ofs/transfer.toml", stdin=run.out.encode())
        self.check_status(back, 0)
        source = (ROOT / "samples/ofs/transfer.ofs").read_text(encoding="utf-8")
        # The password is declared as not read, so it can't come back; the lengths follow.
        expected = source.split("KZ0010001")[1].replace("/s3cret", "").replace("0041", "0034")
        self.assertEqual(back.out.split("KZ0010001")[1], expected)


if __name__ == "__main__":
    main()
