"""Requests to pay: a till's records to pain.013.001.11, partner and canonical JSON, and from pain.013 back to the same
bytes. Other people's programs judge the messages by the official schema."""
import json
import os
import subprocess
import xml.etree.ElementTree as ElementTree

from program import ROOT, XSD_OFFICIAL, Case, convert, json_lines, load_toml, main, tilmash

OUT = "tests/request_to_pay/requests"
BACK = "tests/request_to_pay/received"
MESSAGE = "pain.013.001.11"
CANONICAL = "canonical/request_to_pay/1"
FIELDS = load_toml(ROOT / OUT / "layout.toml")["record"][0]["fields"]

# Everything the till knows; a phone number instead of an account and of a debtor; what the payer names himself.
FULL = {
    "REQ_NO": "REQ-1", "REF_NO": "TILL7-000001", "AMOUNT": "125050", "CCY": "KZT", "EDIT": "N", "FLOW": "C2B2_RTP",
    "DAY": "20261121", "EXPIRES": "20261122", "DR_NAME": "Әлия Сағатқызы", "DR_IIN": "000101300009",
    "DR_ACCT": "KZ31999S000000000123", "DR_BIC": "DEMOKZKA", "CR_NAME": "ЖШС «Дүкен»", "CR_BIN": "990140000007",
    "CR_ACCT": "KZ77999A000000000001", "CR_STREET": "Абай даңғылы 1", "CR_CITY": "Алматы", "CR_BIC": "SHOPKZKA",
    "KNP": "710", "BILL_NO": "INV-7", "LABEL": "L-9", "TEXT": "Азық-түлік", "MCC": "5411", "SHOP": "Дүкен & Co <7>",
    "SHOP_CITY": "ALMATY", "TILL": "T-02", "QR_SCHEME": "kz-sample", "QR_TX": "TX-55",
    "QR": "https://qr.example.kz/abc?x=1&y=2#\"т\"]]>  +"}
PHONE = {"REF_NO": "TILL7-000002", "AMOUNT": "100", "CCY": "KZT", "EDIT": "Y", "CR_NAME": "Дүкен",
         "CR_PHONE": "+77001234567", "CR_BIC": "SHOPKZKA"}
OPEN = {name: value for name, value in PHONE.items() if name != "AMOUNT"}


def record(values):
    line = b""
    for field in FIELDS:
        value = values.get(field.get("name"), field.get("const", "")).encode("kz1048")
        assert len(value) <= field["length"], field
        fill = b"0" if field.get("type") == "decimal" and value else b" "
        line += value.rjust(field["length"], fill) if fill == b"0" else value.ljust(field["length"], fill)
    return line + b"\n"


def place(name):
    """Offset and length of a field in its record."""
    at = 0
    for field in FIELDS:
        if field.get("name") == name:
            return at, field["length"]
        at += field["length"]
    raise KeyError(name)


class Requests(Case):
    def write(self, name, *rows):
        file = self.folder / f"{name}.dat"
        file.write_bytes(b"".join(row if isinstance(row, bytes) else record(row) for row in rows))
        return file

    def send(self, name, *rows, to=(MESSAGE,), status=0):
        out = self.folder / name
        self.check_status(convert(OUT, self.write(name, *rows), out, "--shape", "files", to=to), status)
        return out

    def receive(self, name, *texts, status=0):
        file = self.folder / f"{name}.xml"
        file.write_bytes(b"\n".join(t if isinstance(t, bytes) else t.encode() for t in texts))
        out = self.folder / name
        run = convert(BACK, file, out, "--shape", "files", "--header", "none", to=["tests.requests", MESSAGE, CANONICAL])
        self.check_status(run, status)
        return out


