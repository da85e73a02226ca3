// What it takes for bytes to be on the disk and for a file to be one process's own.
#pragma once

#include <filesystem>
#include <string_view>

namespace tilmash::file {

/// False when the disk is full or fails.
bool write_all(int descriptor, std::string_view bytes);

/// Syncs a folder's own entries or, with `all`, everything on its file system.
bool sync_folder(const std::filesystem::path& folder, bool all = false);

/// False when the file was removed since it was opened: the run that held it has just ended, and the name may already
/// be another run's.
bool is_still(int descriptor, const std::filesystem::path& path);

}  // namespace tilmash::file
