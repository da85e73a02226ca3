"""Payment codes through their mappings: the cases beside each, requests that become codes, codes that are recognised,
scanned orders that become credit transfers."""
import json
import random
import unittest

from program import AS_OF, ROOT, SHARED, Case, convert, json_lines, main, tilmash

CANONICAL = "canonical/request_to_pay/1"
ORDERS = "samples/demo-kg/qr-orders.txt"


def documents(out, family="canonical-request_to_pay-1"):
    return [json.loads(p.read_text(encoding="utf-8")) for p in sorted((out / family).glob("*.json"))]


class Codes(Case):
    count = 0

    def file(self, text, suffix="txt"):
        Codes.count += 1
        file = self.folder / f"{Codes.count}.{suffix}"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def request(self, mapping, text, *arguments, to=(CANONICAL,), status=0):
        file = self.file(text)
        out = file.with_suffix("")
        run = convert(mapping, file, out, "--header", "none", "--shape", "files", *arguments, to=to)
        self.check_status(run, status)
        return out

    def scan(self, text, *arguments, to=(CANONICAL,)):
        file = self.file(text)
        out = file.with_suffix("")
        ends = [word for end in to for word in ("--to", end)]
        run = tilmash("convert", "--from", "qr", file, *ends, "--header", "none", "--as-of", AS_OF, "--out", out, *arguments)
        return run, out

    def write(self, scheme, request):
        text = request if isinstance(request, bytes) else json.dumps(request).encode()
        return tilmash("qr", "write", "--scheme", scheme, "--from", "-", stdin=text)


