#pragma once

#include <stdint.h>

// What Swift cannot ask Linux itself: its overlay of the C library leaves statx out.

/// Tells one file from every other that was or will be in its file system: a number that is used again once the file
/// is gone, and when this one was made.
///
/// - Parameter birth: in nanoseconds since 1970; 0 where the file system does not say.
/// - Returns: 0 or an errno.
///
/// Source: https://man7.org/linux/man-pages/man2/statx.2.html
int nexus_file_identity(const char *_Nonnull path, uint64_t *_Nonnull inode, uint64_t *_Nonnull birth);
