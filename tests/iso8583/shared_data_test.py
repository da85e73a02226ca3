"""Messages of six other projects (../shared/legacy/iso8583) read and written with specifications made from theirs.

Each suite prints a row: messages tried and decoded, values compared and equal, messages written back byte for byte,
inputs that must fail and do. Nothing of the data is kept here but codes and places of errors.
"""
import json
import re
import subprocess

from program import SHARED, TILMASH, Case, main, tilmash

DATA = SHARED / "legacy/iso8583"


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def row(**keys):
    """An inline table of TOML."""
    def value(v):
        if isinstance(v, dict):
            return "{ " + ", ".join(f"{quoted(k)} = {value(x)}" for k, x in v.items()) + " }"
        return {True: "true", False: "false"}[v] if isinstance(v, bool) else str(v) if isinstance(v, int) else quoted(v)
    return value(keys)


def spec(fields, head="", body=""):
    """A layout of fields alone, named f2, f3 …; a field is the keys of its row."""
    rows = "\n".join(f"{number} = {row(name=f'f{number}', **keys)}" for number, keys in fields.items())
    return f'name = "test"\nformat = "iso8583"\n{head}\n[fields]\n{rows}\n{body}\n'


class Shared(Case):
    def setUp(self):
        self.need(DATA)
        self.counts = dict.fromkeys(("messages", "decoded", "values", "equal", "identical", "must fail", "failed"), 0)
        self.exceptions = []

    def tearDown(self):
        if any(self.counts.values()):
            print(f"{self.id().split('.')[1][5:]}: " + ", ".join(f"{n} {what}" for what, n in self.counts.items()) +
                  "".join(f"\n    exception: {each}" for each in self.exceptions), flush=True)

    def decode(self, layout, message):
        """The fields of the one message in these bytes, or its reject."""
        layout_file, input_file = self.folder / "layout.toml", self.folder / "message.dat"
        rejects = self.folder / "rejects.jsonl"
        layout_file.write_text(layout, encoding="utf-8")
        input_file.write_bytes(message)
        run = tilmash("decode", "--layout", layout_file, "--rejects", rejects, input_file)
        self.assertIn(run.status, (0, 1), run.out + run.err)
        if run.status == 0:
            lines = run.out.splitlines()
            self.assertEqual(len(lines), 1, run.out)
            return json.loads(lines[0])["fields"], None
        return None, json.loads(rejects.read_text(encoding="utf-8").splitlines()[0])

    def encode(self, layout, fields):
        records = self.folder / "records.jsonl"
        records.write_text(json.dumps({"type": "message", "fields": fields}), encoding="utf-8")
        made = subprocess.run([TILMASH, "encode", "--layout", str(self.folder / "layout.toml"), str(records)],
                              capture_output=True, timeout=60, check=False)
        self.assertEqual(made.returncode, 0, made.stderr.decode())
        return made.stdout

    def good(self, layout, message, expected=None):
        """Decodes, compares each value of `expected` (field number or name to text), writes back."""
        self.counts["messages"] += 1
        fields, reject = self.decode(layout, message)
        self.assertIsNone(reject, reject)
        self.counts["decoded"] += 1
        for key, value in (expected or {}).items():
            name = "mti" if key in ("0", "t") else f"f{key}" if re.fullmatch(r"[\d.]+", key) else key
            self.counts["values"] += 1
            found = fields
            for step in name.split("."):
                found = found.get(step if step in found else f"f{step}") if isinstance(found, dict) else None
            self.assertEqual(found, value, f"{key}: {fields}")
            self.counts["equal"] += 1
        if expected:
            self.assertEqual({k for k in fields if k[0] == "f"}, {f"f{k.split('.')[0]}" for k in expected if k[0].isdigit()
                                                                  and k != "0"})
        self.assertEqual(self.encode(layout, fields).hex(), message.hex())
        self.counts["identical"] += 1
        return fields

    def bad(self, layout, message, code, offset, path):
        self.counts["must fail"] += 1
        fields, reject = self.decode(layout, message)
        self.assertIsNone(fields, fields)
        self.assertEqual((reject["code"], reject["offset"], reject.get("path")), (code, offset, path), reject)
        self.assertEqual(bytes.fromhex(reject["raw"]), message)
        self.counts["failed"] += 1


