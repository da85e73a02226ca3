"""The demo bank's night: 1,024 payments to pacs.008, partner JSON and canonical JSON, and everything about them that was
typed by hand or can be judged by somebody else's program."""
import hashlib
import json
import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from decimal import Decimal

from program import AS_OF, ROOT, SAMPLES, XSD_OFFICIAL, Case, convert, json_lines, load_toml, main, tilmash, tree

MAPPING = "mappings/demo-kz/outgoing"
EXTRACT = "samples/demo-kz/outgoing.dat"
MESSAGE = "pacs.008.001.08"
HEADER = "head.001.001.02"
CANONICAL = "canonical/credit_transfer/1"
ENDS = [MESSAGE, "partner/v1", CANONICAL]
COUNT_IN, COUNT_OUT, COUNT_REJECTED = 1024, 1011, 13


def records():
    """Every record of the extract after the header and before the trailer, with its number."""
    lines = (SAMPLES / "outgoing.dat").read_bytes().split(b"\r\n")
    return [(number, line) for number, line in enumerate(lines, 1) if line.startswith(b"D")]


def amount_of(record):
    """AMOUNT and CCY by the column list of docs/demo-bank.md: two implied decimals."""
    return record[42:45].decode(), Decimal(int(record[27:42])).scaleb(-2)


def elements(xml, path):
    """Texts at a path of local names below the root's only child."""
    found = [xml.getroot()[0]]
    for step in path.split("/"):
        found = [child for node in found for child in node if child.tag.split("}")[1] == step]
    return [node.text for node in found]


def xsd_from_catalogue(folder, message):
    file = folder / f"{message}.xsd"
    run = tilmash("schema", "export", message)
    file.write_text(run.out, encoding="utf-8")
    assert run.status == 0, run.err
    return file


class Written(Case):
    """One run in files, made once for each class below."""
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.out = cls.folder / "night"
        cls.run_ = convert(MAPPING, EXTRACT, cls.out, "--shape", "files", to=ENDS)

    def messages(self):
        return sorted(p for p in (self.out / MESSAGE).iterdir() if not p.name.endswith(".head.xml"))

    def headers(self):
        return sorted((self.out / MESSAGE).glob("*.head.xml"))


class Test_counts_and_reports(Written):
    def test_exit_status_says_that_there_are_findings(self):
        self.check_status(self.run_, 1)
        self.assertTrue(self.out.is_dir())
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["night"])

    def test_reports_have_their_shape(self):
        self.check_schema(json.loads((self.out / "report.json").read_text()), "schemas/reports/report.schema.json")
        for reject in json_lines(self.out / "rejects.jsonl"):
            self.check_schema(reject, "schemas/reports/reject.schema.json")

    def test_report_tells_input_and_counts(self):
        report = json.loads((self.out / "report.json").read_text())
        extract = (ROOT / EXTRACT).read_bytes()
        self.assertEqual(report["result"], "published")
        self.assertEqual(report["input"], {"file": EXTRACT, "bytes": len(extract),
                                           "sha256": hashlib.sha256(extract).hexdigest()})
        self.assertEqual(report["as_of"], {"time": AS_OF, "source": "option"})
        self.assertEqual(report["records"], COUNT_IN + 2)
        self.assertEqual(report["items"], {"in": COUNT_IN, "out": COUNT_OUT, "rejected": COUNT_REJECTED})
        self.assertEqual([(o["endpoint"], o["products"], o["items"]) for o in report["outputs"]],
                         [(end, COUNT_OUT, COUNT_OUT) for end in ENDS])
        self.assertEqual(report["unread"], [])

    def test_money_in_is_money_out_and_money_rejected(self):
        """Against sums made here from the bytes, and what is in the messages."""
        report = json.loads((self.out / "report.json").read_text())
        bad = {row["record"] for row in load_toml(SAMPLES / "expected/rejects.toml")["reject"]}
        # A record cut short and a currency that is none: in no sum of a currency.
        unknown = {462, 693}
        wanted = {}
        for number, record in records():
            currency, amount = amount_of(record)
            if number in unknown:
                continue
            row = wanted.setdefault(currency, {side: [0, Decimal(0)] for side in ("in", "out", "rejected")})
            for side in ("in", "rejected" if number in bad else "out"):
                row[side][0] += 1
                row[side][1] += amount
        found = {row["currency"]: {side: [row[side]["count"], Decimal(row[side]["sum"])]
                                   for side in ("in", "out", "rejected")} for row in report["sums"]}
        self.assertEqual(found, wanted)
        self.assertEqual(report["amount_unknown"], len(unknown))
        written = {}
        for file in self.messages():
            xml = ElementTree.parse(file)
            amount = xml.getroot().find(".//{*}IntrBkSttlmAmt")
            written[amount.get("Ccy")] = written.get(amount.get("Ccy"), Decimal(0)) + Decimal(amount.text)
        self.assertEqual(written, {currency: row["out"][1] for currency, row in wanted.items() if row["out"][0]})

    def test_what_was_cut_is_counted(self):
        report = json.loads((self.out / "report.json").read_text())
        cut = 0
        bad = {row["record"] for row in load_toml(SAMPLES / "expected/rejects.toml")["reject"]}
        for number, record in records():
            if number in bad:
                continue
            parts = [record[begin:begin + 70].decode("kz1048").strip() for begin in (523, 593)]
            narrative = " ".join(part for part in parts if part)
            cut += len(narrative) > 140
        self.assertEqual([(row["target"], row["count"]) for row in report["truncations"]], [("remittance[].text", cut)])
        self.assertGreater(cut, 0)


