#include "qr_picture.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <png.h>

#include <filesystem>
#include <vector>

#include "../qr_pictures/qr_pictures.h"
#include "base/late_library.h"
#include "command.h"

namespace tilmash::tool {
namespace {

constexpr LateLibrary png("libpng16.so.16");
TILMASH_LATE(png, png_image_begin_read_from_memory);
TILMASH_LATE(png, png_image_finish_read);
TILMASH_LATE(png, png_image_free);

constexpr std::uint64_t pixels_max = 64'000'000;

struct Grey {
  std::vector<unsigned char> pixels;
  unsigned width = 0;
  unsigned height = 0;
};

/// Transparent parts are taken for white.
std::optional<Grey> decode_png(const std::string& bytes, std::string& error) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) {
    error = static_cast<const char*>(image.message);
    return std::nullopt;
  }
  Grey grey;
  if (std::uint64_t{image.width} * image.height > pixels_max) {
    error = fmt::format("{} by {} pixels are too many", image.width, image.height);
    png_image_free(&image);
    return std::nullopt;
  }
  image.format = PNG_FORMAT_GRAY;
  grey.width = image.width;
  grey.height = image.height;
  grey.pixels.resize(PNG_IMAGE_SIZE(image));
  constexpr png_color white = {255, 255, 255};
  if (png_image_finish_read(&image, &white, grey.pixels.data(), 0, nullptr) != 0) return grey;
  error = static_cast<const char*>(image.message);
  return std::nullopt;
}

/// The module stays loaded until the program ends.
ScanPicture load_scanner(std::string& error) {
  std::error_code ignored;
  const auto beside = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  const std::filesystem::path file = beside / "tilmash_zbar.so";
  if (!std::filesystem::exists(file, ignored)) {
    error = fmt::format("there is no tilmash_zbar.so beside {}", beside.string());
    return nullptr;
  }
  void* module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* entry = module != nullptr ? dlsym(module, static_cast<const char*>(scan_entry)) : nullptr;
  if (entry == nullptr) error = dlerror();
  return reinterpret_cast<ScanPicture>(entry);
}

}  // namespace

bool is_qr_picture(const std::string& file) {
  return file.ends_with(".png") || file.ends_with(".PNG");
}

std::optional<std::string> read_qr_picture(const std::string& file) {
  const auto bytes = read_small_file(file);
  if (!bytes) return std::nullopt;
  std::string error;
  const auto grey = decode_png(*bytes, error);
  if (!grey) {
    print_error("CLI-0070"_code, fmt::format("{} can't be read as a PNG: {}", file, error));
    return std::nullopt;
  }
  const ScanPicture scan = load_scanner(error);
  if (scan == nullptr) {
    print_error("CLI-0071"_code, fmt::format("this build reads no pictures: {}", error),
                "install libzbar-dev and build again, or give the text of the code");
    return std::nullopt;
  }
  std::vector<std::string> texts;
  const auto found = [](void* self, const char* text, std::size_t size) {
    static_cast<std::vector<std::string>*>(self)->emplace_back(text, size);
  };
  if (!scan(grey->pixels.data(), grey->width, grey->height, found, &texts) || texts.empty()) {
    print_error("CLI-0072"_code, fmt::format("no QR code was found in {}", file));
    return std::nullopt;
  }
  if (texts.size() > 1) {
    print_error("CLI-0073"_code, fmt::format("{} holds {} QR codes", file, texts.size()), "cut out the one to read");
    return std::nullopt;
  }
  return std::move(texts.front());
}

}  // namespace tilmash::tool
