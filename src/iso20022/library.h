// What a program that uses the library includes: <tilmash/iso20022.h>. docs/library.md has examples of all of it.
//
//   Data               the files inside the library, and a folder that overlays them
//   Catalogue          message versions by id or namespace
//   MessageReader      XML: check, or read into an Instance
//   EventReader        the same as events, for messages of any size
//   find_value, Draft  an Instance's values by path; an Instance from paths and values
//   MessageWriter      XML, checked while it is written
//   JsonMessageReader, JsonMessageWriter
//
// Life: whoever is handed a reference keeps what it refers to. An Instance's texts are views into the input it was read
// from, so the input stays while the instance is used. Errors: input is never an exception, always findings with a
// stable code and a place (`Findings`); an exception is a fault of the program, or memory that ran out. Threads: none
// is started; one thread to an object, a Catalogue included.
#pragma once

#include "base/data.h"
#include "base/diagnostic.h"
#include "iso20022/catalogue.h"
#include "iso20022/events.h"
#include "iso20022/lookup.h"
#include "iso20022/message_json.h"
#include "iso20022/reader.h"
#include "iso20022/writer.h"