class Test_moov_message_pairs(Shared):
    def test(self):
        pairs = {p["id"]: p for p in json.loads((DATA / "moov-io__iso8583/message_pairs.json").read_text())}
        part = {"1": {"name": "f1", "type": "n2"}, "2": {"name": "f2", "type": "n2"}, "3": {"name": "f3", "type": "n2"}}

        pair = pairs["ascii-basic"]
        layout = spec({2: {"type": "n..19"}, 3: {"type": "n6", "content": "positional", "elements": part},
                       4: {"type": "n12", "value": "integer"}})
        expected = {k: v for k, v in pair["fields"].items() if k != "3"}
        self.good(layout, bytes.fromhex(pair["hex"]), expected)

        pair = pairs["ascii-secondary-bitmap"]
        self.good(spec({130: {"type": "n1"}}, "bitmap = { count = 3 }"), bytes.fromhex(pair["hex"]), pair["fields"])

        pair = pairs["mixed-ascii-bcd-binary-emv"]
        number = {"value": "integer"}
        packed = {"type": "n3", "encoding": "bcd"}
        tags = {tag: {"name": tag, "type": kind} for tag, kind in (("9A", "n6"), ("9F02", "n12"))}  # in ASCII
        layout = spec({2: {"type": "n..19"}, 3: {"type": "n6"}, 4: {"type": "n12", **number}, 7: {"type": "n10", **number},
                       11: {"type": "n6", **number}, 12: {"type": "n6"}, 13: {"type": "n4", **number}, 14: {"type": "n4"},
                       19: packed, 22: {"type": "n3"}, 25: {"type": "n2", **number}, 32: {"type": "n..11"},
                       35: {"type": "z..37"}, 37: {"type": "ans12"}, 41: {"type": "ans8"}, 42: {"type": "ans15"},
                       43: {"type": "ans40", "align": "right"}, 49: {**packed, "align": "left"}, 52: {"type": "b8"},
                       53: {"type": "n16"}, 55: {"type": "b...255", "content": "ber", "elements": tags},
                       120: {"type": "ans...999"}}, 'bitmap = { encoding = "binary" }')
        self.good(layout, bytes.fromhex(pair["hex"]), pair["fields"])

        layout = spec({2: {"type": "n..19"}, 3: {"type": "n6", "content": "positional", "elements": part}},
                      'bitmap = { encoding = "binary" }')
        self.bad(layout, bytes.fromhex(pairs["error-subfield-1"]["hex"]), "CRD-0203", 33, "message.f3.f2")
        inner = {"1": {"name": "f1", "type": "n4"}, "2": {"name": "f2", "type": "n6"}}
        part = {"1": part["1"], "2": {"name": "f2", "type": "n10", "content": "positional", "elements": inner}, "3": part["3"]}
        layout = spec({2: {"type": "n..19"}, 3: {"type": "ans..14", "content": "positional", "elements": part}},
                      'bitmap = { encoding = "binary" }')
        self.bad(layout, bytes.fromhex(pairs["error-subfield-2"]["hex"]), "CRD-0203", 43, "message.f3.f2.f2")


def moov_type(describe):
    """"n..19", "x+n 8", "n 6; hhmmss", "b 64" as rows of ours. b counts bits there, x+n its sign."""
    kind, _, pattern = describe.partition("; ")
    charset, dots, length = re.fullmatch(r"(\S*?[a-z]) ?(\.*)(\d+)", kind).groups()
    charset = charset + "p" if charset == "an" else charset  # their data has blanks there
    length = int(length) // 8 if charset == "b" else int(length) - 1 if charset == "x+n" else int(length)
    keys = {"type": f"{charset}{dots}{max(length, 1)}"}
    return {**keys, "pattern": pattern} if pattern else keys


