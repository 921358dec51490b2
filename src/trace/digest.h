/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BS_DIGEST_H
#define BS_DIGEST_H

#define BS_SHA256_HEX 65

/* SHA-256 of the file @path as it lies there, in hexadecimal. 0, or -errno. */
int bs_file_sha256(const char *path, char hex[BS_SHA256_HEX]);

#endif
