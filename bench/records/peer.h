// GnuCOBOL at the same work, in a process of its own: peer.cob, compiled when there is a cobc. Its files are ours in
// ASCII, since its DISPLAY converts no code page, and the counted records have the length words of GnuCOBOL's own
// files.
#pragma once

#include <string>
#include <string_view>

namespace tilmash::bench {

class Peer {
 public:
  /// `kind` as peer.cob names it; `file` is what it reads.
  Peer(std::string_view kind, const std::string& file, std::size_t records);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  static bool exists();
  /// CPU seconds, of READ and DISPLAY of every field of the file. Ends the program when there are not `lines` of them.
  double read(std::size_t lines = 0) const;
  /// CPU seconds, of MOVE to every field and WRITE of as many records. They are all alike.
  double write() const;
  /// Bytes of the file that is read, and of the one that was written.
  double read_megabytes() const;
  double written_megabytes() const;

 private:
  double run(std::string_view way, const std::string& file, const std::string& output) const;

  std::string kind_;
  std::string folder_;
  std::size_t records_;
};

}  // namespace tilmash::bench
