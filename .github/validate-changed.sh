#!/usr/bin/env bash
# Validate the files that a change touches, and write the findings where GitHub reads them.
#
# Everything is told by variables, none of them needed:
#   FILES     files, one a line; without it those that differ from BASE
#   BASE      a commit to compare with; without it, or when it is not there, the commit before
#   ENDINGS   which files count, as in "ttl xlsx"
#   LANGUAGE  nb, nn or en
#   FAIL_ON   the least severity that fails
#   FORMAT    how the findings are written
#   OUTPUT    where they are written
#   LIVSGRAF  the command
#
# Exit status: that of `livsgraf validate`; 0 when no such file has changed.
set -euo pipefail

output=${OUTPUT:-livsgraf.sarif}
read -r -a command <<<"${LIVSGRAF:-livsgraf}"
read -r -a endings <<<"${ENDINGS:-ttl nt nq trig rdf jsonld xlsx}"
patterns=("${endings[@]/#/*.}")

tell() { # name, value
  if [ -n "${GITHUB_OUTPUT:-}" ]; then echo "$1=$2" >>"$GITHUB_OUTPUT"; fi
}

files=()
if [ -n "${FILES:-}" ]; then
  while IFS= read -r file; do
    if [ -n "$file" ]; then files+=("$file"); fi
  done <<<"$FILES"
else
  base=${BASE:-}
  # A new branch has no commit before it, and a shallow clone may lack the base.
  if ! git rev-parse --quiet --verify "$base^{commit}" >/dev/null 2>&1; then base=HEAD~1; fi
  if ! git rev-parse --quiet --verify "$base^{commit}" >/dev/null 2>&1; then
    base=$(git hash-object -t tree /dev/null)
  elif found=$(git merge-base "$base" HEAD 2>/dev/null); then
    base=$found
  fi
  while IFS= read -r -d '' file; do files+=("$file"); done \
    < <(git diff --name-only -z --no-renames --diff-filter=d --relative "$base" HEAD -- "${patterns[@]}")
fi

tell files "${#files[@]}"
if [ "${#files[@]}" = 0 ]; then
  echo "No changed file to validate." >&2
  tell status 0
  exit 0
fi

options=(--format "${FORMAT:-sarif}")
if [ -n "${FAIL_ON:-}" ]; then options+=(--fail-on "$FAIL_ON"); fi
status=0
"${command[@]}" --lang "${LANGUAGE:-nb}" validate "${options[@]}" -- "${files[@]}" >"$output" || status=$?
# What is no answer is no file either: a reader would take an empty one for a clean one.
if [ -s "$output" ]; then tell sarif "$output"; else rm -f "$output"; fi
tell status "$status"
exit "$status"
