"""`tilmash convert` without a mapping: messages from XML to JSON and back, files and streams, clean or not at all."""
import json
import os
import subprocess

from program import ROOT, TILMASH, Case, json_lines, main, tilmash, tree

MIXED = "samples/demo-kz/status/mixed.xml"
HEAD = ('<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><Fr><FIId><FinInstnId><BICFI>AAAAKZKA</BICFI>'
        '</FinInstnId></FIId></Fr><To><FIId><FinInstnId><BICFI>BBBBKZKA</BICFI></FinInstnId></FIId></To>'
        '<BizMsgIdr>1</BizMsgIdr><MsgDefIdr>pacs.002.001.10</MsgDefIdr><CreDt>2026-11-21T09:30:00Z</CreDt></AppHdr>')


def compact(name):
    """The message as the writer spells it."""
    return tilmash("convert", name, "--to", "xml", "--quiet").out


class Test_to_json_and_back(Case):
    def test_streams(self):
        there = tilmash("convert", MIXED, "--to", "json")
        self.check_status(there, 0)
        self.assertIn("left out: 690 bytes of white space between elements", there.err)
        document = json.loads(there.out)
        self.assertEqual(list(document), ["Document"])
        self.assertIsInstance(document["Document"]["FIToFIPmtStsRpt"]["TxInfAndSts"], list)
        back = tilmash("convert", "-", "--to", "xml", "--quiet", stdin=there.out.encode())
        self.check_status(back, 0)
        self.assertEqual(back.out, compact(MIXED))
        self.assertEqual(back.err, "")
        named = tilmash("convert", "-", "--to", "pacs.002.001.10", "--out", "-", stdin=there.out.encode())
        self.assertEqual(named.out, back.out)

    def test_envelope_with_header_and_folder(self):
        message = compact(MIXED).strip()
        source = self.folder / "envelope.xml"
        source.write_text(f"<?xml version='1.0'?>\n<Env xmlns='urn:e' by='me'><!-- one -->{HEAD}{message}</Env>")
        out = self.folder / "out"
        run = tilmash("convert", source, "--to", "json", "--out", out)
        self.check_status(run, 0)
        self.assertEqual(sorted(tree(out)), ["json/0001.head.json", "json/0001.json", "report.json"])
        report = json.loads((out / "report.json").read_text())
        self.check_schema(report, "schemas/reports/recode.schema.json")
        self.assertEqual(report["messages"], {"head.001.001.02": 1, "pacs.002.001.10": 1})
        self.assertEqual(report["dropped"], {"comments": 1, "processing_instructions": 0, "blank_bytes": 0,
                                             "schema_attributes": 0, "envelope_elements": 1, "envelope_text_bytes": 0})
        again = tilmash("convert", source, "--to", "json", "--out", out)
        self.check_status(again, 4)  # the folder is there
        bundle = self.folder / "bundle"
        self.check_status(tilmash("convert", source, "--to", "json", "--out", bundle, "--shape", "bundle"), 0)
        lines = json_lines(bundle / "json.jsonl")
        self.assertEqual([list(line)[0] for line in lines], ["AppHdr", "Document"])
        back = tilmash("convert", bundle / "json.jsonl", "--to", "xml", "--quiet")
        self.assertEqual(back.out, HEAD + "\n" + message + "\n")

    def test_other_encodings(self):
        text = '<?xml version="1.0" encoding="{}"?>' + compact(MIXED).replace("<OrgnlInstrId>", "<OrgnlInstrId>\u00e9", 1)
        plain = tilmash("convert", "-", "--to", "json", "--quiet", stdin=text.format("UTF-8").encode())
        self.check_status(plain, 0)
        for encoding, name in (("utf-16", "UTF-16"), ("utf-16-le", "UTF-16LE"), ("latin-1", "ISO-8859-1")):
            run = tilmash("convert", "-", "--to", "json", "--quiet", stdin=text.format(name).encode(encoding, "xmlcharrefreplace"))
            self.check_status(run, 0)
            self.assertEqual(run.out, plain.out)

    def test_nothing_comes_of_an_input_with_a_bad_message(self):
        message = compact(MIXED).strip()
        bad = message.replace("<TxSts>ACSC</TxSts>", "<TxSts>TOOLONG</TxSts>", 1)
        source = self.folder / "bad.xml"
        source.write_text(message + "\n" + bad)
        for arguments in ([], ["--out", self.folder / "none"]):
            run = tilmash("convert", source, "--to", "json", *arguments)
            self.check_status(run, 1)
            self.assertEqual(run.out, "")
            self.assertIn("ISO-0302", run.err)
            self.assertIn("bad.xml:2:", run.err)
        self.assertFalse((self.folder / "none").exists())

    def test_json_findings_have_their_place(self):
        text = tilmash("convert", MIXED, "--to", "json", "--quiet").out
        wrong = text.replace('"TxSts":"ACSC"', '\n"TxSts":7', 1)
        run = tilmash("convert", "-", "--to", "xml", stdin=wrong.encode())
        self.check_status(run, 1)
        self.assertEqual(run.out, "")
        self.assertIn("error[ISO-0503]", run.err)
        self.assertIn(":2:1, /Document/FIToFIPmtStsRpt/TxInfAndSts[1]/TxSts", run.err)

    def test_usage(self):
        self.check_status(tilmash("convert", MIXED, "--to", "partner/v1"), 2)
        self.check_status(tilmash("convert", MIXED, "--to", "json", "--to", "xml"), 2)
        self.check_status(tilmash("convert", MIXED, "--to", "json", "--as-of", "2026-11-21T09:30:00Z"), 2)
        other = tilmash("convert", MIXED, "--to", "pacs.008.001.08")
        self.check_status(other, 1)
        self.assertIn("PIP-0013", other.err)
        empty = tilmash("convert", "-", "--to", "json", stdin=b"{} ")
        self.check_status(empty, 1)


class Test_a_large_statement_to_json_takes_little_memory(Case):
    place = None  # on disk

    def peak(self, entries):
        sample = tilmash("schema", "sample", "camt.053.001.08", "--min").out.strip()
        entry = ("<Ntry><Amt Ccy=\"EUR\">12.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
                 "<BkTxCd/><AddtlNtryInf>one of very many entries of a long statement</AddtlNtryInf></Ntry>")
        head, tail = sample.rsplit("</Stmt>", 1)
        source, out = self.folder / "large.xml", self.folder / "large.json"
        with source.open("w") as file:
            file.write(head)
            for _ in range(entries // 1000):
                file.write(entry * 1000)
            file.write("</Stmt>" + tail)
        with out.open("wb") as file:
            run = subprocess.Popen([TILMASH, "convert", source, "--to", "json", "--quiet"], cwd=ROOT, stdout=file)
            _, status, usage = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(run.returncode, 0)
        # Not read whole: a child's peak begins with what its parent held when it was made.
        with out.open() as file:
            found = sum(piece.count('"AddtlNtryInf"') for piece in iter(lambda: file.read(1 << 20), ""))
        self.assertLess(abs(found - entries), 1 + out.stat().st_size >> 20)
        print(f"{entries} entries, {source.stat().st_size} bytes: peak resident {usage.ru_maxrss} KB", flush=True)
        return usage.ru_maxrss

    def test_peak(self):
        small = self.peak(20_000)
        self.assertLess(self.peak(400_000) - small, 8 * 1024)


if __name__ == "__main__":
    main()
