#!/bin/bash
# What the cases of the program share: a folder of their own, exit codes, what a file must contain. To be sourced by a
# script that was called with CASE LEADLAG SOURCE_DIR.
case_name=$1 leadlag=$2 source=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
fail() { echo "FAILED: $*"; exit 1; }
expect() {  # code command...
  local code=$1
  shift
  "$@" >stdout 2>stderr
  local got=$?
  [ "$got" -eq "$code" ] || { cat stdout stderr; fail "exit code $got instead of $code: $*"; }
}
has() { grep -qF -- "$2" "$1" || { cat "$1"; fail "$1 does not contain: $2"; }; }
