#!/bin/sh
# Installs what the tests need, builds with -Werror and sanitizers, and runs every test, check and short fuzz run.
#
#   sh tests/run.sh [--no-install] [STEP...]
#
# Steps: unit system release threads fuzz format tidy shell man (all of them, in this order, when none is named).
# What passes is quiet, what fails is shown. The last line is "N passed, N failed", with ", N skipped" if any were.
set -u

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$top" || exit 1

STEPS='unit system release threads fuzz format tidy shell man'
FUZZ_SECONDS=${FUZZ_SECONDS:-4} # for each fuzzer

passed=0
failed=0
skipped=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# shellcheck source=tests/system/packages.sh
. "$top/tests/system/packages.sh"

say() {
	printf '== %s\n' "$*" >&2
}

# fail NAME: what went wrong stands in $work/output.
fail() {
	failed=$((failed + 1))
	cat "$work/output"
	printf 'FAILED %s\n' "$1"
	return 1
}

# check NAME COMMAND...: one check; its output is seen only when it fails.
check() {
	name=$1
	shift
	if "$@" >"$work/output" 2>&1; then
		passed=$((passed + 1))
	else
		fail "$name"
	fi
}

# add_junit NAME FILE: the counts of a report by meson or pytest.
add_junit() {
	if /usr/bin/python3 tests/system/junit.py "$2" >"$work/counts" 2>"$work/output"; then
		cat "$work/output"
		read -r good bad left <"$work/counts"
		passed=$((passed + good))
		failed=$((failed + bad))
		skipped=$((skipped + left))
	else
		fail "$1: no report was written"
	fi
}

# conclude NAME STATUS KIND REPORT [COMMAND...]: the counts of what ended with STATUS. What failed in the crowd is tried again
# alone by COMMAND, which tells a race from a fault and changes no count. A status that the report does not explain (a
# timeout, a crash) is a failure, too.
conclude() {
	name=$1 status=$2 kind=$3 report=$4
	shift 4
	case $kind$status in
	meson0 | pytest0 | pytest5) ;;
	*)
		if ! /usr/bin/python3 tests/system/again.py "$kind" "$status" "$report" "$@" >"$work/again" 2>&1; then
			cp "$work/again" "$work/output"
			fail "$name: its report does not explain status $status"
		else
			cat "$work/again"
		fi
		;;
	esac
	add_junit "$name" "$report"
}

