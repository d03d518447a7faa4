#!/bin/sh
# Builds the tools and shows them at work.
#
#   sh tests/demo.sh [--no-install] [DOMAIN...]
#
# With domains it examines those. Without any it starts a throw-away Prosody and a DNS server on loopback, examines
# them, and stops what it started. What is missing from Debian is installed first (as root or with sudo); --no-install
# only says what is missing.
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$top"

# shellcheck source=tests/system/packages.sh
. "$top/tests/system/packages.sh"

install=yes
case ${1:-} in
--no-install)
	install=no
	shift
	;;
--)
	shift
	;;
-*)
	echo 'usage: sh tests/demo.sh [--no-install] [DOMAIN...]' >&2
	exit 2
	;;
esac

# shellcheck disable=SC2086 # lists of words
if [ $# -gt 0 ]; then
	need_packages "$install" $BUILD_PACKAGES
else
	need_packages "$install" $BUILD_PACKAGES $SERVER_PACKAGES
fi

# quietly COMMAND...: its output is seen only when it fails.
quietly() {
	"$@" >build/demo.log 2>&1 || {
		cat build/demo.log >&2
		exit 1
	}
}

mkdir -p build
[ -f build/build.ninja ] || quietly meson setup build --buildtype=release
quietly ninja -C build

if [ $# -gt 0 ]; then
	worst=0
	for tool in xmpp-starttls 'xmpp-certcheck --no-state' 'xmpp-ciphers --gentle' xmpp-dialback; do
		echo "\$ build/tools/$tool $*"
		status=0
		# shellcheck disable=SC2086 # a tool and its option
		build/tools/$tool "$@" || status=$?
		[ "$status" -le "$worst" ] || worst=$status
		echo
	done
	exit "$worst"
fi
unset XTT_BUILD
exec /usr/bin/python3 tests/system/demo.py
