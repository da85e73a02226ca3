"""Payment codes that other people wrote, against what their own tests expect; and ours, beside Python's checksums."""
import base64
import binascii
import hashlib
import json
import re
import unittest

from program import ROOT, SHARED, Case, convert, main, tilmash

CODES = SHARED / "legacy/emv-qr"

# Codes that their libraries take and the rules of EMVCo do not; why.
TAKEN_ELSEWHERE = {
    ("binhnguyenduc__vietqr-ts", "DYNAMIC_WITH_OPTIONALS"): "62-09 may have three characters",
    ("binhnguyenduc__vietqr-ts", "WITH_PURPOSE_AND_BILL"): "62-09 may have three characters",
    ("mvallim__emv-qrcode", "testSuccessParse / encoded"): "62-50 is a template, and holds text",
    ("mvallim__emv-qrcode", "testSuccessDecode / encoded"): "fees without 55, and 62-09 of more than three characters",
    ("mvallim__emv-qrcode", "testeBrCode / encoded2"): "no city",
    ("mvallim__emv-qrcode", "testeBrCode / encoded3"): "a city of more than 15 characters",
    ("steplix__emv-qrcps", "QRCODES"): "one of seven has a name of more than 25 characters",
}
# Rules of a profile that nothing in the code names: read by that profile.
PROFILES = {"TestDecode / err: countryCode is not JP": "jp-jpqr", "TestDecode / err: transactionCurrency is not JPY": "jp-jpqr"}


def crc(text):
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


def tail(text):
    return hashlib.sha256(text.encode()).hexdigest()[-4:]


def read(text, *options):
    run = tilmash("qr", "read", "-", "--format", "json", *options, stdin=text if isinstance(text, bytes) else text.encode())
    return json.loads(run.out)


def errors(reading):
    return [f["code"] + " " + f.get("path", "") for f in reading["findings"] if f["severity"] == "error"]


def warnings(reading):
    return [f["code"] + " " + f.get("path", "") for f in reading["findings"] if f["severity"] == "warning"]


def same_tree(ours, theirs):
    """Every tag of theirs, in order; templates that one of the two did not open are compared by their text."""
    if [(t["id"], t["value"]) for t in ours] != [(t["id"], t["value"]) for t in theirs]:
        return False
    return all("sub" not in b or "tags" not in a or same_tree(a["tags"], b["sub"]) for a, b in zip(ours, theirs))


