// `tilmash qr draw`: a text as a QR code in a picture or on the terminal.
#pragma once

#include "command.h"

namespace tilmash::tool {

void add_qr_draw(CLI::App& qr, Session& session);

}  // namespace tilmash::tool
