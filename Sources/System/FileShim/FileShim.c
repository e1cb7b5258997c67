#define _GNU_SOURCE
#include "FileShim.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

int nexus_file_identity(const char *path, uint64_t *inode, uint64_t *birth) {
#if defined(__linux__)
    struct statx facts;
    if (statx(AT_FDCWD, path, 0, STATX_INO | STATX_BTIME, &facts) != 0) return errno;
    *inode = facts.stx_ino;
    *birth = 0;
    if (facts.stx_mask & STATX_BTIME)
        *birth = (uint64_t)facts.stx_btime.tv_sec * 1000000000u + facts.stx_btime.tv_nsec;
#else
    struct stat facts;
    if (stat(path, &facts) != 0) return errno;
    *inode = facts.st_ino;
    *birth = (uint64_t)facts.st_birthtimespec.tv_sec * 1000000000u + (uint64_t)facts.st_birthtimespec.tv_nsec;
#endif
    return 0;
}