class Test_moov_test_files(Shared):
    FOLDER = DATA / "moov-io__iso8583/testdata"

    def layout(self, changed=None, head="", body=""):
        text = (self.FOLDER / "specification_ver_1987.json").read_bytes().decode("cp1252")
        elements = json.loads(text)["elements"]
        fields = {int(n): moov_type(e["Describe"]) for n, e in sorted(elements.items(), key=lambda e: int(e[0]))
                  if n not in ("1", "65")}
        for number, keys in (changed or {}).items():
            fields[number] = {**fields[number], **keys}
        return spec(fields, head, body + '\n[types]\ntext = { pad = "" }')

    def file(self, name):
        return (self.FOLDER / name).read_bytes()

    def test(self):
        expected = json.loads(self.file("iso_reversal_message.json"))
        values = {"0": expected["mti"], **{k: v for k, v in expected["elements"].items() if k != "1"}}
        self.good(self.layout(), self.file("iso_reversal_message.dat"), values)
        for name in ("financial_transaction_message", "financial_transaction_message_response", "iso_reversal_message_advice",
                     "iso_reversal_message_response", "iso_reversal_repeat_message", "iso_reversal_repeat_message_response",
                     "network_management_message", "network_management_message_response",
                     "message_with_indicate_numeric"):
            with self.subTest(name):
                self.good(self.layout(), self.file(name + ".dat"))

        ebcdic = {"encoding": "text", "code_page": "cp037"}
        for name, changed in {
            "message_with_character_ebcdic_encoding": {42: ebcdic},
            "message_with_hex_bcd": {48: {"prefix": {"encoding": "bcd", "size": 3, "align": "left"}}},
            "message_with_hex_rbcd": {48: {"prefix": {"encoding": "bcd", "size": 3}}},
            "message_with_hex_length": {32: {"prefix": {"encoding": "hex", "size": 1}}},
            "message_with_number_bcd_encoding": {n: {"encoding": "bcd"} for n in (7, 11, 12)},
            # Letters C6 are F in EBCDIC, with digits of the length before them in ASCII.
            "network_management_message_with_track": {35: {"content": "positional", "elements": {
                "1": {"name": "data", "type": "z3", **ebcdic}}}},
        }.items():
            with self.subTest(name):
                self.good(self.layout(changed), self.file(name + ".dat"))

    def test_must_fail(self):
        advice = [2, 3, 4, 7, 11, 12, 25, 32]
        rule = f'[[message]]\nmti = "0420"\nrequired = {advice}\noptional = {advice}'
        ebcdic = {35: {"content": "positional", "elements": {"1": {"name": "data", "type": "z3", "code_page": "cp037"}}}}
        for name, layout, code, offset, path in (
            ("error_message", self.layout(), "CRD-0200", 182, "message.f55"),
            ("iso_reversal_message_error_date", self.layout(), "CRD-0208", 97, "message.f13"),
            ("iso_reversal_message_advice_missing_field", self.layout(body=rule), "CRD-0213", 0, "message.f32"),
            ("iso_reversal_message_advice_unexpected_field", self.layout(body=rule), "CRD-0214", 62, "message.f13"),
            ("message_with_error_indicate_numeric", self.layout(), "CRD-0207", 66, "message.f28"),
            ("network_management_message_with_error_track", self.layout(ebcdic), "CRD-0203", 68, "message.f35.data"),
        ):
            with self.subTest(name):
                self.bad(layout, self.file(name + ".dat"), code, offset, path)


