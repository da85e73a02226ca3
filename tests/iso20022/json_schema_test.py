#!/usr/bin/env python3
"""The exported JSON Schemas: an independent validator takes what `convert --to json` writes, and refuses what is not it."""
import copy
import json

import program
from program import tilmash

MESSAGE = "pacs.008.001.08"


class Suite(program.Case):
    def schema(self, message):
        import jsonschema
        schema = json.loads(tilmash("schema", "export", "--json-schema", message).out)
        jsonschema.Draft202012Validator.check_schema(schema)
        return jsonschema.Draft202012Validator(schema)

    def sample(self, message, *arguments):
        made = tilmash("schema", "sample", message, *arguments)
        self.check_status(made, 0)
        return made.out

    def json_of(self, xml):
        made = tilmash("convert", "-", "--to", "json", stdin=xml.encode())
        self.check_status(made, 0)
        return json.loads(made.out)


class Test_exported_JSON_Schemas_take_what_is_written_and_nothing_else(Suite):
    def test_samples_of_many_messages(self):
        messages = [line.split()[0] for line in tilmash("schema", "list").out.splitlines()]
        for message in {*messages[::24], MESSAGE, "head.001.001.02", "camt.053.001.08", "camt.054.001.02"}:
            validator = self.schema(message)
            for arguments in (["--min"], ["--max"], ["--seed", 1], ["--seed", 2]):
                with self.subTest(f"{message} {arguments}"):
                    document = self.json_of(self.sample(message, *arguments))
                    self.assertEqual([e.message for e in validator.iter_errors(document)][:3], [])

    def test_what_is_not_of_the_form_is_refused(self):
        validator = self.schema(MESSAGE)
        whole = self.json_of(self.sample(MESSAGE, "--min"))
        self.assertTrue(validator.is_valid(whole))
        transaction = ("Document", "FIToFICstmrCdtTrf", "CdtTrfTxInf")

        def broken(change):
            document = copy.deepcopy(whole)
            at = document
            for step in transaction:
                at = at[step]
            change(document, at, at[0])
            return document

        def set_to(path, value):
            def change(_document, _all, first):
                for step in path[:-1]:
                    first = first[step]
                first[path[-1]] = value
            return change

        for change in (lambda d, a, f: d.update(Extra="x"), lambda d, a, f: f.pop("ChrgBr"), lambda d, a, f: a.clear(),
                       lambda d, a, f: d["Document"].update({"@xmlns": "urn:other"}),
                       lambda d, a, f: d["Document"]["FIToFICstmrCdtTrf"].update(CdtTrfTxInf=f),
                       set_to(["ChrgBr"], "OURS"), set_to(["ChrgBr"], ["SLEV"]), set_to(["Unknown"], "x"),
                       set_to(["IntrBkSttlmAmt"], "1.00"), set_to(["IntrBkSttlmAmt", "#text"], 1.5),
                       set_to(["IntrBkSttlmAmt", "#text"], "1.123456"), set_to(["IntrBkSttlmAmt", "#text"], "-1"),
                       set_to(["IntrBkSttlmAmt", "#text"], "1" * 19), set_to(["IntrBkSttlmAmt", "#text"], "1,5"),
                       set_to(["IntrBkSttlmAmt", "#text"], "1" * 16 + ".123"),
                       set_to(["IntrBkSttlmAmt", "@Ccy"], "eur"), set_to(["IntrBkSttlmDt"], "21.11.2026"),
                       set_to(["PmtId", "EndToEndId"], ""), set_to(["PmtId", "EndToEndId"], "x" * 36),
                       set_to(["ChrgsInf"], []), set_to(["SplmtryData"], [{"Envlp": "no markup"}])):
            self.assertFalse(validator.is_valid(broken(change)))
        for change in (set_to(["IntrBkSttlmAmt", "#text"], "1" * 18), set_to(["IntrBkSttlmAmt", "#text"], "0.00001"),
                       set_to(["IntrBkSttlmAmt", "#text"], "1.1000000"), set_to(["IntrBkSttlmAmt", "#text"], "0"),
                       set_to(["PmtId", "EndToEndId"], "Ұ" * 35), set_to(["SplmtryData"], [{"Envlp": {"x:A": "1"}}])):
            self.assertTrue(validator.is_valid(broken(change)))

    def test_patterns_are_anchored_and_choices_are_exclusive(self):
        validator = self.schema("camt.054.001.02")
        whole = self.json_of(self.sample("camt.054.001.02", "--min"))
        notification = whole["Document"]["BkToCstmrDbtCdtNtfctn"]["Ntfctn"][0]
        self.assertTrue(validator.is_valid(whole))
        account = copy.deepcopy(notification["Acct"]["Id"])
        notification["Acct"]["Id"] = {"IBAN": "KZ86125KZT5004100100", "Othr": {"Id": "1"}}
        self.assertFalse(validator.is_valid(whole))
        notification["Acct"]["Id"] = {"IBAN": "KZ86125KZT5004100100 "}
        self.assertFalse(validator.is_valid(whole))
        notification["Acct"]["Id"] = {}
        self.assertFalse(validator.is_valid(whole))
        notification["Acct"]["Id"] = account
        self.assertTrue(validator.is_valid(whole))


if __name__ == "__main__":
    program.main()
