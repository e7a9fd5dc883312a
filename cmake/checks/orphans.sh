#!/bin/bash
# A file in no target, a header no one includes, a chip no test runs, a page no page links to: each is a failure.
# Usage: orphans.sh SOURCE_DIR
set -u
cd "$1" || exit 1
status=0
files=$(find src models testbenches -name '*.cpp' | sort)
[ "$(wc -l <<<"$files")" -ge 40 ] || { echo "suspiciously few sources"; status=1; }
for file in $files; do
  folder=$(dirname "$file")
  list=$folder/CMakeLists.txt
  [ -f "$list" ] || list=$(dirname "$folder")/CMakeLists.txt
  grep -qE "(^|[ (/])$(basename "$file")([ )]|$)" "$list" || { echo "$file is in no target of $list"; status=1; }
done
for file in $(find src models testbenches -name '*.hpp' | sort); do
  name=$(sed -E 's#^(src|models|testbenches)/##' <<<"$file")
  grep -rqF "\"$name\"" src models testbenches --include='*.cpp' --include='*.hpp' || { echo "$file is included by no one"; status=1; }
done
pages=$(find src/report/page -name '*.js' -o -name '*.css' -o -name '*.html' | sort)
[ "$(wc -l <<<"$pages")" -ge 5 ] || { echo "suspiciously few parts of report.html"; status=1; }
for file in $pages; do
  grep -qF "page/$(basename "$file")" src/report/CMakeLists.txt || { echo "$file is not embedded by src/report/CMakeLists.txt"; status=1; }
done
for file in $(find testbenches -name '*.sh' | sort); do
  grep -rqF "$(basename "$file")" testbenches --include=CMakeLists.txt --include='*.sh' || { echo "$file is run by no test"; status=1; }
done
for file in docs/*.md docs/*/*.md; do
  [ "$file" = docs/README.md ] && continue
  grep -rlF "$(basename "$file")" README.md docs | grep -qvF "$file" || { echo "$file is linked from no page"; status=1; }
done
for file in models/spice/*.lib; do
  grep -rqF "\"$(basename "$file")\"" src/spice --include='*.cpp' || { echo "$file is included by no deck"; status=1; }
done
chips=$(find models/chips -name '*.yaml' | sort)
[ -n "$chips" ] || { echo "no chips"; status=1; }
for file in $chips; do
  grep -qF "$(basename "$file" .yaml)" testbenches/cli/CMakeLists.txt || { echo "$file is run by no test"; status=1; }
done
# catch_discover_tests cuts a name at a semicolon; ctest then passes on no test at all.
while read -r hit; do
  echo "$hit: no ; in the name of a test"
  status=1
done < <(grep -rnE 'TEST_CASE\("[^"]*;' testbenches --include='*.cpp')
for file in cmake/*.cmake; do
  grep -qF "include($(basename "$file" .cmake))" CMakeLists.txt || { echo "$file is used by no CMakeLists.txt"; status=1; }
done
for file in cmake/checks/*.sh; do
  grep -qwF "$(basename "$file" .sh)" testbenches/cli/CMakeLists.txt || { echo "$file is run by no test"; status=1; }
done
exit $status