class Test_rejects(Written):
    def test_they_are_those_typed_by_hand(self):
        wanted = load_toml(SAMPLES / "expected/rejects.toml")["reject"]
        rejects = json_lines(self.out / "rejects.jsonl")
        self.assertEqual([(r["record"], r["code"], r["offset"]) for r in rejects],
                         [(r["record"], r["code"], r["offset"]) for r in wanted])
        fields = load_toml(ROOT / MAPPING / "layout.toml")["record"][1]["fields"]
        length = {f["name"]: f["length"] for f in fields if "name" in f}
        for reject, row in zip(rejects, wanted):
            if "field" in row:
                self.assertEqual(reject["length"], length[row["field"]], row)

    def test_they_hold_the_record_byte_for_byte(self):
        lines = dict(records())
        for reject in json_lines(self.out / "rejects.jsonl"):
            self.assertEqual(bytes.fromhex(reject["raw"]).rstrip(b"\r\n"), lines[reject["record"]])

    def test_nobody_else_can_read_them(self):
        self.assertEqual((self.out / "rejects.jsonl").stat().st_mode & 0o777, 0o600)

    def test_what_is_printed_shows_nobodys_data(self):
        shown = self.run_.out + self.run_.err
        for text in ("DK26112000000", "KZ39999KZT0000001155", "Самал", "150640783088", "16162503.77"):
            self.assertNotIn(text, shown)

    def test_a_number_of_no_kind_is_refused(self):
        """DR_ID without DR_ID_TYPE would be carried by no row."""
        extract = (SAMPLES / "bad/empty.dat").read_bytes().split(b"\r\n")
        good = records()[0][1]
        bad = [good[:173] + b" " + good[174:], good[:345] + b" " + good[346:]]
        neither = good[:173] + b" " * 13 + good[186:]
        total = 3 * int(good[27:42])
        trailer = b"T%09d%018d" % (3, total) + b" " * 644
        file = self.folder / "kinds.dat"
        file.write_bytes(b"\r\n".join([extract[0], *bad, neither, trailer, b""]))
        run = convert(MAPPING, file, self.folder / "kinds", to=[MESSAGE])
        self.check_status(run, 1)
        rejects = json_lines(self.folder / "kinds/rejects.jsonl")
        self.assertEqual([(r["code"], r["record"], r["offset"], r["length"]) for r in rejects],
                         [("DKZ-0001", 2, 674 + 174, 12), ("DKZ-0002", 3, 2 * 674 + 346, 12)])
        self.assertEqual(json.loads((self.folder / "kinds/report.json").read_text())["items"]["out"], 1)