class Test_moov_primitives(Shared):
    """Tables of single lengths, headers and packed values, put into messages of one field."""
    FOLDER = DATA / "moov-io__iso8583"
    HEAD = 'mti = { encoding = "bcd" }\nbitmap = { encoding = "binary" }\n'
    START = bytes.fromhex("02004000000000000000")  # MTI and bitmap of field 2

    def rows(self, name):
        lines = (self.FOLDER / name).read_text(encoding="utf-8").splitlines()
        return [dict(zip(lines[0].split("\t"), line.split("\t"))) for line in lines[1:]]

    def refused(self, layout, fields, code):
        self.counts["must fail"] += 1
        (self.folder / "layout.toml").write_text(layout, encoding="utf-8")
        (self.folder / "records.jsonl").write_text(json.dumps({"type": "message", "fields": fields}), encoding="utf-8")
        run = tilmash("encode", "--layout", self.folder / "layout.toml", self.folder / "records.jsonl")
        self.assertEqual(run.status, 1, run.out)
        self.assertIn(code, run.err)
        self.counts["failed"] += 1

    def test_length_prefixes(self):
        for row in self.rows("length_prefixes.tsv"):
            most, length = (int(n) for n in re.findall(r"\d+", row["args"]))
            size = int(row["digits"]) * (2 if row["kind"] == "hex" else 1)
            prefix = {"encoding": row["kind"], "size": size}
            with self.subTest(row["case"]):
                if most > 65535:
                    self.exceptions.append(f"a field of {length} bytes: at most 65535 here")
                    continue
                layout = spec({2: {"type": f"ans..{most}", "prefix": prefix}}, self.HEAD)
                if row["error"] == "true":
                    self.refused(layout, {"mti": "0200", "f2": "A" * length}, "CRD-0400")
                    continue
                want = row["want"]
                stated = want[want.index('"') + 1:-2].encode() if '"' in want else \
                    bytes(int(x, 16) for x in re.findall(r"0x(\w\w)", want))
                self.good(layout, self.START + stated + b"A" * length, {"2": "A" * length})

    def test_network_headers(self):
        frames = {"4 ASCII digits": '{ length = { size = 4 } }', "2 bytes BCD": '{ length = { encoding = "bcd", size = 4 } }',
                  "2 bytes big-endian binary": '{ length = { encoding = "binary" } }',
                  "VML": '{ length = { encoding = "binary" }, counts = "message", max = 9999, '
                         'header = [ { name = "vml", type = "b2" } ] }'}
        for row in self.rows("network_headers.tsv"):
            frame = next(f for name, f in frames.items() if row["header"].startswith(name))
            layout = spec({2: {"type": "ans..999", "prefix": {"encoding": "binary", "size": 2}}},
                          f"frame = {frame}\n{self.HEAD}")
            header = bytes.fromhex(row["bytes_hex"])
            with self.subTest(row["header"]):
                if row["length"] == "ERROR":
                    self.bad(layout, header, "CRD-0301" if "too long" in row["header"] else "CRD-0302", 0, None)
                    continue
                rest = int(row["length"]) - 12
                self.good(layout, header + self.START + rest.to_bytes(2, "big") + b"A" * rest, {"2": "A" * rest})

    def test_codecs(self):
        for row in self.rows("codecs.tsv"):
            digits = bytes.fromhex(row["output_hex" if row["op"] == "Decode" else "input_hex"]).decode()
            packed = bytes.fromhex(row["input_hex" if row["op"] == "Decode" else "output_hex"])[:(len(digits) + 1) // 2]
            layout = spec({2: {"type": f"n{len(digits)}", "encoding": "bcd",
                               "align": "left" if row["codec"] == "LBCD" else "right"}}, self.HEAD)
            with self.subTest(row):
                if len(digits) % 2 and row["codec"] == "BCD" and packed[0] >> 4:
                    self.exceptions.append("BCD 1230 with three digits: the 1 would be lost, so it is refused (CRD-0206)")
                    self.bad(layout, self.START + packed, "CRD-0206", 10, "message.f2")
                    continue
                self.good(layout, self.START + packed, {"2": digits})

    def test_emv(self):
        document = json.loads((self.FOLDER / "emv_field55.json").read_text(encoding="utf-8"))
        content = bytes.fromhex(document["hex"])
        layout = 'name = "x"\nformat = "iso8583"\nspec = ["1987", "emv"]\n'
        message = b"02000000000000000200" + b"%03d" % len(content) + content
        fields = self.good(layout, message)["icc_data"]
        names = {"4F": "application_id", "5F2A": "currency_transaction", "5F2D": "language_preference",
                 "82": "interchange_profile", "95": "terminal_verification", "9A": "date_transaction",
                 "9C": "transaction_type", "9F02": "amount_authorised"}
        self.assertEqual(set(names), set(document["expected"]))
        for tag, value in document["expected"].items():
            self.counts["values"] += 1
            expected = {"5F2A": value[1:], "5F2D": bytes.fromhex(value).decode() if tag == "5F2D" else "",
                        "9F02": value.split()[0]}.get(tag, value)
            self.assertEqual(fields[names[tag]], expected)
            self.counts["equal"] += 1


class Test_DFDL(Shared):
    """Names, numbers and values of the infosets; both forms of each message."""
    FOLDER = DATA / "DFDLSchemas__ISO8583/1987"
    INTEGERS = (4, 5, 6, 8, 28, 29, 30, 31)

    def layout(self, encoding):
        text = {n: {"name": f"f{n}"} for n in range(2, 129)}
        for n in self.INTEGERS:
            text[n]["value"] = "integer"
        text[27]["type"], text[93]["type"] = "n1", "an5"
        text.update({n: {"name": f"f{n}", "type": "x+n7"} for n in (28, 29, 30, 31)})  # the sign counted
        text[97]["type"] = "n16"
        text[97]["value"] = "digits"
        for n in list(range(74, 90)):
            text[n]["value"] = "digits"
        text[65] = {"name": "f65", "type": "b8"}  # the bitmap of no more fields
        rows = "\n".join(f"{n} = {row(**keys)}" for n, keys in text.items())
        return (f'name = "test"\nformat = "iso8583"\nspec = "1987"\nbitmap = {{ encoding = "{encoding}" }}\n'
                f'[types]\ntext = {{ pad = "" }}\n[fields]\n{rows}\n')

    def expected(self, name):
        document = json.loads((self.FOLDER / name).read_text())
        values = {}
        for key, value in document["elements"].items():
            if "_" not in key or key.startswith(("MTI_", "Bits")):
                continue
            number = int(key.rsplit("_", 1)[1])
            if re.fullmatch(r"\d\d:\d\d:\d\d\..*", value):  # an xs:time
                value = value[:8].replace(":", "")
            elif match := re.fullmatch(r"20(\d\d)-(\d\d)-(\d\d)\+00:00", value):  # an xs:date
                value = "".join(match.groups())
            elif number in (28, 29, 30, 31):
                value = str(int(value.removeprefix("C")))
            elif number in (64, 96, 128):
                value = value.upper()
            values[str(number)] = value
        mti = "".join(document["elements"][f"MTI_{part}"] for part in ("Version", "MessageClass", "MessageFunction",
                                                                      "MessageOrigin"))
        return {"0": mti, **values}

    def test(self):
        for number in (1, 2, 3):
            for form, encoding in (("", "binary"), ("_Unpacked", "hex")):
                stem = f"ISO8583_1987_Test_Data_{number}{form}"
                with self.subTest(stem):
                    fields = self.good(self.layout(encoding), (self.FOLDER / f"{stem}.txt").read_bytes(),
                                       self.expected(f"{stem}.expected.json"))
                    if form:
                        self.assertEqual(fields, packed)
                    packed = fields


class Test_pyiso8583(Shared):
    FOLDER = DATA / "knovichikhin__pyiso8583"

    def layout(self, profile):
        """Their profile in our words; fields 2 to 128 are text of a length but for what is packed."""
        fields = {}
        for key, element in profile.items():
            if not key.isdigit() or key in ("1",):
                continue
            length = element["max_len"]
            dots = element["len_type"] if element["len_enc"] != "bcd" else 2 * element["len_type"]
            keys = {"type": f"ans{'.' * dots}{length}"}
            if element["data_enc"] == "b":
                digits = length if element.get("len_count") == "nibbles" else 2 * length
                keys = {"type": f"n{'.' * dots}{digits}", "encoding": "bcd", "pad": element.get("left_pad", "0")}
            if element["len_enc"] == "bcd":
                keys["prefix"] = {"encoding": "bcd"}
            fields[int(key)] = keys
        ebcdic = profile["3"]["data_enc"] == "cp500"
        head = ('code_page = "cp500"\n' if ebcdic else "") + \
            f'bitmap = {{ encoding = "{"binary" if profile["p"]["data_enc"] == "b" else "hex"}" }}\n' + \
            ('mti = { encoding = "bcd" }\n' if profile["t"]["data_enc"] == "b" else "")
        return spec(fields, head, '[types]\ntext = { pad = "" }')

    def test(self):
        profiles = json.loads((self.FOLDER / "profiles.json").read_text())
        layouts = {name: self.layout(profile) for name, profile in profiles.items()}
        documents = {}
        for pair in json.loads((self.FOLDER / "packed_pairs.json").read_text())["pairs"]:
            with self.subTest(pair["id"]):
                self.good(layouts[pair["profile"]], bytes.fromhex(pair["hex"]), pair["fields"])
                documents.setdefault(pair["id"].split("/")[0], pair["fields"])
        self.exceptions.append(f"24 pairs are announced, the file has {self.counts['messages']}")
        # Each document in each profile, there and back.
        for name, values in documents.items():
            for profile, layout in layouts.items():
                with self.subTest(f"{name} in {profile}"):
                    (self.folder / "layout.toml").write_text(layout, encoding="utf-8")
                    fields = {"mti": values["0"], **{f"f{k}": v for k, v in values.items() if k != "0"}}
                    message = self.encode(layout, fields)
                    self.assertEqual(self.decode(layout, message), (fields, None))

    def test_our_own_profiles(self):
        """The same bytes with the specifications that ship, where those agree with the library's."""
        pairs = json.loads((self.FOLDER / "packed_pairs.json").read_text())["pairs"]
        for pair in pairs:
            base = {"ascii_hexbitmap": "1987", "ebcdic_cp500_hexbitmap": "1987-ebcdic"}.get(pair["profile"])
            if base is None:
                continue
            layout = f'name = "x"\nformat = "iso8583"\nspec = "{base}"\n[fields]\n52 = {{ encoding = "hex" }}\n'
            with self.subTest(pair["id"]):
                self.good(layout, bytes.fromhex(pair["hex"]))


class Test_ballerina_framings(Shared):
    def test(self):
        document = json.loads((DATA / "ballerina-platform__module-ballerinax-financial.iso8583/framing.json").read_text())
        names = {"MTI": "mti", "SystemsTraceAuditNumber": "stan", "CardAcceptorTerminalIdentification": "terminal_id",
                 "ProcessingCode": "processing_code", "PrimaryAccountNumber": "pan",
                 "CardAcceptorNameLocation": "card_acceptor_name_location", "TimeLocalTransaction": "time_local",
                 "AcquiringInstitutionIdentificationCode": "acquirer_id", "DateLocalTransaction": "date_local",
                 "DateAndTimeTransmission": "transmission_date_time", "RetrievalReferenceNumber": "retrieval_reference",
                 "CurrencyCodeTransaction": "currency_transaction", "PointOfServiceConditionCode": "pos_condition_code",
                 "DateSettlement": "date_settlement", "DateCapture": "date_capture", "MerchantType": "merchant_type",
                 "PointOfServiceEntryMode": "pos_entry_mode", "AccountIdentification1": "account_1",
                 "AccountIdentification2": "account_2"}
        expected = {names[k]: v for k, v in document["fields"].items() if k in names}
        expected["amount_transaction"] = document["fields"]["AmountTransaction"].lstrip("0")
        base = 'name = "x"\nformat = "iso8583"\nspec = "1987"\n'

        def check(fields):
            self.assertEqual({k: v for k, v in fields.items() if k in expected}, expected)
            self.counts["values"] += len(expected)
            self.counts["equal"] += len(expected)

        check(self.good(base, document["message"].encode()))
        self.bad(base, document["wrong_bitmap_message"].encode(), *self.WRONG)
        frames = {frame["name"]: bytes.fromhex(frame["hex"]) for frame in document["frames"]}
        start = "BYTE_STREAM_WITHOUT_CUSTOM_HEADER_AND_"
        forms = {
            "BYTE_STREAM_WITH_CUSTOM_HEADER_AND_WITH_NON_ASCII_LENGTH":
                '{ length = { encoding = "binary", size = 4 }, '
                'header = [ { name = "text", type = "ans12", const = "iso8583:1987" } ] }',
            start + "WITH_NON_ASCII_LENGTH": '{ length = { encoding = "binary", size = 4 } }',
            start + "WITH_NON_ASCII_LENGTH_WITH_MTI_LENGTH_3": '{ length = { encoding = "binary", size = 4 } }',
            start + "WITH_NON_ASCII_LENGTH_3": '{ length = { encoding = "binary", size = 3 } }',
            start + "WITH_ASCII_LENGTH": '{ length = { encoding = "text", size = 4 } }',
            start + "WITH_ASCII_LENGTH_3": '{ length = { encoding = "text", size = 3 } }',
            start + "WITHOUT_LENGTH_HEADER": "{}",
        }
        self.assertEqual(set(forms), set(frames))
        for name, frame in forms.items():
            mti = '[mti]\ntype = "n3"\n' if frames[name].find(b"\xf2\x3a") < 4 + 4 and b"0200" not in frames[name][:9] else ""
            with self.subTest(name):
                check(self.good(f'{base}frame = {frame}\nbitmap = {{ encoding = "binary" }}\n{mti}', frames[name]))

    WRONG = ("CRD-0208", 82, "message.time_local")


class Test_j8583(Shared):
    FOLDER = DATA / "sylvaingir__j8583"

    def layout(self, head="", packed=False):
        fields = json.loads((self.FOLDER / "parse1.spec.json").read_text())["fields"]
        types = {"AMOUNT": "n12", "DATE10": "n10", "DATE4": "n4", "TIME": "n6", "DATE_EXP": "n4", "LLVAR": "ans..99",
                 "LLLVAR": "ans...999"}
        made = {}
        for number, kind in fields.items():
            word, _, length = kind.partition(" ")
            made[int(number)] = {"type": types.get(word) or f"{'n' if word == 'NUMERIC' else 'ans'}{length}"}
            if packed and made[int(number)]["type"][0] == "n":
                made[int(number)]["encoding"] = "bcd"
            if packed and "." in made[int(number)]["type"]:
                made[int(number)]["prefix"] = {"encoding": "bcd"}
        return spec(made, head, '[types]\ntext = { pad = "" }')

    def test(self):
        head = ('code_page = "utf-8"\nframe = { end = "\\n", header = [ { name = "text", type = "ans12", '
                'const = "ISO025000055" } ] }')
        # The file ends with an empty line, which is no message.
        message = (self.FOLDER / "parse1.txt").read_bytes().removesuffix(b"\n")
        fields = self.good(self.layout(head), message)
        self.assertEqual(fields["f43"].split()[-1], "MX")
        self.assertEqual(len(fields["f43"]), 40)

    def test_must_fail(self):
        rows = [line.split("\t") for line in (self.FOLDER / "must_fail.tsv").read_text().splitlines()[1:]]
        self.assertEqual(set(self.PLACES), {r[0] for r in rows})
        for name, _, binary, message, _ in rows:
            head = 'bitmap = { encoding = "binary" }\nmti = { encoding = "bcd" }' if binary == "yes" else ""
            with self.subTest(name):
                self.bad(self.layout(head, binary == "yes"), bytes.fromhex(message), *self.PLACES[name])

    PLACES = {
        "testShortSecondaryBitmap": ("CRD-0200", 20, "message"),
        "testShortSecondaryBitmapBin": ("CRD-0200", 10, "message"),
        "testNoFields": ("CRD-0200", 36, "message.f3"),
        "testNoFieldsBin": ("CRD-0200", 18, "message.f3"),
        "testIncompleteFixedField": ("CRD-0200", 36, "message.f3"),
        "testIncompleteFixedFieldBin": ("CRD-0200", 18, "message.f3"),
        "testIncompleteVarFieldHeader": ("CRD-0200", 88, "message.f32"),
        "testIncompleteVarFieldHeaderBin": ("CRD-0200", 44, "message.f32"),
        "testIncompleteVarFieldData": ("CRD-0200", 88, "message.f32"),
        "testIncompleteVarFieldDataBin": ("CRD-0200", 44, "message.f32"),
    }


class Test_nao1215(Shared):
    def test(self):
        folder = DATA / "nao1215__iso8583tool"
        document = json.loads((folder / "0800-network-echo.json").read_text())
        text = (folder / "0800-network-echo.hex").read_text().strip()
        # Two bitmaps without bit 1 to say so.
        fields = self.good('name = "x"\nformat = "iso8583"\nspec = "1987"\nbitmap = { always = 2, announced = false }\n',
                           bytes.fromhex(text))
        names = {"7": "transmission_date_time", "11": "stan", "41": "terminal_id", "70": "network_management_code"}
        self.assertEqual(fields, {"mti": document["mti"], **{names[k]: v for k, v in document["fields"].items()}})
        self.counts["values"] += len(fields)
        self.counts["equal"] += len(fields)


if __name__ == "__main__":
    main()