class Test_written_messages(Requests):
    def test_are_valid_for_everybody(self):
        out = self.send("valid", FULL, PHONE)
        files = sorted((out / MESSAGE).glob("000?.xml"))
        heads = sorted((out / MESSAGE).glob("*.head.xml"))
        self.assertEqual((len(files), len(heads)), (2, 2))
        run = tilmash("validate", *files, *heads)
        self.check_status(run, 0)
        for message, written in ((MESSAGE, files), ("head.001.001.02", heads)):
            xsd = XSD_OFFICIAL / f"{message}.xsd"
            self.need(xsd)
            for judge in (["xmllint", "--noout", "--schema", xsd], [os.environ["XERCES_ORACLE"], xsd]):
                run = subprocess.run([*judge, *written], capture_output=True, text=True, check=False)
                self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_elements_are_those_typed_by_hand(self):
        out = self.send("elements", FULL)
        [item] = ElementTree.parse(out / MESSAGE / "0001.xml").getroot().findall(".//{*}PmtInf")
        wanted = {
            "PmtInfId": "REQ-1", "PmtMtd": "TRF", "PmtTpInf/LclInstrm/Prtry": "C2B2_RTP", "ReqdExctnDt/Dt": "2026-11-21",
            "XpryDt/Dt": "2026-11-22", "PmtCond/AmtModAllwd": "false", "Dbtr/Nm": "Әлия Сағатқызы",
            "Dbtr/Id/PrvtId/Othr/Id": "000101300009", "Dbtr/Id/PrvtId/Othr/SchmeNm/Prtry": "IIN",
            "DbtrAcct/Id/IBAN": "KZ31999S000000000123", "DbtrAgt/FinInstnId/BICFI": "DEMOKZKA",
            "CdtTrfTx/PmtId/EndToEndId": "TILL7-000001", "CdtTrfTx/Amt/InstdAmt": "1250.50", "CdtTrfTx/ChrgBr": "SLEV",
            "CdtTrfTx/CdtrAgt/FinInstnId/BICFI": "SHOPKZKA", "CdtTrfTx/Cdtr/Nm": "ЖШС «Дүкен»",
            "CdtTrfTx/Cdtr/PstlAdr/TwnNm": "Алматы", "CdtTrfTx/CdtrAcct/Id/IBAN": "KZ77999A000000000001",
            "CdtTrfTx/Purp/Prtry": "710", "CdtTrfTx/RmtInf/Ustrd": "Азық-түлік",
            "CdtTrfTx/RmtInf/Strd/RfrdDocInf/Nb": "INV-7", "CdtTrfTx/RmtInf/Strd/CdtrRefInf/Ref": "L-9",
            "CdtTrfTx/SplmtryData/Envlp/request_to_pay/qr_text": FULL["QR"].strip(),
            "CdtTrfTx/SplmtryData/Envlp/request_to_pay/merchant_category_code": "5411"}
        found = {path: item.findtext("/".join("{*}" + step for step in path.split("/"))) for path in wanted}
        self.assertEqual(found, wanted)

    def test_documents_are_of_the_contract(self):
        out = self.send("partner", FULL, PHONE, OPEN, to=["partner/v1", CANONICAL])
        documents = [json.loads(p.read_text()) for p in sorted((out / "partner-v1").iterdir())]
        for document in documents:
            self.check_schema(document, "schemas/partner/v1/request_to_pay.schema.json")
        self.assertEqual([d["amount"] for d in documents],
                         [{"value": "1250.50", "currency": "KZT", "editable": False},
                          {"value": "1.00", "currency": "KZT", "editable": True}, {"currency": "KZT", "editable": True}])
        self.assertEqual(documents[0]["qr"]["text"], FULL["QR"])
        report = json.loads((out / "report.json").read_text())
        self.assertEqual(report["amount_unknown"], 0)  # none was unreadable: one is the payer's to name


class Test_what_can_not_be_sent(Requests):
    def check_reject(self, name, row, code, path, at=None):
        [reject] = json_lines(self.send(name, row, status=1) / "rejects.jsonl")
        self.assertEqual((reject["code"], reject["path"]), (code, path))
        if at:
            self.assertEqual((reject["offset"], reject["length"]), at)

    def test_a_request_whose_amount_is_the_payers(self):
        """pain.013 must have one. Canonical and partner JSON need not (above)."""
        self.check_reject("open", OPEN, "EXP-0101", "CdtrPmtActvtnReq/PmtInf/CdtTrfTx/Amt/InstdAmt")

    def test_a_switch_of_neither_kind(self):
        self.check_reject("switch", {**PHONE, "EDIT": "1"}, "EXP-0106", "items.amount_editable", place("EDIT"))