class Test_typed_by_hand(Written):
    """The twenty payments of expected/payments.toml."""
    # Element of the message, field of expected/payments.toml. Written from the ISO 20022 message definition report.
    ELEMENTS = {
        "PmtId/EndToEndId": "end_to_end_id", "PmtTpInf/InstrPrty": "priority",
        "PmtTpInf/LclInstrm/Prtry": "local_instrument.proprietary", "IntrBkSttlmAmt": "amount.value",
        "IntrBkSttlmDt": "settlement_date", "InstdAmt": "instructed_amount.value", "XchgRate": "exchange_rate",
        "ChrgBr": "charge_bearer", "DbtrAcct/Id/IBAN": "debtor.account.iban",
        "CdtrAcct/Id/IBAN": "creditor.account.iban", "DbtrAgt/FinInstnId/BICFI": "debtor_agent.bic",
        "CdtrAgt/FinInstnId/BICFI": "creditor_agent.bic", "UltmtDbtr/Nm": "ultimate_debtor.name",
        "UltmtCdtr/Nm": "ultimate_creditor.name", "Purp/Prtry": "purpose.proprietary",
        "RmtInf/Strd/RfrdDocInf/Nb": "document_number",
        **{f"{tag}/{path}": f"{party}.{field}" for tag, party in (("Dbtr", "debtor"), ("Cdtr", "creditor"))
           for path, field in {
               "Nm": "name", "PstlAdr/StrtNm": "address.street", "PstlAdr/BldgNb": "address.building_number",
               "PstlAdr/PstCd": "address.post_code", "PstlAdr/TwnNm": "address.town", "PstlAdr/Ctry": "address.country",
               "Id/OrgId/Othr/Id": "organisation.other.id", "Id/OrgId/Othr/SchmeNm/Prtry": "organisation.other.scheme",
               "Id/PrvtId/Othr/Id": "person.other.id", "Id/PrvtId/Othr/SchmeNm/Prtry": "person.other.scheme",
               "CtryOfRes": "country_of_residence", "CtctDtls/PhneNb": "phone"}.items()}}
    # What is generated, or the same in every payment.
    NOT_TYPED = {"instruction_id", "uetr"}
    NUMBERS = {"amount.value", "instructed_amount.value", "exchange_rate"}

    def payments(self):
        """Each payment with the number of the document that must hold it: documents are in the order of the input."""
        rows = load_toml(SAMPLES / "expected/payments.toml")["payment"]
        self.assertEqual(len(rows), 20)
        bad = {row["record"] for row in load_toml(SAMPLES / "expected/rejects.toml")["reject"]}
        for row in rows:
            number = row.pop("record")
            yield number - 1 - sum(record < number for record in bad), row

    @staticmethod
    def flat(value, path=""):
        if isinstance(value, dict):
            return {k: v for name, child in value.items()
                    for k, v in Test_typed_by_hand.flat(child, f"{path}.{name}" if path else name).items()}
        if isinstance(value, list):
            return {k: v for number, child in enumerate(value)
                    for k, v in Test_typed_by_hand.flat(child, f"{path}[{number}]").items()}
        return {path: value}

    def test_canonical_payments(self):
        for number, wanted in self.payments():
            document = json.loads((self.out / "canonical-credit_transfer-1" / f"{number:04}.json").read_text())
            [item] = document["items"]
            found = {k: v for k, v in self.flat(item).items() if k not in self.NOT_TYPED}
            wanted = self.flat(wanted)
            for field in self.NUMBERS & wanted.keys() & found.keys():
                wanted[field], found[field] = Decimal(wanted[field]), Decimal(found[field])
            self.assertEqual(found, wanted)

    def test_elements_of_the_messages(self):
        for number, wanted in self.payments():
            wanted = self.flat(wanted)
            xml = ElementTree.parse(self.out / MESSAGE / f"{number:04}.xml")
            found = {}
            for path, field in self.ELEMENTS.items():
                for text in elements(xml, "CdtTrfTxInf/" + path):
                    self.assertNotIn(field, found)
                    found[field] = text
            for position, text in enumerate(elements(xml, "CdtTrfTxInf/RmtInf/Ustrd")):
                found[f"remittance[{position}].text"] = text
            currency = xml.getroot().find(".//{*}IntrBkSttlmAmt").get("Ccy")
            self.assertEqual(currency, wanted.pop("amount.currency"))
            for amount in xml.getroot().iterfind(".//{*}InstdAmt"):
                self.assertEqual(amount.get("Ccy"), wanted.pop("instructed_amount.currency"))
            for side in ("debtor", "creditor"):
                wanted.pop(f"{side}.residence_sector", None)  # declared as not carried
            for field in self.NUMBERS & wanted.keys() & found.keys():
                wanted[field], found[field] = Decimal(wanted[field]), Decimal(found[field])
            self.assertEqual(found, wanted)

    def test_header_belongs_to_its_message(self):
        for number, _ in self.payments():
            message = ElementTree.parse(self.out / MESSAGE / f"{number:04}.xml")
            header = ElementTree.parse(self.out / MESSAGE / f"{number:04}.head.xml").getroot()
            value = {node.tag.split("}")[1]: node.text for node in header.iter() if node.text}
            self.assertEqual(value, {"BICFI": "GATEKZKA", "BizMsgIdr": elements(message, "GrpHdr/MsgId")[0],
                                     "MsgDefIdr": MESSAGE, "CreDt": AS_OF})
            self.assertEqual(elements(message, "GrpHdr/NbOfTxs"), ["1"])
            self.assertEqual(elements(message, "GrpHdr/CreDtTm"), [AS_OF])


