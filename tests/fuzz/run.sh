#!/bin/sh
# One fuzzer over its stored corpus for $FUZZ_SECONDS.
#
#   sh tests/fuzz/run.sh FOLDER NAME
#
# What it says goes to FOLDER/NAME.log; FOLDER/NAME.passed is there afterwards if it found nothing. New inputs stay in
# FOLDER, since the stored corpus changes by commits only.
set -u

folder=$1 name=$2
fuzzer=build-fuzz/tests/fuzz/fuzz_$name
log=$folder/$name.log
mkdir -p "$folder/$name.new"
set -- "$folder/$name.new"
[ ! -d "tests/fuzz/corpus/$name" ] || set -- "$@" "tests/fuzz/corpus/$name"

# fuzz ARGUMENT...: on a folder or on one input.
fuzz() {
	"$fuzzer" -timeout=5 -rss_limit_mb=1024 -artifact_prefix="build-fuzz/found/$name-" "$@" >>"$log" 2>&1
}

# Slowness is measured by the clock, which goes on while a busy machine lets the fuzzer stand. So what was found slow
# has to be slow again by itself, or the fuzzer begins anew.
for try in 1 2 3; do
	: >"$log"
	if fuzz -max_total_time="$FUZZ_SECONDS" "$@"; then
		: >"$folder/$name.passed"
		break
	fi
	slow=$(sed -n 's/.*Test unit written to \(.*-timeout-.*\)/\1/p' "$log")
	if [ ! -f "$slow" ] || [ "$try" = 3 ] || ! fuzz "$slow"; then
		break
	fi
	rm "$slow"
done
exit 0