class Test_codes_that_other_people_wrote(Case):
    def test_vectors(self):
        self.need(CODES)
        rows, wrong, excused = [], [], set()
        for file in sorted(CODES.glob("*/vectors.json")):
            counts = dict.fromkeys(("codes", "trees", "checksums", "taken", "refused", "elsewhere"), 0)
            for vector in json.loads(file.read_text(encoding="utf-8")):
                case, upstream = vector["case"], vector["upstream"]
                profile = next((p for start, p in PROFILES.items() if case.startswith(start[:38])), None)
                reading = read(vector["payload"], *(["--scheme", profile] if profile else []))
                found = errors(reading)
                counts["codes"] += 1
                if vector["crc_ok"] != reading.get("checksum", {}).get("right", False):
                    wrong.append((case, "checksum"))
                counts["checksums"] += 1
                if vector["tlv"] and "malformed" not in vector["verdict"]:
                    counts["trees"] += 1
                    if not same_tree(reading["tags"], vector["tlv"]):
                        wrong.append((case, "tree"))
                if upstream.startswith(("reject", "partial")):
                    counts["refused"] += 1
                    if not found:
                        wrong.append((case, "taken"))
                elif not upstream.startswith("fragment"):
                    key = (file.parent.name, case)
                    if found and key in TAKEN_ELSEWHERE:
                        counts["elsewhere"] += 1
                        excused.add(key)
                    elif found:
                        wrong.append((case, found))
                    else:
                        counts["taken"] += 1
            rows.append((file.parent.name, *counts.values()))
        print(f"\n{'codes of':28} codes trees checksums taken refused taken-elsewhere")
        for row in rows:
            print(f"{row[0]:28} {row[1]:5} {row[2]:5} {row[3]:9} {row[4]:5} {row[5]:7} {row[6]:5}")
        self.assertEqual(wrong, [])
        self.assertEqual(excused, set(TAKEN_ELSEWHERE), "an exception that is not needed")

    def test_vectors_of_the_facts(self):
        """Whole codes, and codes in a table whose checksum stands in the next column."""
        rows = []
        for name in ("region.md", "kazakhstan-npck.md"):
            self.need(SHARED / "facts" / name)
            text = (SHARED / "facts" / name).read_text(encoding="utf-8")
            whole = re.findall(r"^`?((?:https?://\S*#)?000201[^`\n]*6304[0-9A-Za-z]{4})`?$", text, re.M)
            whole += re.findall(r"^[A-Z-]+ (000201[^`\n]*6304[0-9A-Za-z]{4})$", text, re.M)
            whole += [code + crc for code, crc in re.findall(r"`(000201[^`]*6304)`[^|]*\| ([0-9A-F]{4}) \|", text)]
            for code in whole:
                reading = read(code)
                self.assertEqual((errors(reading), reading["checksum"]["right"]), ([], True), code)
                rows.append((name, reading["scheme"], reading["checksum"]["taken"]))
        print()
        for row in sorted(set(rows)):
            print(f"{row[0]:20} {row[1]:14} {row[2]:38} {rows.count(row)}")
        self.assertEqual(len(rows), 13)
        # The two that must not verify: ELQR's code with EMVCo's checksum, and Pix' with a GUID in capitals.
        text = (SHARED / "facts/region.md").read_text(encoding="utf-8")
        elqr = re.search(r"^(000201\S*Счет .*6304)27b1$", text, re.M).group(1)
        self.assertEqual(errors(read(elqr + "B28B")), ["QRC-0300 63"])
        pix = re.search(r"`(000201[^`]*br.gov.bcb.pix[^`]*6304)`", text).group(1)
        self.assertEqual(errors(read(pix.replace("br.gov.bcb.pix", "BR.GOV.BCB.PIX") + "1D3D")), ["QRC-0300 63"])
        self.assertEqual(errors(read(pix.replace("br.gov.bcb.pix", "BR.GOV.BCB.PIX") + "F01B")), [])

    def test_elqr_links(self):
        self.need(CODES)
        folder = CODES / "qr-kg__elqr-js"
        for link in json.loads((folder / "elqr_links.json").read_text(encoding="utf-8")):
            reading = read(link["link"])
            self.assertEqual((reading["scheme"], errors(reading)), ("kg-elqr", []), link["name"])
            self.assertTrue(reading["checksum"]["right"])
            self.assertEqual(reading["payload"], link["fragment_decoded"])
            self.assertTrue(same_tree(reading["tags"], link["tlv"]))
        expected = {"checksum mismatch": "QRC-0300 63", "no checksum": "QRC-0203 63", "malformed": None}
        for link in json.loads((folder / "elqr_negative.json").read_text(encoding="utf-8")):
            found = errors(read(link["link"]))
            self.assertTrue(found, link["name"])
            if expected[link["expect"]]:
                self.assertIn(expected[link["expect"]], found, link["name"])

    def test_gost(self):
        self.need(CODES)
        for code in json.loads((CODES / "codebude__QRCoder/st00012.json").read_text(encoding="utf-8")):
            reading = read(code["payload"])
            self.assertEqual({tag["id"]: tag["value"] for tag in reading["tags"]}, code["fields"])
            self.assertEqual(errors(reading), [])
        reading = read((CODES / "codebude__QRCoder/st00011_windows1251.bin").read_bytes())
        self.assertEqual((reading["scheme"], errors(reading)), ("gost-r-56042", []))
        self.assertIn("Три", reading["tags"][0]["value"])

    def test_thai_codes_are_written_as_their_library_does(self):
        self.need(CODES)
        lines = (CODES / "maythiwat__promptparse/generate_cases.tsv").read_text(encoding="utf-8").splitlines()[1:]
        expected = {line.split("\t")[0]: line.split("\t")[3] for line in lines}
        guid = "promptpay.globally_unique_id=A000000677010111"
        hello = "".join(f"{ord(c):04X}" for c in "Hello World!")
        cases = {
            "Generate Any ID": ["01=11", guid, "29-01=0066812223333"],
            "Generate Any ID with amount": ["01=12", guid, "29-01=0066812223333", "amount=30.00"],
            "Generate TrueMoney QR": ["01=11", guid, "29-03=140000801111111"],
            "Generate TrueMoney QR with amount and message":
                ["01=12", guid, "29-03=140000801111111", "54=10.05", f"message={hello}"],
            "Generate Bill Payment with Ref.3":
                ["01=11", "30-01=0112233445566", "30-02=CUSTOMER001", "30-03=INV001", "62-07=SCB"],
        }
        for name, values in cases.items():
            options = [option for value in values for option in ("--set", value)]
            run = tilmash("qr", "write", "--scheme", "th-promptpay", *options)
            self.assertEqual(run.out.strip(), expected[name], name + run.err)
        run = tilmash("qr", "write", "--scheme", "th-slip-verify", "--set", "00-00=000001", "--set", "00-01=002",
                      "--set", "00-02=0002123123121200011")
        self.assertEqual(run.out.strip(), expected["Generate Slip Verify"])