class Test_partner_documents(Written):
    def test_each_is_valid(self):
        import jsonschema
        schema = json.loads((ROOT / "schemas/partner/v1/credit_transfer.schema.json").read_text())
        validator = jsonschema.validators.validator_for(schema)(schema)
        files = sorted((self.out / "partner-v1").iterdir())
        self.assertEqual(len(files), COUNT_OUT)
        for file in files:
            validator.validate(json.loads(file.read_text()))

    def test_amounts_are_texts_and_nothing_is_null(self):
        for file in sorted((self.out / "partner-v1").iterdir()):
            text = file.read_text()
            self.assertNotIn("null", re.sub(r'"(\\.|[^"\\])*"', "", text))
            document = json.loads(text)
            self.assertRegex(document["amount"]["value"], r"^\d+(\.\d+)?$")
            self.assertIsInstance(document.get("remittance", []), list)


class Valid(Written):
    """Every message and header under an XSD, by libxml2 and by Xerces."""
    def check(self, files, xsd):
        self.assertEqual(len(files), COUNT_OUT)
        names = [str(f) for f in files]
        libxml = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", xsd, *names], capture_output=True, check=False)
        self.assertEqual(libxml.returncode, 0, libxml.stderr.decode()[:2000])
        xerces = subprocess.run([os.environ["XERCES_ORACLE"], xsd, *names], capture_output=True, check=False)
        self.assertEqual(xerces.returncode, 0, xerces.stdout.decode()[:2000])


class Test_valid_under_our_schema(Valid):
    def test_messages(self):
        self.check(self.messages(), xsd_from_catalogue(self.folder, MESSAGE))

    def test_headers(self):
        self.check(self.headers(), xsd_from_catalogue(self.folder, HEADER))

    def test_oracles_see_a_fault(self):
        file = self.folder / "wrong.xml"
        file.write_text(self.messages()[0].read_text().replace("<ChrgBr>", "<ChrgBr>X", 1))
        xsd = xsd_from_catalogue(self.folder, MESSAGE)
        self.assertEqual(subprocess.run([os.environ["XERCES_ORACLE"], xsd, file], capture_output=True, check=False).returncode, 1)
        self.assertNotEqual(subprocess.run(["xmllint", "--noout", "--schema", xsd, file], capture_output=True, check=False).returncode, 0)

    def test_validate_agrees(self):
        run = tilmash("validate", "--format", "json", *self.messages()[:50], *self.headers()[:50])
        self.check_status(run, 0)
        self.assertEqual({json.loads(line)["valid"] for line in run.out.splitlines()}, {True})


class Test_valid_under_the_official_schema(Valid):
    def test_messages(self):
        self.need(XSD_OFFICIAL / f"{MESSAGE}.xsd")
        self.check(self.messages(), XSD_OFFICIAL / f"{MESSAGE}.xsd")

    def test_headers(self):
        self.need(XSD_OFFICIAL / f"{HEADER}.xsd")
        self.check(self.headers(), XSD_OFFICIAL / f"{HEADER}.xsd")


class Test_same_input_same_bytes(Written):
    def test_second_run(self):
        again = self.folder / "again"
        self.check_status(convert(MAPPING, EXTRACT, again, "--shape", "files", to=ENDS), 1)
        self.assertEqual(tree(again), tree(self.out))

    def test_time_comes_from_the_file_when_none_is_given(self):
        out = self.folder / "undated"
        self.check_status(convert(MAPPING, EXTRACT, out, to=[MESSAGE], as_of=None), 1)
        report = json.loads((out / "report.json").read_text())
        self.assertEqual(report["as_of"], {"time": "2026-11-20T00:00:00+05:00", "source": "file"})


