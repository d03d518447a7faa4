/* Where a database lies: its name, its folders, the empty file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "store/database.h"

#define FOLDER "xmpp-tls-tools/"

/* XDG Base Directory Specification: a relative path in the variable is to be ignored. */
static const char *absolute_variable(const char *name)
{
	const char *value = getenv(name);
	return value && value[0] == '/' ? value : NULL;
}

static char *joined(const char *folder, const char *between, const char *name)
{
	size_t size = strlen(folder) + strlen(between) + strlen(name) + 1;
	char *path = memory_new(size);
	snprintf(path, size, "%s%s%s", folder, between, name);
	return path;
}

char *place_given(const char *path)
{
	return joined(path[0] == '/' ? "" : "./", "", path);
}

char *place_default(const char *name)
{
	const char *state = absolute_variable("XDG_STATE_HOME");
	const char *home = absolute_variable("HOME");
	if (!state && !home)
		return NULL;
	return state ? joined(state, "/" FOLDER, name)
		     : joined(home, "/.local/state/" FOLDER, name);
}

/* The umask may have taken from the mode what we need, but never adds to it. */
static bool make_folder(const char *path)
{
	if (mkdir(path, 0700) == 0)
		return chmod(path, 0700) == 0;
	return errno == EEXIST;
}

static bool make_folders(const char *path, struct err *err)
{
	char *copy = joined(path, "", "");
	bool ok = true;
	for (char *slash = strchr(copy + 1, '/'); ok && slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		struct stat status;
		if (stat(copy, &status) != 0 && !make_folder(copy))
			ok = err_set(err, AT_FILE, ERR_SYSTEM, "%s cannot be made: %s", copy,
				     strerror(errno));
		*slash = '/';
	}
	free(copy);
	return ok;
}

/* SQLite would make it as the umask says. mknod() and not open(): closing a file takes away every
 * lock that this process has on it, and another handle may be at work already. */
bool place_make(const char *path, struct err *err)
{
	struct stat status;
	if (stat(path, &status) != 0) {
		if (!make_folders(path, err))
			return false;
		bool made = mknod(path, S_IFREG | 0600, 0) == 0;
		if ((!made && errno != EEXIST) || (made && chmod(path, 0600) != 0))
			return err_set(err, AT_FILE, ERR_SYSTEM, "%s cannot be made: %s", path,
				       strerror(errno));
	} else if (!S_ISREG(status.st_mode)) {
		return err_set(err, AT_FILE, ERR_SYSTEM, "%s is no file", path);
	}
	return true;
}