ELQR = ["01=12", "32-00=qr.example.kg", "32-01=1001", "32-11=INV-0001", "33-00=M0001", "33-01=Оплата", "52=5411",
        "54=125050", "59=TEST SHOP", "comment=Счет 15"]
ELQR_TEXT = ("00020101021232370013qr.example.kg010410011108INV-000133190005M00010106Оплата3407Счет 1552045411530341754061250505909"
             "TEST SHOP")


class Test_our_own_codes(Case):
    def written(self, scheme, values, *options):
        sets = [option for value in values for option in ("--set", value)]
        return tilmash("qr", "write", "--scheme", scheme, *sets, *options)

    def test_elqr(self):
        run = self.written("kg-elqr", ELQR, "--payload")
        self.assertEqual(run.out.strip(), f"{ELQR_TEXT}6304{tail(ELQR_TEXT)}", run.err)
        link = self.written("kg-elqr", ELQR).out.strip()
        self.assertTrue(link.startswith("https://pay.payqr.kg#00020101021232"), link)
        reading = read(link)
        self.assertEqual((reading["payload"], reading["checksum"]["taken"]), (run.out.strip(), "percent-decoded"))
        plus = read(link.replace("%20", "+"))
        self.assertEqual((plus["checksum"]["right"], plus["checksum"]["taken"]),
                         (True, "percent-decoded, with + as a blank"))
        self.assertEqual(errors(read("https://app.example.kg/qr/" + link.split("#")[1])), [])
        upper = read(f"{ELQR_TEXT}6304{tail(ELQR_TEXT).upper()}")
        self.assertEqual((errors(upper), warnings(upper)), ([], []))

    def test_elqr_quirks_are_tolerated_and_never_written(self):
        body = ELQR_TEXT.replace("5406125050", "54010").replace("01041001", "0114averspay-items").replace("3237", "3247")
        reading = read(f"{body}6304{tail(body)}")
        self.assertEqual((errors(reading), warnings(reading)), ([], ["QRC-0210 32-01", "QRC-0211 54"]))
        moved = ELQR_TEXT.replace("52045411", "").replace("TEST SHOP", "TEST SHOP52045411")
        self.assertEqual(errors(read(f"{moved}6304{tail(moved)}")), [])
        for values, code in ((["54=0"], "QRC-0211"), (["34=" + "x" * 33], "QRC-0204"), (["34=😀"], "QRC-0503"),
                             (["54=12.50"], "QRC-0205"), (["40=x"], "QRC-0500"), (["52=5411"], "QRC-0501")):
            kept = [v for v in ELQR if not v.startswith(("54=", "comment="))]
            run = self.written("kg-elqr", kept + values)
            self.assertEqual((run.status, run.out), (1, ""))
            self.assertIn(code, run.err)

    def test_emvco_checksum_does_not_pass_for_elqr(self):
        reading = read(f"{ELQR_TEXT}6304{crc(ELQR_TEXT + '6304')}")
        self.assertEqual(errors(reading), ["QRC-0300 63"])

    def test_uzbek(self):
        values = ["01=11", "qr_online.merchant_token=SYNTHTOKEN00000009", "40-02=01", "52=5411", "59=TEST SHOP",
                  "60=TASHKENT", "80-03=998000000000"]
        body = ("00020101021140440012qr-online.uz0118SYNTHTOKEN000000090202015204541153038605802UZ5909TEST SHOP6008TASHKENT"
                "80160012qr-online.uz0312998000000000")
        body = body.replace("80160012", "80320012")
        run = self.written("uz-qr-online", values)
        self.assertEqual(run.out.strip(), f"{body}6304{crc(body + '6304')}", run.err)
        loose = body.replace("5802UZ", "5502035703.655802UZ")
        reading = read(f"{loose}6304{crc(loose + '6304')}")
        self.assertEqual((errors(reading), warnings(reading)), ([], ["QRC-0212 57"]))
        link = "https://app.paynet.uz/qr-online/" + run.out.strip().replace(" ", "%20")
        self.assertEqual(read(link)["scheme"], "uz-qr-online")

    def test_lengths_count_characters(self):
        for name in ("Дүкөн «Ала-Тоо»", "北京最佳运输", "Caf\u0065\u0301", "😀 shop"):
            run = self.written("emvco-mpm", ["01=11", "26-00=org.example", "26-01=1", "52=5411", "53=398", "58=KZ",
                                             f"59={name}", "60=ASTANA"])
            reading = read(run.out)
            self.assertEqual((errors(reading), warnings(reading)), ([], []), run.err)
            tag = next(t for t in reading["tags"] if t["id"] == "59")
            self.assertEqual((tag["value"], tag["length"]), (name, len(name)))
        # Counted in bytes by its writer, and told so.
        body = "00020126180011org.example5204541153033985802KZ5912ДҮКӨН 6006ASTANA"
        body = body.replace("26180011org.example", "26150011org.example").replace("5912ДҮКӨН ", "5911ДҮКӨН ")
        reading = read(f"{body}6304{crc(body + '6304')}")
        self.assertEqual((errors(reading), warnings(reading)), ([], ["QRC-0213 "]))

    def test_issuers(self):
        overlay = self.folder / "schemes/kz-issuers"
        overlay.mkdir(parents=True)
        (overlay / "qr.toml").write_text('name = "issuers"\nkind = "issuers"\n[[issuer]]\nname = "Demo"\n'
                                         'url = "https://qr.example.kz/"\nbic = "DEMOKZKA"\n')
        code = b"https://qr.example.kz/0123456789"
        for bank, on_us in (("DEMOKZKA", True), ("ELSEKZKA", False)):
            run = tilmash("--data", self.folder, "qr", "read", "-", "--bank", bank, "--format", "json", stdin=code)
            self.assertEqual(json.loads(run.out)["issuer"], {"name": "Demo", "bic": "DEMOKZKA", "on_us": on_us})
            for command in ("read", "check"):
                run = tilmash("--data", self.folder, "qr", command, "-", "--bank", bank, stdin=code)
                self.assertEqual("on us" in run.out, on_us, run.out)
        self.assertEqual(read("https://qr.kaspi.kz/1234")["scheme"], "kz-issuers")

    def test_a_scheme_that_is_known_by_its_beginning(self):
        for text in ("Name=x|PersonalAcc=1", "00020101021132", ""):
            self.assertEqual(errors(read(text, "--scheme", "gost-r-56042")), ["QRC-0113 "])
        self.assertEqual(errors(read("BCD", "--scheme", "ch-qr-bill")), ["QRC-0113 "])

    def test_tags_that_the_dictionary_does_not_have(self):
        run = self.written("emvco-mpm", ["26-00=org.example", "26-01=1", "52=5411", "53=398", "58=KZ", "59=A", "60=B"],
                           "--tag", "70=abc", "--tag", "62-15=Ж")
        self.assertEqual((errors(read(run.out)), run.status), ([], 0), run.err)
        self.assertIn("62051501Ж7003abc6304", run.out)
        for tag, code in (("7=x", "QRC-0506"), ("62-x1=x", "QRC-0506"), ("99-01=x", "QRC-0203"), ("70", "CLI-0061")):
            run = self.written("emvco-mpm", ["26-00=a", "26-01=1", "52=5411", "53=398", "58=KZ", "59=A", "60=B"], "--tag", tag)
            self.assertEqual(run.out, "", tag)
            self.assertIn(code, run.err, tag)

    def test_a_code_without_any_account(self):
        run = self.written("emvco-mpm", ["52=5411", "53=398", "58=KZ", "59=A", "60=B"])
        self.assertIn("QRC-0203", run.err)
        run = self.written("emvco-mpm", ["02=4000123456789", "52=5411", "53=398", "58=KZ", "59=A", "60=B"])
        self.check_status(run, 0)

    def test_a_merchant_instead_of_a_service(self):
        kept = [v for v in ELQR if not v.startswith("32-01")]
        self.check_status(self.written("kg-elqr", kept), 0)
        self.assertIn("QRC-0203", self.written("kg-elqr", [v for v in kept if not v.startswith("33-00")]).err)

    def test_others_are_named(self):
        self.assertEqual(read("BCD\n002\n1\nSCT\n")["scheme"], "epc069-12")
        self.assertEqual(read("SPC\n0200\n1\n")["scheme"], "ch-qr-bill")
        self.assertEqual(errors(read("just text")), ["QRC-0106 "])
        self.assertEqual(errors(read("https://example.org/shop")), ["QRC-0106 "])
        self.assertEqual(errors(read("0" * 9000)), ["QRC-0100 "])

    def test_consumer_presented(self):
        text = (ROOT / "samples/qr/consumer.txt").read_text()
        run = tilmash("qr", "read", "-", stdin=text.encode())
        self.assertIn("emvco-cpm", run.out)
        self.assertIn("999000******7890******************", run.out)  # track 2: never in full for people
        for secret in ("9990001234567890", "SAMPLE"):
            self.assertNotIn(secret, run.out)
        self.assertEqual(tilmash("qr", "check", "-", stdin=text.encode()).status, 0)
        masked = json.dumps(read(text))
        for secret in ("9990001234567890", "SAMPLE", text.strip()):
            self.assertNotIn(secret, masked)
        self.assertIn("999000******7890******************", masked)
        reading = read(text, "--show-data")
        self.assertEqual(bytes.fromhex(reading["payload"]), base64.b64decode(text))
        values = []

        def collect(tags):
            for tag in tags:
                if "tags" in tag:
                    collect(tag["tags"])
                else:
                    values.extend(["--set", f"{tag['path']}={tag['value']}"])

        collect(reading["tags"])
        self.assertEqual(tilmash("qr", "write", "--scheme", "emvco-cpm", *values).out, text)
        broken = tilmash("qr", "check", text[:40])
        self.assertEqual(broken.status, 1)
        self.assertIn("QRC-0103", broken.out)
        for secret in ("9990001234567890", "SAMPLE"):
            self.assertNotIn(secret, tilmash("qr", "check", text.replace("V1", "V9")).out)

    def test_several_at_once(self):
        good, wrong = (ROOT / "samples/qr/elqr.txt").read_text().strip(), "hello"
        run = tilmash("qr", "read", good, wrong, good, "--format", "json")
        self.assertEqual((run.status, [json.loads(line)["scheme"] for line in run.out.splitlines()]), (1, ["kg-elqr", "", "kg-elqr"]))
        self.check_status(tilmash("qr", "check", good, good), 0)

    def test_wording(self):
        self.assertIn("confirm against the operator's specification", tilmash("qr", "read", "--help").out)