class Test_shapes_of_output(Written):
    """The same documents, one a file or one a line."""
    def test_bundle_holds_what_the_files_hold(self):
        out = self.folder / "bundle"
        self.check_status(convert(MAPPING, EXTRACT, out, "--shape", "bundle", to=ENDS), 1)
        self.assertEqual(sorted(p.name for p in out.iterdir()),
                         ["canonical-credit_transfer-1.jsonl", f"{MESSAGE}.bundle", "partner-v1.jsonl", "rejects.jsonl",
                          "report.json"])
        declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
        one_line = [head.read_text().removeprefix(declaration).rstrip("\n") +
                    body.read_text().removeprefix(declaration).rstrip("\n")
                    for head, body in zip(self.headers(), self.messages())]
        self.assertEqual((out / f"{MESSAGE}.bundle").read_text().splitlines(), one_line)
        documents = [p.read_text().rstrip("\n") for p in sorted((self.out / "partner-v1").iterdir())]
        self.assertEqual((out / "partner-v1.jsonl").read_text().splitlines(), documents)

    def test_auto_is_a_bundle_above_a_thousand(self):
        out = self.folder / "auto"
        self.check_status(convert(MAPPING, EXTRACT, out, to=[MESSAGE]), 1)
        self.assertTrue((out / f"{MESSAGE}.bundle").is_file())

    def test_auto_is_files_up_to_a_thousand(self):
        out = self.folder / "few"
        self.check_status(convert(MAPPING, "samples/demo-kz/bad/unreadable-amount.dat", out, to=[MESSAGE]), 1)
        self.assertEqual(len(list((out / MESSAGE).iterdir())), 2 * 19)


class Test_batches(Written):
    """--batch 100: up to a hundred payments of one day in a message."""
    def test_counts_and_sums_of_each_message(self):
        out = self.folder / "batch"
        self.check_status(convert(MAPPING, EXTRACT, out, "--batch", "100", "--shape", "files", to=[MESSAGE]), 1)
        files = sorted(p for p in (out / MESSAGE).iterdir() if not p.name.endswith(".head.xml"))
        seen = []
        for file in files:
            xml = ElementTree.parse(file)
            ids = elements(xml, "CdtTrfTxInf/PmtId/EndToEndId")
            seen += ids
            self.assertTrue(1 <= len(ids) <= 100)
            self.assertEqual(elements(xml, "GrpHdr/NbOfTxs"), [str(len(ids))])
            total = sum(Decimal(a) for a in elements(xml, "CdtTrfTxInf/IntrBkSttlmAmt"))
            self.assertEqual([Decimal(s) for s in elements(xml, "GrpHdr/CtrlSum")], [total])
            self.assertEqual(len(set(elements(xml, "CdtTrfTxInf/IntrBkSttlmDt"))), 1)
        single = [elements(ElementTree.parse(f), "CdtTrfTxInf/PmtId/EndToEndId")[0] for f in self.messages()]
        self.assertEqual(seen, single)
        self.assertEqual(len({elements(ElementTree.parse(f), "GrpHdr/MsgId")[0] for f in files}), len(files))
        xsd = xsd_from_catalogue(self.folder, MESSAGE)
        libxml = subprocess.run(["xmllint", "--noout", "--schema", xsd, *files], capture_output=True, check=False)
        self.assertEqual(libxml.returncode, 0, libxml.stderr.decode()[:2000])
        report = json.loads((out / "report.json").read_text())
        self.assertEqual((report["outputs"][0]["products"], report["outputs"][0]["items"]), (len(files), COUNT_OUT))


class Test_data_laid_over(Case):
    def test_a_newer_list_of_currencies(self):
        """--data reaches the code lists: with KZZ among the currencies, record 693 is good."""
        lists = self.folder / "data/schemas/codes"
        lists.mkdir(parents=True)
        text = (ROOT / "schemas/codes/iso4217.toml").read_text()
        (lists / "iso4217.toml").write_text(text + "\nKZZ = 2\n")
        out = self.folder / "out"
        run = tilmash("--data", self.folder / "data", "convert", "--mapping", MAPPING, EXTRACT, "--to", MESSAGE, "--out", out)
        self.check_status(run, 1)
        rejected = {r["record"] for r in json_lines(out / "rejects.jsonl")}
        self.assertEqual(len(rejected), COUNT_REJECTED - 1)
        self.assertNotIn(693, rejected)
        report = json.loads((out / "report.json").read_text())
        self.assertIn("KZZ", [row["currency"] for row in report["sums"]])

    def test_a_wrong_list_stops_the_program(self):
        lists = self.folder / "wrong/schemas/codes"
        lists.mkdir(parents=True)
        (lists / "iso4217.toml").write_text("kzt = 2\n")
        run = tilmash("--data", self.folder / "wrong", "schema", "list")
        self.check_status(run, 3)
        self.assertIn("CAN-0013", run.err)


if __name__ == "__main__":
    main()
