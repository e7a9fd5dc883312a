#!/bin/bash
# Usage: format.sh SOURCE_DIR CLANG_FORMAT
set -u
cd "$1" || exit 1
find src models testbenches \( -name '*.cpp' -o -name '*.hpp' \) -print0 | xargs -0 "$2" --dry-run --Werror
