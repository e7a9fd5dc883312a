#!/bin/bash
# A headless Chromium for tests, by the WebDriver protocol: source this, then open_browser, and `trap close_browser EXIT`.
# Needs the packages chromium, chromium-driver, curl and jq (.ci/install); without them a test fails and says so.

open_browser() {  # FOLDER for the profile and the driver's log
  local tool
  for tool in chromium chromedriver curl jq; do
    command -v $tool >/dev/null || { echo "FAILED: $tool is missing; .ci/install installs it"; exit 1; }
  done
  # HOME: Chromium writes there whatever its profile. --port=0: the driver takes a free one and names it.
  HOME=$1 chromedriver --port=0 >"$1/driver.log" 2>&1 &
  driver=$!
  local port="" wait
  for wait in $(seq 100); do
    port=$(sed -nE 's/.*started successfully on port ([0-9]+).*/\1/p' "$1/driver.log")
    [ -n "$port" ] && break
    kill -0 $driver 2>/dev/null || break
    sleep 0.1
  done
  [ -n "$port" ] || { cat "$1/driver.log"; echo "FAILED: chromedriver did not start"; exit 1; }
  # --no-sandbox: containers run tests as root, where the sandbox refuses to start.
  local wanted
  wanted=$(jq -n --arg profile "$1/profile" --arg binary "$(command -v chromium)" '{capabilities: {alwaysMatch: {
    browserName: "chrome", pageLoadStrategy: "normal", timeouts: {pageLoad: 60000, script: 60000},
    "goog:loggingPrefs": {browser: "ALL", performance: "ALL"},
    "goog:chromeOptions": {binary: $binary, args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
      "--window-size=1280,900", ("--user-data-dir=" + $profile)]}}}}')
  driver_url=http://127.0.0.1:$port
  local answer
  answer=$(curl -sS --max-time 90 -H 'Content-Type: application/json' -d "$wanted" "$driver_url/session")
  session=$(jq -r '.value.sessionId // empty' <<<"$answer")
  [ -n "$session" ] || { echo "$answer"; cat "$1/driver.log"; echo "FAILED: no browser session"; exit 1; }
}

close_browser() {
  [ -z "${session:-}" ] || curl -s --max-time 20 -X DELETE "$driver_url/session/$session" >/dev/null
  [ -z "${driver:-}" ] || { kill $driver; wait $driver; } 2>/dev/null
  session="" driver=""
}

driver() {  # PATH JSON: what the driver answers; a failure of it or of the page ends the test
  local answer
  answer=$(curl -sS --max-time 90 -H 'Content-Type: application/json' --data-binary @- "$driver_url/session/$session/$1" <<<"$2") ||
    { echo "FAILED: driver $1" >&2; return 1; }
  if jq -e '.value | type == "object" and has("error")' <<<"$answer" >/dev/null; then
    jq -r '"FAILED: " + .value.error + ": " + .value.message' <<<"$answer" >&2
    return 1
  fi
  jq -c .value <<<"$answer"
}

visit() { driver url "$(jq -n --arg url "$1" '{url: $url}')" >/dev/null; }
script() {  # JavaScript: the JSON of what it returns
  driver execute/sync "$(jq -n --arg script "$1" '{script: $script, args: []}')"
}
devtools() { driver goog/cdp/execute "$(jq -n --arg cmd "$1" --argjson params "$2" '{cmd: $cmd, params: $params}')"; }
press() {  # CSS_SELECTOR KEYS: focuses the element and types
  local id
  id=$(driver element "$(jq -n --arg css "$1" '{using: "css selector", value: $css}')" | jq -r '.[]') &&
    driver "element/$id/value" "$(jq -n --arg keys "$2" '{text: $keys}')" >/dev/null
}
click() {  # CSS_SELECTOR: as a reader does, scrolled into view
  local id
  id=$(driver element "$(jq -n --arg css "$1" '{using: "css selector", value: $css}')" | jq -r '.[]') &&
    driver "element/$id/click" '{}' >/dev/null
}
screen() {  # WIDTH HEIGHT: of a desktop, or of a phone when it is narrow
  devtools Emulation.setDeviceMetricsOverride "$(jq -n --argjson w "$1" --argjson h "$2" \
    '{width: $w, height: $h, deviceScaleFactor: 1, mobile: ($w < 600)}')" >/dev/null
}
screenshot() {  # FILE WIDTH: the whole page, on a screen as high as the page: what lies beyond one may not be painted
  screen "$2" "$(script 'return document.documentElement.scrollHeight')"
  driver execute/async '{"script": "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))", "args": []}' >/dev/null
  devtools Page.captureScreenshot '{"format": "png"}' | jq -r .data | base64 -d >"$1"
  screen "$2" 900
}
# What the console said and what was fetched since the last call; the browser's own start page is left out.
console() { driver se/log '{"type": "browser"}' | jq -c '[.[] | select(.level == "SEVERE" or .level == "WARNING") | .message]'; }
requests() {
  driver se/log '{"type": "performance"}' |
    jq -c '[.[].message | fromjson | .message | select(.method == "Network.requestWillBeSent") | .params.request.url |
      select(test("^(chrome|data):") | not)]'
}