class Test_messages_come_back(Requests):
    def test_as_the_same_records_and_the_same_messages(self):
        rows = [FULL, PHONE, {**FULL, "REF_NO": "TILL7-000003", "QR": "", "SHOP": "]]>&amp;"}]
        sent = self.send("sent", *rows)
        messages = [p.read_bytes() for p in sorted((sent / MESSAGE).glob("000?.xml"))]
        back = self.receive("back", *messages)
        self.assertEqual((back / "tests.requests.dat").read_bytes(), b"".join(map(record, rows)))
        self.assertEqual([p.read_bytes() for p in sorted((back / MESSAGE).iterdir())], messages)
        self.assertEqual(json.loads((back / "report.json").read_text())["unread"], [])

    def test_the_sample(self):
        back = self.receive("sample", (ROOT / "samples/request-to-pay/request.xml").read_bytes())
        self.assertEqual((back / "tests.requests.dat").read_bytes(), record(FULL))

    def test_several_requests_of_one_message(self):
        rows = [FULL, PHONE, {**FULL, "REF_NO": "TILL7-000003"}]
        out = self.folder / "batch"
        run = convert(OUT, self.write("batch", *rows), out, "--shape", "files", "--batch", "3", to=[MESSAGE])
        self.check_status(run, 0)
        [message] = (out / MESSAGE).glob("000?.xml")
        self.check_status(tilmash("validate", message), 0)
        back = self.receive("unpacked", message.read_bytes())
        self.assertEqual((back / "tests.requests.dat").read_bytes(), b"".join(map(record, rows)))

    def test_each_transaction_of_a_payment_with_the_debtor_above_it(self):
        text = (self.send("many", FULL) / MESSAGE / "0001.xml").read_text()
        begin, end = text.index("<CdtTrfTx>"), text.index("</CdtTrfTx>") + len("</CdtTrfTx>")
        one, payment = text[begin:end], text[text.index("<PmtInf>"):text.index("</PmtInf>") + len("</PmtInf>")]
        two = one.replace("TILL7-000001", "TILL7-000002").replace("1250.50", "7.00")
        other = payment.replace("Әлия Сағатқызы", "Басқа Біреу").replace("TILL7-000001", "TILL7-000003")
        other = other.replace("<Id><PrvtId><Othr><Id>000101300009</Id><SchmeNm><Prtry>IIN</Prtry></SchmeNm></Othr></PrvtId></Id>", "")
        out = self.receive("split", text.replace(payment, payment.replace(one, one + two) + other))
        lines = (out / "tests.requests.dat").read_bytes().splitlines(keepends=True)
        wanted = [FULL, {**FULL, "REF_NO": "TILL7-000002", "AMOUNT": "700"},
                  {**FULL, "REF_NO": "TILL7-000003", "DR_NAME": "Басқа Біреу", "DR_IIN": ""}]
        self.assertEqual(lines, list(map(record, wanted)))

    def test_supplementary_data_of_others_goes_on_as_it_is(self):
        text = (self.send("foreign", FULL) / MESSAGE / "0001.xml").read_text()
        begin, end = text.index("<SplmtryData>"), text.index("</SplmtryData>") + len("</SplmtryData>")
        ours = text[begin:end]
        other = '<SplmtryData><PlcAndNm>here</PlcAndNm><Envlp><x:a xmlns:x="urn:x"><!-- kept --><x:b/></x:a></Envlp></SplmtryData>'
        for name, data in (("after", ours + other), ("before", other + ours), ("alone", other)):
            with self.subTest(name):
                out = self.receive(name, text[:begin] + data + text[end:])
                [written] = (out / MESSAGE).iterdir()
                self.assertIn(data, written.read_text())
                self.assertEqual(json.loads((out / "report.json").read_text())["unread"], [])
                [document] = (out / "canonical-request_to_pay-1").iterdir()
                [item] = json.loads(document.read_text())["items"]
                self.assertEqual(item.get("qr", {}).get("text"), FULL["QR"] if name == "after" else None)


if __name__ == "__main__":
    main()
