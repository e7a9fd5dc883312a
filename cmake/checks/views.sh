#!/bin/bash
# Every block has all its views, or a waiver with a reason in models/blocks/waivers.txt (stem view reason...).
# Usage: views.sh SOURCE_DIR
set -u
cd "$1" || exit 1
status=0
stems=$(grep -rhoE 'stem = "[a-z_]+"' models/blocks --include='*.hpp' | sed -E 's/.*"(.*)"/\1/' | sort)
[ "$(wc -w <<<"$stems")" -ge 10 ] || { echo "suspiciously few blocks: $stems"; status=1; }
waived() { grep -qE "^($1|\*) $2 [^ ]+ " models/blocks/waivers.txt; }
need() {  # stem view present?
  if [ "$3" = yes ]; then
    grep -qE "^$1 $2 " models/blocks/waivers.txt && { echo "$1: view $2 exists, remove its waiver"; status=1; }
    return
  fi
  waived "$1" "$2" || { echo "$1: no $2 view and no waiver"; status=1; }
}
has() { if [ -f "$1" ]; then echo yes; else echo no; fi; }
for stem in $stems; do
  need "$stem" hpp "$(has models/blocks/$stem.hpp)"
  need "$stem" cpp "$(has models/blocks/$stem.cpp)"
  need "$stem" docs "$(has docs/blocks/$stem.md)"
  need "$stem" sv "$(has rtl_ref/$stem.sv)"
  grep -qE "^\.subckt $stem " models/spice/behavioural.lib && cir=yes || cir=no
  need "$stem" cir "$cir"
  grep -rqE "blocks/$stem\.hpp" testbenches/blocks && tested=yes || tested=no
  need "$stem" test "$tested"
  grep -qE 'Datasheet datasheet\(' "models/blocks/$stem.hpp" && sheet=yes || sheet=no
  need "$stem" datasheet "$sheet"
  grep -qE 'fields\(\)' "models/blocks/$stem.hpp" && fields=yes || fields=no
  need "$stem" fields "$fields"
done
while read -r stem view reason; do
  [ -z "$stem" ] || [ "$stem" = "#" ] && continue
  [ -n "$reason" ] || { echo "waiver without a reason: $stem $view"; status=1; }
done < models/blocks/waivers.txt
exit $status
