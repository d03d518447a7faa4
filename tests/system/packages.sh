# shellcheck shell=sh
# The Debian packages run.sh and demo.sh need, and how to get them.
#
# Servers among them must not start on somebody's machine: policy-rc.d (Debian Policy, 9.11.3.1) forbids it. Ours is
# there only while apt runs, and only if there was none.

# shellcheck disable=SC2034 # for those who read this file
BUILD_PACKAGES='meson ninja-build gcc pkg-config libgnutls28-dev libxml2-dev libc-ares-dev libpopt-dev libjansson-dev
	libidn2-dev libedit-dev libsqlite3-dev libcurl4-gnutls-dev libgsasl-dev libunistring-dev'
# What the system tests' servers are made of.
SERVER_PACKAGES='python3-cryptography python3-dnspython prosody lua-unbound knot unbound'
TEST_PACKAGES="$SERVER_PACKAGES libcmocka-dev gnutls-bin openssl sslscan python3-pytest python3-pytest-xdist python3-jsonschema
	python3-pexpect python3-openssl python3-slixmpp ejabberd knot-dnsutils clang clang-tidy clang-format libclang-rt-14-dev mandoc
	shellcheck valgrind fish zsh jq curl parallel openssh-server openssh-client chromium fonts-dejavu-core prometheus cmark-gfm"

# need_packages yes|no PACKAGE...: installs what is missing as root or through sudo, and says what; or just says so.
need_packages() {
	may_install=$1
	shift
	missing=
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
			missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	if [ "$may_install" = no ]; then
		echo "missing Debian packages:$missing" >&2
		return 1
	fi
	as_root=
	if [ "$(id -u)" -ne 0 ]; then
		as_root=sudo
		if ! command -v sudo >/dev/null 2>&1; then
			echo "missing Debian packages, and neither root nor sudo to install them:$missing" >&2
			return 1
		fi
	fi
	echo "installing Debian packages:$missing" >&2
	# A shell of its own: its trap takes the policy away whatever happens, and the caller's traps stay.
	# shellcheck disable=SC2016,SC2086 # the inner shell expands; lists of words
	$as_root sh -c '
		policy=/usr/sbin/policy-rc.d
		if ! [ -e "$policy" ] && ! [ -L "$policy" ]; then
			trap "rm -f $policy" EXIT
			trap "exit 130" INT TERM HUP
			printf "#!/bin/sh\nexit 101\n" >"$policy" && chmod 755 "$policy" || exit 1
		fi
		export DEBIAN_FRONTEND=noninteractive
		apt-get -q update >/dev/null || echo "the package lists could not be refreshed" >&2
		apt-get -q -y --no-install-recommends install "$@" >/dev/null' need_packages $missing
}
