      * OUTGOING PAYMENTS OF THE INVENTED BANK, AS THE NIGHT BATCH
      * WRITES THEM. EBCDIC, CODE PAGE 1025, NO RECORD DESCRIPTORS.
       01  OUT-PAYMENT.
           05  PAY-REF              PIC X(16).
           05  PAY-DATE             PIC 9(8).
           05  PAY-AMOUNT           PIC S9(13)V99 COMP-3.
           05  PAY-CCY              PIC X(3).
           05  DEBTOR.
               COPY PARTY REPLACING ==:P:== BY ==DR==.
           05  CREDITOR.
               COPY PARTY REPLACING ==:P:== BY ==CR==.
           05  PAY-PURPOSE          PIC 9(3).
           05  FILLER               PIC X(4).
           05  NARRATIVE-COUNT      PIC S9(4) COMP.
           05  NARRATIVE            PIC X(35) OCCURS 0 TO 4 TIMES
                                    DEPENDING ON NARRATIVE-COUNT.
