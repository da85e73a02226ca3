// zbar behind the entry of qr_pictures.h. Only QR codes, and their bytes unconverted: what encoding they are is for the
// reader of the text to say.
#include "qr_pictures.h"

#include <zbar.h>

#include <memory>

namespace {

struct Destroy {
  void operator()(zbar::zbar_image_scanner_t* scanner) const { zbar::zbar_image_scanner_destroy(scanner); }
  void operator()(zbar::zbar_image_t* image) const { zbar::zbar_image_destroy(image); }
};

}  // namespace

extern "C" bool tilmash_scan_picture(const unsigned char* pixels, unsigned width, unsigned height,
                                     tilmash::tool::FoundCode found, void* self) {
  const std::unique_ptr<zbar::zbar_image_scanner_t, Destroy> scanner(zbar::zbar_image_scanner_create());
  const std::unique_ptr<zbar::zbar_image_t, Destroy> image(zbar::zbar_image_create());
  if (!scanner || !image) return false;
  zbar::zbar_image_scanner_set_config(scanner.get(), zbar::ZBAR_NONE, zbar::ZBAR_CFG_ENABLE, 0);
  zbar::zbar_image_scanner_set_config(scanner.get(), zbar::ZBAR_QRCODE, zbar::ZBAR_CFG_ENABLE, 1);
  zbar::zbar_image_scanner_set_config(scanner.get(), zbar::ZBAR_QRCODE, zbar::ZBAR_CFG_BINARY, 1);
  zbar::zbar_image_set_format(image.get(), zbar_fourcc('Y', '8', '0', '0'));
  zbar::zbar_image_set_size(image.get(), width, height);
  zbar::zbar_image_set_data(image.get(), pixels, static_cast<unsigned long>(width) * height, nullptr);
  if (zbar::zbar_scan_image(scanner.get(), image.get()) < 0) return false;
  for (const zbar::zbar_symbol_t* symbol = zbar::zbar_image_first_symbol(image.get()); symbol != nullptr;
       symbol = zbar::zbar_symbol_next(symbol)) {
    found(self, zbar::zbar_symbol_get_data(symbol), zbar::zbar_symbol_get_data_length(symbol));
  }
  return true;
}
