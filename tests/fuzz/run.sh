#!/bin/sh
# One fuzzer over its stored corpus for $FUZZ_SECONDS.
#
#   sh tests/fuzz/run.sh FOLDER NAME
#
# What it says goes to FOLDER/NAME.log; FOLDER/NAME.passed is there afterwards if it found nothing. New inputs stay in
# FOLDER, since the stored corpus changes by commits only.
set -u

folder=$1 name=$2
mkdir -p "$folder/$name.new"
set -- "$folder/$name.new"
[ ! -d "tests/fuzz/corpus/$name" ] || set -- "$@" "tests/fuzz/corpus/$name"
"build-fuzz/tests/fuzz/fuzz_$name" -max_total_time="$FUZZ_SECONDS" -timeout=5 -rss_limit_mb=1024 \
	-artifact_prefix="build-fuzz/found/$name-" "$@" >"$folder/$name.log" 2>&1 && : >"$folder/$name.passed"
exit 0
