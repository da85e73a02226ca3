#!/usr/bin/env python3
"""`tilmash schema list`, `show` and `diff` as people and scripts see them."""
import json

import program
from program import tilmash


class Test_the_catalogue_is_listed_shown_and_compared(program.Case):
    def test_list(self):
        lines = tilmash("schema", "list").out.splitlines()
        self.assertEqual(len(lines), 548)
        self.assertIn(["pacs.008.001.08", "FIToFICustomerCreditTransferV08"], [line.split() for line in lines])
        self.assertEqual([line.split()[0] for line in tilmash("schema", "list", "remt.002").out.splitlines()],
                         ["remt.002.001.01", "remt.002.001.02", "remt.002.001.03"])
        self.check_status(tilmash("schema", "list", "xxxx"), 2)

    def test_show(self):
        shown = tilmash("schema", "show", "pacs.008.001.08", "/Document/FIToFICstmrCdtTrf/CdtTrfTxInf[1]").out
        for line in ("CdtTrfTxInf  [1..*]",
                     "  IntrBkSttlmAmt                                  ActiveCurrencyAndAmount = decimal 18.5 min 0",
                     "    @Ccy                                          ActiveCurrencyCode = text pattern [A-Z]{3,3}",
                     "  ChrgBr                                          ChargeBearerType1Code = code DEBT CRED SHAR SLEV",
                     "    Envlp                                         SupplementaryDataEnvelope1 = any lax"):
            self.assertIn(line, shown.splitlines())
        self.assertIn("Dbtr                                              PartyIdentification135",
                      tilmash("schema", "show", "--types", "pacs.008.001.08", "FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr").out)
        # A choice among other elements.
        self.assertIn("one of:", tilmash("schema", "show", "camt.054.001.02").out)
        wrong = tilmash("schema", "show", "pacs.008.001.08", "FIToFICstmrCdtTrf/Nothing")
        self.check_status(wrong, 2)
        self.assertIn("CLI-0021]: FIToFICstmrCdtTrf has no element Nothing", wrong.err)
        near = tilmash("schema", "show", "pacs.008.001.08", "FIToFICstmrCdtTrf/GrpHdr/MsgI")
        self.assertIn("the nearest name there is MsgId", near.err)

    def test_odd_arguments(self):
        for seed in ("-1", "x", "99999999999999999999", ""):
            self.check_status(tilmash("schema", "sample", "pacs.008.001.08", "--seed", seed), 2)
        folder = tilmash("schema", "import", self.folder, "--into", self.folder)
        self.check_status(folder, 4)
        self.assertIn("CLI-0001", folder.err)

    def test_a_type_that_holds_itself_is_checked_and_not_converted(self):
        schema = self.folder / "nested.xsd"
        schema.write_text(
            "<xs:schema xmlns='urn:nested' xmlns:xs='http://www.w3.org/2001/XMLSchema' elementFormDefault='qualified' "
            "targetNamespace='urn:nested'><xs:element name='Document' type='Part'/><xs:complexType name='Part'><xs:sequence>"
            "<xs:element name='Part' type='Part' minOccurs='0'/></xs:sequence></xs:complexType></xs:schema>")
        self.check_status(tilmash("schema", "import", schema, "--into", self.folder), 0)
        message = self.folder / "nested.xml"
        message.write_text("<Document xmlns='urn:nested'><Part><Part/></Part></Document>")
        self.check_status(tilmash("--data", self.folder, "validate", message), 0)
        for target in ("json", "xml"):
            run = tilmash("--data", self.folder, "convert", message, "--to", target)
            self.check_status(run, 1)
            self.assertIn("PIP-0018", run.err)
            self.assertEqual(run.out, "")

    def test_show_every_message(self):
        for line in tilmash("schema", "list").out.splitlines()[::20]:
            self.check_status(tilmash("schema", "show", line.split()[0]), 0)

    def test_diff(self):
        run = tilmash("schema", "diff", "--format", "json", "pacs.008.001.08", "pacs.008.001.12")
        self.check_status(run, 1)
        changes = {(c["change"], c["places"][0]): c for c in map(json.loads, run.out.splitlines())}
        transaction = "FIToFICstmrCdtTrf/CdtTrfTxInf/"
        self.assertIn(("added", transaction + "MndtRltdInf"), changes)
        self.assertEqual(changes["changed", transaction + "InstrForCdtrAgt/Cd"]["before"], "code CHQB HOLD PHOB TELB")
        accounts = changes["loosened", "FIToFICstmrCdtTrf/GrpHdr/SttlmInf/SttlmAcct/Id"]
        self.assertEqual((accounts["before"], accounts["after"], len(accounts["places"])), ("[1..1]", "[0..1]", 14))
        self.check_status(tilmash("schema", "diff", "pacs.008.001.08", "pacs.008.001.08"), 0)
        every = tilmash("schema", "diff", "--all", "pacs.008.001.08", "pacs.008.001.12").out.splitlines()
        self.assertEqual(len(every), sum(len(c["places"]) for c in changes.values()))


if __name__ == "__main__":
    program.main()