# add_logs CHECK FOLDER: what CHECK said of each file, by its path with colons; NAME.failed where it complained.
add_logs() {
	for log in "$2"/*; do
		case $log in
		*.failed)
			grep -v 'warnings\? \(generated\|treated\)' "$log" >"$work/output"
			fail "$1 of $(basename "$log" .failed | tr : /)"
			;;
		*) passed=$((passed + 1)) ;;
		esac
	done
}

# build FOLDER COMPILER OPTION...: once a run. Configuring anew costs little and keeps an old folder honest.
build() {
	folder=$1 compiler=$2
	shift 2
	case " ${built:-} " in *" $folder "*) return 0 ;; esac
	case " ${broken:-} " in *" $folder "*) return 1 ;; esac
	say "build $folder"
	[ ! -f "$folder/build.ninja" ] || set -- --reconfigure "$@"
	# gold of binutils links two hundred programs in half the time; a release build is linked as users do.
	linker=gold
	[ "$folder" != build-release ] || linker=bfd
	if check "setup of $folder" env CC="$compiler" CC_LD="$linker" meson setup "$@" "$folder" &&
		check "compilation in $folder" ninja -C "$folder"; then
		built="${built:-} $folder"
	else
		broken="${broken:-} $folder"
		return 1
	fi
}

build_checked() {
	build build-test gcc -Dbuildtype=debug -Db_sanitize=address,undefined -Dwerror=true
}

build_release() {
	build build-release gcc -Dbuildtype=release -Dwerror=true
}

build_threads() {
	build build-tsan gcc -Dbuildtype=debug -Db_sanitize=thread -Dwerror=true
}

build_clang() {
	build build-fuzz clang -Dbuildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false -Dwerror=true \
		-Dfuzz=true
}

# A find of a sanitizer must end the program, or a test would overlook it.
ASAN_OPTIONS="detect_leaks=1:${ASAN_OPTIONS:-}"
UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1:${UBSAN_OPTIONS:-}"
TSAN_OPTIONS="halt_on_error=1:${TSAN_OPTIONS:-}"
export ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS

step_unit() {
	build_checked || return
	say 'unit tests, lints, schema'
	report=$top/build-test/meson-logs/testlog.junit.xml
	rm -f "$report"
	meson test -C build-test --no-rebuild --print-errorlogs >"$work/log" 2>&1
	status=$?
	[ $status -eq 0 ] || cat "$work/log"
	conclude 'meson test' $status meson "$report" meson test -C build-test --no-rebuild --print-errorlogs --logbase again
}

# run_pytest NAME BUILD ARGUMENT...: the system tests against a build, to be concluded.
run_pytest() {
	name=$1 build=$2
	shift 2
	rm -f "$work/$name.xml"
	# shellcheck disable=SC2086 # a list of words, or none
	env XTT_BUILD="$top/$build" XTT_SANITIZED=$sanitized $without_aslr /usr/bin/python3 -m pytest -q \
		--junitxml "$work/$name.xml" "$@" tests/system >"$work/$name.log" 2>&1
	echo $? >"$work/$name.status"
}

# conclude_pytest NAME BUILD. Under the thread sanitizer every find comes only now and then.
conclude_pytest() {
	status=$(cat "$work/$1.status")
	case $status in 0 | 5) ;; *) cat "$work/$1.log" ;; esac
	set -- "pytest against $2" "$status" pytest "$work/$1.xml" "$2"
	if [ "$5" = build-tsan ]; then
		conclude "$1" "$2" "$3" "$4"
	else
		conclude "$1" "$2" "$3" "$4" env XTT_BUILD="$top/$5" XTT_SANITIZED="$sanitized" /usr/bin/python3 -m pytest -q
	fi
}

pytest_in() {
	run_pytest pytest "$@"
	conclude_pytest pytest "$1"
}

step_system() {
	build_checked || return
	say 'system tests'
	without_aslr=
	sanitized=1
	pytest_in build-test -n "$((2 * $(nproc)))" --dist load --ignore-glob '*/test_dialback_*' \
		--ignore-glob '*/test_sendmsg_*'
	patient=pending
}

# The tests of dialback and of the sender wait for peers that say nothing; hardly any of them computes. So they run
# beside clang-tidy, which does nothing else, and stand back for nobody.
patient=
patient_begin() {
	[ "$patient" = pending ] || return 0
	say 'system tests that wait'
	without_aslr=
	sanitized=1
	run_pytest patient build-test -n "$((4 * $(nproc)))" --dist load -k 'test_dialback or test_sendmsg' &
	patient=$!
}

patient_end() {
	[ -n "$patient" ] || return 0
	wait "$patient"
	patient=
	conclude_pytest patient build-test
}

# As users build it. Hostile peers once more, since only here the limits on memory can be checked.
step_release() {
	build_release || return
	say 'hostile peers against a release build'
	without_aslr=
	sanitized=0
	pytest_in build-release -n "$((2 * $(nproc)))" -k "test_transcript or test_certcheck_hostile or test_ciphers_hostile or test_sendmsg_secrets or (test_dialback_hostile and serve)"
}

step_threads() {
	build_threads || return
	say 'concurrency tests under the thread sanitizer'
	sanitized=1
	# Newer kernels spread addresses wider than the sanitizer of gcc 12 can follow.
	without_aslr="setarch $(uname -m) -R"
	$without_aslr true 2>/dev/null || without_aslr=
	pytest_in build-tsan -m threads
}

