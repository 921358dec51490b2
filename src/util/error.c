// SPDX-License-Identifier: GPL-2.0-or-later
#include <buddysim/types.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int errno_of(enum bs_status status)
{
	switch (status) {
	case BS_OK:
	case BS_UNEQUAL:
	case BS_USAGE:
		return EINVAL;
	case BS_INPUT:
		return EBADMSG;
	case BS_RESOURCE:
		return ENOMEM;
	case BS_INVARIANT:
		return EUCLEAN;
	case BS_INTERRUPTED:
		return EINTR;
	}
	return EINVAL;
}

int bs_error_set(struct bs_error *err, enum bs_status status, int sys_errno, const char *where,
		 const char *advice, const char *fmt, ...)
{
	int ret = -(sys_errno > 0 ? sys_errno : errno_of(status));
	va_list ap;

	if (!err)
		return ret;
	err->status = status;
	err->sys_errno = sys_errno;
	snprintf(err->where, sizeof(err->where), "%s", where ? where : "");
	snprintf(err->advice, sizeof(err->advice), "%s", advice ? advice : "");
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	if (sys_errno > 0) {
		size_t used = strlen(err->text);

		snprintf(err->text + used, sizeof(err->text) - used, ": %s", strerror(sys_errno));
	}
	return ret;
}