class Test_cases_beside_the_mappings(Codes):
    """`code` a text; `item` what becomes of it, `back` what a code is written from that, or which error; or `reject`."""
    def test_each(self):
        cases = sorted(ROOT.glob("mappings/qr/*/cases/*.case"))
        self.assertGreater(len(cases), 20)
        for case in cases:
            scheme = case.parts[-3]
            lines = [line for line in case.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
            said = {word: rest.strip() for word, _, rest in (line.partition(" ") for line in lines)}
            with self.subTest(f"{scheme}/{case.stem}"):
                out = self.request(f"mappings/qr/{scheme}", said["code"] + "\n", status=1 if "reject" in said else 0)
                if "reject" in said:
                    [reject] = json_lines(out / "rejects.jsonl")
                    self.assertEqual((reject["code"] + " " + reject.get("path", "")).strip(), said["reject"])
                    continue
                [document] = documents(out)
                back = self.write(scheme, document)
                self.assertEqual(document["items"][0]["qr"].pop("text"), said["code"])
                self.assertEqual(document["items"], [json.loads(said["item"])])
                if len(said["back"]) == 8:
                    self.assertEqual((back.status, back.out), (1, ""))
                    self.assertIn(said["back"], back.err)
                else:
                    self.assertEqual(back.out.strip(), said["code"] if said["back"] == "same" else said["back"], back.err)

    def test_mappings_are_sound(self):
        for mapping in [*ROOT.glob("mappings/qr/*/mapping.toml"), ROOT / "mappings/demo-kg/qr-payment/mapping.toml"]:
            self.check_status(tilmash("mapping", "check", mapping.parent), 0)

    def test_what_a_code_says_reaches_the_message_and_comes_back(self):
        for scheme, name in (("uz-qr-online", "dynamic"), ("emvco-mpm", "yen"), ("gost-r-56042", "bill")):
            case = (ROOT / f"mappings/qr/{scheme}/cases/{name}.case").read_text(encoding="utf-8")
            code = case.split("code", 1)[1].split("\n")[0].strip()
            out = self.request(f"mappings/qr/{scheme}", code + "\n", to=("pain.013.001.11", "partner/v1", CANONICAL))
            message = out / "pain.013.001.11/0001.xml"
            self.check_status(tilmash("validate", message), 0)
            self.check_schema(documents(out, "partner-v1")[0], "schemas/partner/v1/request_to_pay.schema.json")
            back = self.folder / f"back-{scheme}"
            run = convert(f"mappings/qr/{scheme}", message, back, to=[f"qr/{scheme}"])
            if scheme == "emvco-mpm":  # the networks' templates are not carried by the message
                self.check_status(run, 1)
                self.assertEqual(json_lines(back / "rejects.jsonl")[0]["code"], "QRC-0203")
                fee = [e for e in ("fee_kind>fixed<", "fee_amount>30<") if e not in message.read_text()]
                self.assertEqual(fee, [])
                continue
            self.check_status(run, 0)
            wanted = case.split("back", 1)[1].strip()
            self.assertEqual((back / f"qr-{scheme}.dat").read_text().strip(), code if wanted == "same" else wanted)


class Test_requests_become_codes(Codes):
    def setUp(self):
        self.code = (ROOT / "samples/qr/elqr.txt").read_text(encoding="utf-8")
        [self.document] = documents(self.request("mappings/qr/kg-elqr", self.code))

    def changed(self, **fields):
        document = json.loads(json.dumps(self.document))
        for path, value in fields.items():
            *groups, name = path.split("__")
            at = document["items"][0]
            for group in groups:
                at = at.setdefault(group, {})
            if value is None:
                at.pop(name)
            else:
                at[name] = value
        return document

    def test_by_both_commands(self):
        self.assertEqual(self.write("kg-elqr", self.document).out, self.code)
        out = self.folder / "codes"
        run = convert("mappings/qr/kg-elqr", self.file(json.dumps(self.document) * 3, "json"), out, to=["qr/kg-elqr"])
        self.check_status(run, 0)
        self.assertEqual((out / "qr-kg-elqr.dat").read_text(encoding="utf-8"), self.code * 3)
        report = json.loads((out / "report.json").read_text())
        self.check_schema(report, "schemas/reports/report.schema.json")
        self.assertIn("creditor_reference", [each["field"] for each in report["declared_unread"]])
        self.assertEqual(report["sums"][0]["out"], {"count": 3, "sum": "3751.50"})

    def test_several_items_of_one_document(self):
        document = {**self.document, "items": self.document["items"] * 2}
        self.assertEqual(self.write("kg-elqr", document).out, self.code * 2)

    def test_link_and_payload(self):
        text = json.dumps(self.document).encode()
        run = tilmash("qr", "write", "--scheme", "kg-elqr", "--from", "-", "--payload", stdin=text)
        self.assertTrue(run.out.startswith("000201"), run.err)
        run = tilmash("qr", "write", "--scheme", "kg-elqr", "--from", "-", "--base", "https://bank.example.kg/q#", stdin=text)
        self.assertTrue(run.out.startswith("https://bank.example.kg/q#000201"), run.err)
        self.check_status(tilmash("qr", "check", "-", stdin=run.out.encode()), 0)

    def test_what_the_scheme_forbids(self):
        for code, change in (("EXP-0101", {"merchant__category_code": None}), ("QRC-0206", {"amount__currency": "KZT"}),
                             ("EXP-0103", {"amount__value": "1250.505"}), ("QRC-0211", {"amount__value": "0"}),
                             ("EXP-0103", {"creditor__name": "x" * 26}), ("QRC-0212", {"creditor__name": "Дүкөн"}),
                             ("QRC-0209", {"merchant__id": None}), ("QRC-0503", {"remittance": [{"text": "😀"}]}),
                             ("KGE-0001", {"fee__kind": "asked"}), ("EXP-0101", {"qr__initiation": None})):
            run = self.write("kg-elqr", self.changed(**change))
            self.assertEqual((run.status, run.out), (1, ""), change)
            self.assertIn(code, run.err, change)

    def test_what_is_no_request(self):
        text = json.dumps(self.document)
        for code, wrong in (("PIP-0015", text.replace('"creditor"', '"payee"')), ("PIP-0015", text.replace('"1250.50"', "1250.50")),
                            ("PIP-0016", text.replace("1250.50", "12 50")), ("CAN-0004", text.replace("KGS", "KGX")),
                            ("PIP-0016", text.replace("2026-11-21\"", "2026-11-31\"")), ("SHP-0003", text.replace("TRF", "TRX")),
                            ("PIP-0015", text.replace('"items": [', '"items": {"a": [').replace("}}]}", "}}]}}")),
                            ("PIP-0015", "[]"), ("PIP-0015", "{}"), ("PIP-0015", '{"items": []}'), ("JSN-0001", text[:-9]),
                            ("JSN-0002", text.replace('"items"', '"group": {}, "items"')), ("EXP-0101", '{"items": [{}]}'),
                            ("ISO-0214", "")):
            run = self.write("kg-elqr", wrong.encode())
            self.assertEqual((run.status, run.out), (1, ""), wrong[:60])
            self.assertIn(code, run.err, wrong)
        for where in ("kz-issuers", "emvco-cpm"):
            self.assertIn("CLI-0003", self.write(where, self.document).err)

    def test_one_wrong_item_stops_all_codes(self):
        documents_of = [self.document, self.changed(amount__value="0"), self.document]
        run = self.write("kg-elqr", "\n".join(map(json.dumps, documents_of)).encode())
        self.assertEqual((run.status, run.out), (1, ""))
        self.assertEqual(run.err.count("error["), 1)

    def test_rejects_say_where(self):
        text = json.dumps(self.document, ensure_ascii=False).encode() + b"\n"
        wrong = text.replace(b'"1250.50"', b'"12,50"')
        out = self.folder / "where"
        run = convert("mappings/qr/kg-elqr", self.file(text + wrong, "json"), out, to=["qr/kg-elqr"])
        self.check_status(run, 1)
        [reject] = json_lines(out / "rejects.jsonl")
        self.assertEqual((reject["code"], reject["record"], reject["path"]), ("PIP-0016", 2, "items.amount.value"))
        self.assertEqual(reject["offset"], len(text) + wrong.index(b'"value"'))
        self.assertIn(b"12,50", bytes.fromhex(reject["raw"]))

    def test_any_bytes_are_judged(self):
        chance = random.Random(7)
        text = json.dumps(self.document, ensure_ascii=False).encode()
        for _ in range(150):
            at = chance.randrange(len(text))
            wrong = text[:at] + chance.choice([b"", b'"', b"{", b"]", b"\\", b"\xff", b"0", b"null"]) + text[at + chance.randrange(3):]
            self.assertIn(self.write("kg-elqr", wrong).status, (0, 1))

    def test_answers_come_as_canonical_json_too(self):
        out = self.folder / "answers"
        end = "demo-kz.status"
        convert("mappings/demo-kz/status", "samples/demo-kz/status/mixed.xml", out, "--shape", "files", to=[end, "canonical/status/1"])
        text = b"\n".join(p.read_bytes() for p in sorted((out / "canonical-status-1").glob("*.json")))
        again = self.folder / "again"
        self.check_status(convert("mappings/demo-kz/status", self.file(text, "json"), again, to=[end]), 0)
        self.assertEqual((again / f"{end}.dat").read_bytes(), (out / f"{end}.dat").read_bytes())


class Test_codes_are_recognised(Codes):
    def test_each_scheme(self):
        for scheme, sample in (("kg-elqr", "elqr"), ("uz-qr-online", "qr-online")):
            run, out = self.scan((ROOT / f"samples/qr/{sample}.txt").read_bytes())
            self.check_status(run, 0)
            self.assertEqual(documents(out)[0]["items"][0]["qr"]["scheme"], scheme)
            report = json.loads((out / "report.json").read_text())
            self.check_schema(report, "schemas/reports/report.schema.json")
            [told] = report["file_findings"]
            self.assertEqual((told["code"], told["severity"]), ("CLI-0080", "advice"))
            self.assertIn(f"mappings/qr/{scheme}", told["text"])
        run, _ = self.scan("ST00012|Name=А|PersonalAcc=40702810138250123017|BankName=Б|BIC=044525225|CorrespAcc=0\n")
        self.check_status(run, 0)

    def test_a_picture(self):
        self.need(ROOT / "build/release/tilmash_zbar.so")
        picture = self.folder / "code.png"
        self.check_status(tilmash("qr", "draw", "-", "--out", picture, stdin=(ROOT / "samples/qr/elqr.txt").read_bytes()), 0)
        out = self.folder / "pictured"
        self.check_status(tilmash("convert", "--from", "qr", picture, "--to", CANONICAL, "--out", out), 0)
        self.assertEqual(len(documents(out)), 1)

    def test_what_no_mapping_reads(self):
        elqr = (ROOT / "samples/qr/elqr.txt").read_text(encoding="utf-8")
        uz = (ROOT / "samples/qr/qr-online.txt").read_text(encoding="utf-8")
        for code, text in (("CLI-0075", "hello\n"), ("CLI-0075", ""), ("CLI-0076", elqr + uz),
                           ("CLI-0077", "https://qr.kaspi.kz/123\n"), ("CLI-0077", (ROOT / "samples/qr/consumer.txt").read_text())):
            run, out = self.scan(text)
            self.assertEqual((run.status, out.exists()), (1, False), text)
            self.assertIn(code, run.err, text)
        self.assertIn("kg-elqr, uz-qr-online", run.err)
        # A payer is nothing that a code could say.
        run, _ = self.scan(elqr, to=["pacs.008.001.08"])
        self.assertIn("PIP-0003", run.err)

    def test_a_broken_code_among_good_ones(self):
        elqr = (ROOT / "samples/qr/elqr.txt").read_text(encoding="utf-8")
        run, out = self.scan(elqr + elqr.replace("INV-0001", "INV-0002") + "hello\n" + elqr)
        self.check_status(run, 1)
        self.assertEqual([(r["record"], r["code"]) for r in json_lines(out / "rejects.jsonl")][0], (2, "QRC-0300"))
        self.assertEqual(len(documents(out)), 2)

    def test_on_us(self):
        overlay = self.folder / "data/schemes/kz-issuers"
        overlay.mkdir(parents=True)
        (overlay / "qr.toml").write_text(
            'name = "issuers"\nkind = "issuers"\n[[issuer]]\nname = "Demo"\nscheme = "kg-elqr"\ntag = "32-00"\n'
            'is = ["qr.example.kg"]\nbic = "DEMOKG22"\n[[issuer]]\nname = "Link"\nurl = "https://qr.example.kz/"\nbic = "DEMOKG22"\n')
        data = ["--data", str(self.folder / "data")]
        for bank, on_us in (("DEMOKG22", True), ("DEMOKG22XXX", True), ("ELSEKG22", False)):
            out = self.folder / f"on-us-{bank}"
            for text in ("samples/qr/elqr.txt",):
                run = tilmash(*data, "convert", "--from", "qr", text, "--bank", bank, "--to", CANONICAL, "--to", "partner/v1",
                              "--out", out)
                self.check_status(run, 0)
            qr = documents(out)[0]["items"][0]["qr"]
            self.assertEqual((qr["issuer"], qr["on_us"]), ({"name": "Demo", "bic": "DEMOKG22"}, on_us))
            self.assertEqual(documents(out, "partner-v1")[0]["qr"]["on_us"], on_us)
            told = [f["code"] for f in json.loads((out / "report.json").read_text())["file_findings"]]
            self.assertEqual("QRT-0200" in told, on_us)
            self.assertEqual("on us" in run.err, on_us)
            for command in ("read", "check"):
                run = tilmash(*data, "qr", command, "-", "--bank", bank, stdin=(ROOT / "samples/qr/elqr.txt").read_bytes())
                self.assertEqual("on us" in run.out, on_us, run.out)
                run = tilmash(*data, "qr", command, "-", "--bank", bank, "--format", "json",
                              stdin=(ROOT / "samples/qr/elqr.txt").read_bytes())
                self.assertEqual(json.loads(run.out)["issuer"]["on_us"], on_us)
        run = tilmash(*data, "convert", "--from", "qr", "-", "--bank", "DEMOKG22", "--to", CANONICAL, "--out", self.folder / "no",
                      stdin=b"https://qr.example.kz/1\n")
        self.assertIn("on us", run.err)
        self.assertIn("CLI-0079", tilmash("convert", "--from", "qr", "samples/qr/elqr.txt", "--bank", "x\"y", "--to", CANONICAL,
                                          "--out", self.folder / "no").err)
        run = tilmash("qr", "read", "-", "--bank", "DEMOKG22", stdin=(ROOT / "samples/qr/elqr.txt").read_bytes())
        self.assertIn("not in the registry", run.out)


class Test_scanned_orders_become_credit_transfers(Codes):
    MAPPING = "mappings/demo-kg/qr-payment"

    def test_they_are_valid(self):
        orders = (ROOT / ORDERS).read_text(encoding="utf-8")
        out = self.request(self.MAPPING, orders, to=("pacs.008.001.08", "canonical/credit_transfer/1"))
        messages = sorted((out / "pacs.008.001.08").glob("*.xml"))
        self.assertEqual(len(messages), 2)
        self.check_status(tilmash("validate", *messages), 0)
        one, two = (d["items"][0] for d in documents(out, "canonical-credit_transfer-1"))
        self.assertEqual((one["end_to_end_id"], one["amount"], one["creditor_reference"]),
                         ("ORD-0001", {"value": "1250.50", "currency": "KGS"}, "INV-0001"))
        self.assertEqual((two["amount"]["value"], two["creditor"]["account"]["other_id"]), ("70.25", "1299000000000001"))
        self.assertEqual((two["debtor"]["name"], two["creditor_agent"]["bic"]), ("Асанова Гүлнара", "EXMPKG22"))

    def test_nothing_is_made_up(self):
        first, second = (ROOT / ORDERS).read_text(encoding="utf-8").splitlines()
        unknown = second.replace("13qr.example.kg", "13qr.exampla.kg")
        for code, path, line in (("EXP-0101", "items.amount.value", second.replace("70.25", "")),
                                 ("QRT-0102", "code.DR_NAME", second.replace("Асанова Гүлнара", "")),
                                 ("QRT-0102", "code.ORDER_NO", "x" * 36 + second[8:]), ("QRT-0101", "code.DR_ACCT", second[:40]),
                                 ("QRC-0300", "63", unknown), ("EXP-0104", "items.amount.value", second.replace("70.25", "7O.25")),
                                 ("MAP-0101", "items.amount.value", second.replace("70.25", "70.255"))):
            out = self.request(self.MAPPING, line + "\n", to=["pacs.008.001.08"], status=1)
            [reject] = json_lines(out / "rejects.jsonl")
            self.assertEqual((reject["code"], reject["path"]), (code, path), line)
        code = first.split("\t")[-1]
        locked = tilmash("qr", "write", "--scheme", "kg-elqr", "--set", "01=12", "--set", "32-00=qr.example.kg", "--set", "32-12=12",
                         "--set", "33-00=M", "--set", "33-01=S", "--set", "52=5411", "--set", "54=100", "--set", "59=X").out.strip()
        elsewhere = tilmash("qr", "write", "--scheme", "kg-elqr", "--set", "01=12", "--set", "32-00=qr.none.kg", "--set", "33-00=M",
                            "--set", "33-01=S", "--set", "52=5411", "--set", "54=100", "--set", "59=X").out.strip()
        for wanted, line in (("DKG-0001", first.replace("\t\t", "\t5\t").replace(code, locked)),
                             ("EXP-0102", first.replace(code, elsewhere))):
            out = self.request(self.MAPPING, line + "\n", to=["pacs.008.001.08"], status=1)
            self.assertEqual(json_lines(out / "rejects.jsonl")[0]["code"], wanted)

    def test_orders_come_back_as_they_were(self):
        records = tilmash("decode", "--layout", f"{self.MAPPING}/layout.toml", ORDERS)
        back = tilmash("encode", "--layout", f"{self.MAPPING}/layout.toml", "-", stdin=records.out.encode())
        self.assertEqual(back.out, (ROOT / ORDERS).read_text(encoding="utf-8"), back.err)
        record = json.loads(records.out.splitlines()[0])
        record["fields"]["DR_NAME"] = "a\tb"
        run = tilmash("encode", "--layout", f"{self.MAPPING}/layout.toml", "-", stdin=json.dumps(record).encode())
        self.assertEqual((run.status, run.out), (1, ""))
        self.assertIn("QRT-0103", run.err)

    def test_on_us_does_not_leave_the_bank(self):
        overlay = self.folder / "data/schemes/kz-issuers"
        overlay.mkdir(parents=True)
        (overlay / "qr.toml").write_text('name = "issuers"\nkind = "issuers"\n[[issuer]]\nname = "Demo"\ntag = "32-00"\n'
                                         'is = ["QR.EXAMPLE.KG"]\nbic = "DEMOKG22"\n')
        out = self.folder / "own"
        run = tilmash("--data", self.folder / "data", "convert", "--mapping", self.MAPPING, ORDERS, "--to", "pacs.008.001.08",
                      "--out", out)
        self.check_status(run, 1)
        self.assertEqual({r["code"] for r in json_lines(out / "rejects.jsonl")}, {"DKG-0002"})


class Test_codes_of_others(Codes):
    def test_they_become_requests_and_codes_again(self):
        """The 13 links of ELQR: what is written from the request says the same, or is refused for a known quirk."""
        folder = SHARED / "legacy/emv-qr"
        self.need(folder)
        links = json.loads((folder / "qr-kg__elqr-js/elqr_links.json").read_text(encoding="utf-8"))
        rows = {"links": 0, "the same tags": 0, "refused for a quirk": 0}
        for link in links:
            [document] = documents(self.request("mappings/qr/kg-elqr", link["link"] + "\n"))
            rows["links"] += 1
            run = self.write("kg-elqr", document)
            if run.status == 0:
                again, before = (json.loads(tilmash("qr", "read", "-", "--format", "json", stdin=t.encode()).out)["tags"][:-1]
                                 for t in (run.out, link["link"]))
                flat = [sorted((t["path"], t["value"]) for t in tags) for tags in (again, before)]
                self.assertEqual(*flat)
                rows["the same tags"] += 1
            else:
                self.assertTrue({"QRC-0209", "EXP-0103"} & {run.err[6:14]}, run.err)
                rows["refused for a quirk"] += 1
        print(f"\nELQR: {rows}")

    def test_gost_texts_come_back_in_their_page(self):
        folder = SHARED / "legacy/emv-qr/codebude__QRCoder"
        self.need(folder)
        code = (folder / "st00011_windows1251.bin").read_bytes().rstrip(b"\n|")
        records = tilmash("decode", "--layout", "mappings/qr/gost-r-56042/layout.toml", "-", stdin=code + b"\n")
        fields = json.loads(records.out)["fields"]
        self.assertEqual(fields["base"], "ST00011|")
        run = tilmash("encode", "--layout", "mappings/qr/gost-r-56042/layout.toml", "-", stdin=records.out.encode())
        self.assertEqual(run.out, code.decode("utf-8", "replace") + "\n", run.err)


if __name__ == "__main__":
    main()
