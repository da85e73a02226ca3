      * A PARTY: COPIED WITH ITS OWN PREFIX IN PLACE OF :P:
               10  :P:-NAME         PIC X(40).
               10  :P:-ACCOUNT      PIC X(20).
               10  :P:-BIC          PIC X(11).
               10  :P:-KIND         PIC X.
                   88  :P:-PERSON   VALUE 'P'.
                   88  :P:-COMPANY  VALUE 'C'.
               10  :P:-PERSON-ID.
                   15  :P:-IIN      PIC 9(12).
               10  :P:-COMPANY-ID   REDEFINES :P:-PERSON-ID.
                   15  :P:-BIN      PIC 9(12).