# As many side by side as there are processors: each takes its seconds, whatever it finds.
step_fuzz() {
	build_clang || return
	say "fuzzers, $FUZZ_SECONDS s each"
	mkdir -p "$work/fuzz" build-fuzz/found
	for fuzzer in build-fuzz/tests/fuzz/fuzz_*; do
		[ ! -f "$fuzzer" ] || [ ! -x "$fuzzer" ] || echo "${fuzzer##*/fuzz_}"
	done >"$work/fuzzers"
	if ! [ -s "$work/fuzzers" ]; then
		skipped=$((skipped + 1))
		echo 'SKIPPED fuzz: no fuzzer was built'
		return
	fi
	export FUZZ_SECONDS
	xargs -n 1 -P "$(nproc)" sh tests/fuzz/run.sh "$work/fuzz" <"$work/fuzzers"
	while read -r name; do
		cp "$work/fuzz/$name.log" "$work/output"
		if [ -e "$work/fuzz/$name.passed" ]; then
			passed=$((passed + 1))
		else
			fail "fuzz $name (finds are kept in build-fuzz/found)"
		fi
	done <"$work/fuzzers"
}

# files PATTERN FOLDER...
files() {
	pattern=$1
	shift
	find "$@" -name "$pattern" -type f 2>/dev/null | sort
}

step_format() {
	say 'clang-format'
	mkdir -p "$work/format"
	# shellcheck disable=SC2016 # the inner shell expands them
	files '*.[ch]' tools libcommon tests | FORMAT=$work/format xargs -r -n 1 -P "$(nproc)" sh -c '
		log=$FORMAT/$(echo "$1" | tr / :)
		clang-format --dry-run -Werror "$1" >"$log" 2>&1 || mv "$log" "$log.failed"' format
	add_logs 'clang-format' "$work/format"
}

# The flags come from the clang build, since clang-tidy stumbles over those only gcc knows.
# The analyzer takes nine tenths of the time. It walks all paths of the product; what tests do, they do under the
# sanitizers a minute earlier.
step_tidy() {
	build_clang || return
	patient_begin
	say 'clang-tidy'
	mkdir -p "$work/tidy"
	# shellcheck disable=SC2016 # the inner shell expands them
	files '*.c' tools libcommon tests | TIDY=$work/tidy nice xargs -r -n 1 -P "$(nproc)" sh -c '
		log=$TIDY/$(echo "$1" | tr / :)
		case $1 in tests/*) checks="-clang-analyzer-*" ;; *) checks="" ;; esac
		clang-tidy -p build-fuzz --quiet --warnings-as-errors="*" --checks="$checks" "$1" >"$log" 2>&1 || mv "$log" "$log.failed"' tidy
	add_logs 'clang-tidy' "$work/tidy"
	patient_end
}

step_shell() {
	say 'shell scripts and completions'
	for file in $(files '*.sh' tests tools) .ci/run; do
		check "shellcheck of $file" shellcheck -x "$file"
	done
	for file in $(files '*' completions/bash); do
		check "shellcheck of $file" shellcheck -s bash "$file"
	done
	for file in $(files '*' completions/zsh); do
		check "zsh syntax of $file" zsh -n "$file"
	done
	for file in $(files '*' completions/fish); do
		check "fish syntax of $file" fish -n "$file"
	done
}

step_man() {
	say 'man pages'
	for file in $(files '*.[1-9]' man build-test/man); do
		check "mandoc of $file" mandoc -Tlint -Wwarning "$file"
	done
}

install=yes
chosen=
for word in "$@"; do
	case " $STEPS --no-install " in
	*" $word "*) ;;
	*)
		echo "usage: sh tests/run.sh [--no-install] [STEP...], where STEP is one of: $STEPS" >&2
		exit 2
		;;
	esac
	if [ "$word" = --no-install ]; then install=no; else chosen="$chosen $word"; fi
done

# shellcheck disable=SC2086 # lists of words
need_packages "$install" $BUILD_PACKAGES $TEST_PACKAGES || exit 1

for step in ${chosen:-$STEPS}; do
	"step_$step"
done
patient_begin
patient_end

summary="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
