#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdexcept>

#include "base/late_library.h"
#include "base/text.h"

namespace tilmash {
namespace {

constexpr LateLibrary crypto("libcrypto.so.3");
TILMASH_LATE(crypto, EVP_DigestFinal_ex);
TILMASH_LATE(crypto, EVP_DigestInit_ex);
TILMASH_LATE(crypto, EVP_DigestUpdate);
TILMASH_LATE(crypto, EVP_MD_CTX_free);
TILMASH_LATE(crypto, EVP_MD_CTX_new);
TILMASH_LATE(crypto, EVP_sha256);
TILMASH_LATE(crypto, OPENSSL_init_crypto);

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = nullptr;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  // Else the library would read openssl.cnf, or what OPENSSL_CONF names; a digest depends on neither.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  state_->context = EVP_MD_CTX_new();
  if (state_->context == nullptr || EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 is not to be had from OpenSSL");
  }
}

Sha256::~Sha256() {
  EVP_MD_CTX_free(state_->context);
}

void Sha256::add(std::string_view bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

std::array<std::uint8_t, 32> Sha256::finish() {
  std::array<std::uint8_t, 32> digest{};
  EVP_DigestFinal_ex(state_->context, digest.data(), nullptr);
  return digest;
}

std::string to_hex(const std::array<std::uint8_t, 32>& digest) {
  return to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace tilmash