class Test_codes_become_requests_to_pay(Case):
    def converted(self, name, text, *ends, scheme="kg-elqr"):
        file = self.folder / f"{name}.txt"
        file.write_text(text, encoding="utf-8")
        out = self.folder / name
        run = convert(f"mappings/qr/{scheme}", str(file), out, "--header", "none", to=ends)
        return run, out

    def test_samples_go_and_come_back(self):
        for scheme, name in (("kg-elqr", "elqr"), ("uz-qr-online", "qr-online"), ("emvco-mpm", "qr-online")):
            layout = f"mappings/qr/{scheme}/layout.toml"
            records = tilmash("decode", "--layout", layout, f"samples/qr/{name}.txt")
            self.check_status(records, 0)
            back = tilmash("encode", "--layout", layout, "-", stdin=records.out.encode())
            self.assertEqual(back.out, (ROOT / f"samples/qr/{name}.txt").read_text(encoding="utf-8"), back.err)

    def test_a_code_with_an_amount_becomes_pain_013(self):
        run, out = self.converted("amount", (ROOT / "samples/qr/elqr.txt").read_text(encoding="utf-8"),
                                  "pain.013.001.11", "canonical/request_to_pay/1")
        self.check_status(run, 0)
        message = out / "pain.013.001.11/0001.xml"
        text = message.read_text(encoding="utf-8")
        self.check_status(tilmash("validate", message), 0)
        self.assertIn('<InstdAmt Ccy="KGS">1250.50</InstdAmt>', text)  # 125050 tyiyn
        self.assertIn("<EndToEndId>INV-0001</EndToEndId>", text)
        self.assertIn("<Ustrd>Счет 15</Ustrd>", text)
        request = json.loads((out / "canonical-request_to_pay-1/0001.json").read_text(encoding="utf-8"))["items"][0]
        self.assertEqual(request["qr"]["text"] + "\n", (ROOT / "samples/qr/elqr.txt").read_text(encoding="utf-8"))
        self.assertEqual(request["qr"]["initiation"], "dynamic")

    def test_a_code_without_an_amount_is_no_message_until_it_has_one(self):
        body = "00020101021132570013qr.example.kg0104100110161299000000000001120211130212520454115303417540105909TEST SHOP"
        code = f"{body}6304{tail(body)}\n"
        run, out = self.converted("none", code, "canonical/request_to_pay/1")
        self.check_status(run, 0)
        request = json.loads((out / "canonical-request_to_pay-1/0001.json").read_text(encoding="utf-8"))["items"][0]
        self.assertEqual(request["amount"], {"currency": "KGS"})
        self.assertEqual(request["creditor"]["account"]["proxy"], {"proprietary": "ELQR", "id": "1299000000000001"})
        self.assertTrue(request["amount_editable"])
        run, out = self.converted("message", code, "pain.013.001.11")
        self.assertEqual(json.loads((out / "rejects.jsonl").read_text())["code"], "EXP-0101")

    def test_a_wrong_code_is_a_reject_with_its_bytes(self):
        good = (ROOT / "samples/qr/elqr.txt").read_text(encoding="utf-8")
        run, out = self.converted("wrong", good + good.replace("INV-0001", "INV-0002") + good, "canonical/request_to_pay/1")
        self.check_status(run, 1)
        reject = json.loads((out / "rejects.jsonl").read_text())
        self.assertEqual((reject["code"], reject["record"], reject["offset"]), ("QRC-0300", 2, len(good.encode())))
        self.assertEqual(bytes.fromhex(reject["raw"]).decode().strip(), good.strip().replace("INV-0001", "INV-0002"))

    def test_amounts_that_can_not_be_counted_are_refused(self):
        layout = "mappings/qr/kg-elqr/layout.toml"
        record = json.loads(tilmash("decode", "--layout", layout, "samples/qr/elqr.txt").out)
        for amount in ("1250.505", "123456789012345678", "-1", "abc", "0.00"):
            record["fields"]["amount_in_tyiyn"] = amount
            run = tilmash("encode", "--layout", layout, "-", stdin=json.dumps(record).encode())
            self.assertEqual((run.status, run.out), (1, ""), amount)
            self.assertIn("amount_in_tyiyn", run.err)

    def test_a_tag_of_nobodys_is_kept_and_written_back(self):
        body = "00020101021140440012qr-online.uz0118SYNTHTOKEN000000010202015204541153038605802UZ5909TEST SHOP6008TASHKENT7003abc"
        records = tilmash("decode", "--layout", "mappings/qr/uz-qr-online/layout.toml", "-",
                          stdin=f"{body}6304{crc(body + '6304')}\n".encode())
        self.assertEqual(json.loads(records.out)["fields"]["other"], [{"path": "70", "value": "abc"}], records.err)
        back = tilmash("encode", "--layout", "mappings/qr/uz-qr-online/layout.toml", "-", stdin=records.out.encode())
        self.assertEqual(back.out, f"{body}6304{crc(body + '6304')}\n", back.err)

    def test_links_of_banks(self):
        self.need(CODES)
        links = json.loads((CODES / "qr-kg__elqr-js/elqr_links.json").read_text(encoding="utf-8"))
        run, out = self.converted("links", "".join(link["link"] + "\n" for link in links), "canonical/request_to_pay/1")
        self.check_status(run, 0)
        for number, link in enumerate(links, 1):
            request = json.loads((out / f"canonical-request_to_pay-1/{number:04}.json").read_text(encoding="utf-8"))["items"][0]
            tyiyn = next((int(tag["value"]) for tag in link["tlv"] if tag["id"] == "54"), 0)
            self.assertEqual(request["amount"].get("value"), f"{tyiyn // 100}.{tyiyn % 100:02}" if tyiyn else None)


if __name__ == "__main__":
    main()
