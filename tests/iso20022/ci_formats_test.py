"""`tilmash validate --format sarif` and `junit`: one document for all files, as CI servers read them."""
import json
import xml.etree.ElementTree as ET

import program
from program import tilmash

# The parts of SARIF 2.1.0 that are used, from the standard's text: what must be there, and of which kind.
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
REGION = {"type": "object", "required": ["startLine"], "additionalProperties": False,
          "properties": {"startLine": {"type": "integer", "minimum": 1}, "startColumn": {"type": "integer", "minimum": 1},
                         "byteOffset": {"type": "integer", "minimum": 0}, "byteLength": {"type": "integer", "minimum": 0}}}
LOCATION = {"type": "object", "required": ["physicalLocation"], "properties": {"physicalLocation": {
    "type": "object", "required": ["artifactLocation"], "properties": {
        "artifactLocation": {"type": "object", "required": ["uri"],
                             "properties": {"uri": {"type": "string", "pattern": "^[A-Za-z0-9._~/:%-]+$"}}},
        "region": REGION}}}}
RESULT = {"type": "object", "required": ["ruleId", "level", "message", "locations"], "properties": {
    "level": {"enum": ["none", "note", "warning", "error"]}, "message": TEXT,
    "locations": {"type": "array", "items": LOCATION, "minItems": 1}}}
RULE = {"type": "object", "required": ["id", "shortDescription", "fullDescription", "help"],
        "properties": {"shortDescription": TEXT, "fullDescription": TEXT, "help": TEXT}}
SARIF = {"type": "object", "required": ["version", "$schema", "runs"], "properties": {
    "version": {"const": "2.1.0"},
    "runs": {"type": "array", "minItems": 1, "maxItems": 1, "items": {
        "type": "object", "required": ["tool", "results", "columnKind"], "properties": {
            "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            "tool": {"type": "object", "required": ["driver"], "properties": {"driver": {
                "type": "object", "required": ["name", "version", "rules"],
                "properties": {"rules": {"type": "array", "items": RULE}}}}},
            "results": {"type": "array", "items": RESULT}}}}}}

MESSAGE = "pacs.008.001.08"


def sample(*arguments):
    return tilmash("schema", "sample", MESSAGE, *arguments).out.strip()


class Suite(program.Case):
    def setUp(self):
        good = sample()
        self.bad = good.replace("<MsgId>Sample</MsgId><CreDtTm>", "<MsgId>é<!-- ü --></MsgId><Oops/><CreDtTm>")
        files = {"good one.xml": good, "bad.xml": good + "\n" + self.bad, "head.xml": sample("--invalid", "ISO-0215"),
                 "cut.xml": good[:-1], "empty.xml": ""}
        self.names = [str(self.folder / name) for name in [*files, "absent.xml"]]
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")

    def judged(self, form, *arguments):
        runs = [tilmash("validate", "--format", form, "--jobs", jobs, *arguments, *self.names) for jobs in (1, 2)]
        self.assertEqual(runs[0].out, runs[1].out)
        self.check_status(runs[0], 4)  # one file can't be read
        return runs[0].out


class Test_sarif(Suite):
    def test_results(self):
        import jsonschema
        log = json.loads(self.judged("sarif"))
        jsonschema.validate(log, SARIF)
        run = log["runs"][0]
        rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
        found = [(r["ruleId"], r["level"], r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].rsplit("/")[-1])
                 for r in run["results"]]
        self.assertEqual(found, [("ISO-0202", "error", "bad.xml"), ("ISO-0215", "warning", "head.xml"),
                                 ("ISO-0108", "error", "cut.xml"), ("ISO-0214", "error", "empty.xml"),
                                 ("FIL-0001", "error", "absent.xml")])
        self.assertLessEqual({code for code, _, _ in found}, rules)
        oops = run["results"][0]
        line = self.bad[:self.bad.index("<Oops")]
        self.assertEqual(oops["locations"][0]["physicalLocation"]["region"], {
            "startLine": 2, "startColumn": len(line) + 1,
            "byteOffset": len((sample() + "\n" + line).encode()), "byteLength": len("<Oops")})
        self.assertEqual(oops["locations"][0]["logicalLocations"][0]["fullyQualifiedName"],
                         "/Document/FIToFICstmrCdtTrf/GrpHdr")
        self.assertEqual(oops["properties"], {"iso20022Message": MESSAGE, "expected": "CreDtTm", "found": "Oops"})

    def test_columns_of_a_line_with_many_findings(self):
        items = "".join(f"<a{'é' * i}/>" for i in range(50))
        (self.folder / "many.xml").write_text(self.bad.replace("<Oops/>", items), encoding="utf-8")
        text = self.bad.replace("<Oops/>", items)
        run = tilmash("validate", "--format", "sarif", self.folder / "many.xml")
        places = [r["locations"][0]["physicalLocation"]["region"]["startColumn"]
                  for r in json.loads(run.out)["runs"][0]["results"]]
        self.assertEqual(places, [text.index(f"<a{'é' * i}/>") + 1 for i in range(50)])
        (self.folder / "wide.xml").write_bytes(
            ('<?xml version="1.0" encoding="UTF-16"?>' + self.bad).encode("utf-16"))
        region = json.loads(tilmash("validate", "--format", "sarif", self.folder / "wide.xml").out)["runs"][0]["results"][0][
            "locations"][0]["physicalLocation"]["region"]
        before = '<?xml version="1.0" encoding="UTF-16"?>' + self.bad[:self.bad.index("<Oops")]
        self.assertEqual(region["byteOffset"], len(before.encode("utf-16")))
        self.assertEqual(region["startColumn"], len(before) + 2)  # the byte order mark is a character

    def test_nothing_wrong(self):
        log = json.loads(tilmash("validate", "--format", "sarif", self.names[0]).out)
        self.assertEqual(log["runs"][0]["results"], [])

    def test_usage(self):
        self.check_status(tilmash("validate", "--format", "sarif", "--with", "libxml2", self.names[0]), 2)


class Test_junit(Suite):
    def test_cases(self):
        suites = ET.fromstring(self.judged("junit"))
        suite, = suites
        cases = list(suite)
        self.assertEqual((suites.tag, suite.tag, {case.tag for case in cases}), ("testsuites", "testsuite", {"testcase"}))
        told = [(case.get("classname").rsplit("/")[-1], case.get("name"), case.find("failure")) for case in cases]
        self.assertEqual([(file, name, None if failure is None else failure.get("type")) for file, name, failure in told], [
            ("good one.xml", MESSAGE + ", line 1", None), ("bad.xml", MESSAGE + ", line 1", None),
            ("bad.xml", MESSAGE + ", line 2", "ISO-0202"), ("head.xml", "head.001.001.02, line 1", None),
            ("head.xml", MESSAGE + ", line 1", None), ("cut.xml", MESSAGE + ", line 1", "ISO-0108"),
            ("empty.xml", "outside of any message, line 1", "ISO-0214"),
            ("absent.xml", "outside of any message", "FIL-0001")])
        for attributes in (suites.attrib, suite.attrib):
            self.assertEqual((attributes["tests"], attributes["failures"], attributes["errors"]), ("8", "4", "0"))
        self.assertEqual(told[2][2].get("message"), "element Oops is not known here; expected: CreDtTm; found: Oops")
        self.assertIn("bad.xml:2:", told[2][2].text)
        self.assertIn("warning[ISO-0215]", cases[4].find("system-out").text)

    def test_values_are_masked_unless_asked_for(self):
        (self.folder / "value.xml").write_text(sample().replace("<MsgId>Sample", "<MsgId>" + "Secret&amp;1&lt;" * 9))
        arguments = ("validate", "--format", "junit", self.folder / "value.xml")
        self.assertNotIn("Secret", tilmash(*arguments).out)
        shown = ET.fromstring(tilmash(*arguments, "--show-data").out)
        self.assertIn("Secret&1<Secret", shown[0][0][0].text)


if __name__ == "__main__":
    program.main()
