// SPDX-License-Identifier: Apache-2.0
#include "synth/energy_liberty.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <functional>

#include "synth/netlist.hpp"

namespace leadlag {
namespace {

/// Behind the bracket that closes the one at `open`; strings and comments are skipped.
std::size_t closing(const std::string& text, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    if (text[at] == '"') at = text.find('"', at + 1);
    if (text.compare(at, 2, "/*") == 0) at = text.find("*/", at + 2);
    if (at == std::string::npos) break;
    if (text[at] == '{' || text[at] == '(') ++depth;
    if ((text[at] == '}' || text[at] == ')') && --depth == 0) return at + 1;
  }
  throw FlowError("the Liberty file cannot be read: a bracket is not closed");
}

/// Where a word stands on its own with '(' behind it, and where that is; npos if nowhere.
std::size_t find_call(const std::string& text, const std::string& word, std::size_t from) {
  for (std::size_t at = text.find(word, from); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t behind = text.find_first_not_of(" \t\r\n", at + word.size());
    const bool begins =
        at == 0 || (std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0 && text[at - 1] != '_');
    if (begins && behind != std::string::npos && text[behind] == '(') return at;
  }
  return std::string::npos;
}

/// "0.1, 0.2" -> "1, 1"
std::string ones(const std::string& numbers) {
  std::string out;
  for (std::size_t at = 0; at < numbers.size();) {
    const std::size_t end = std::min(numbers.find_first_not_of("0123456789.+-eE", at), numbers.size());
    out += end > at ? std::string("1") : std::string(1, numbers[at]);
    at = std::max(end, at + 1);
  }
  return out;
}

/// Calls change(group) for every group `word (...) { ... }` and puts what it returns in the group's place.
std::string for_each_group(const std::string& text, const std::string& word, bool braces,
                           const std::function<std::string(const std::string&)>& change) {
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = find_call(text, word, 0); at != std::string::npos; at = find_call(text, word, from)) {
    std::size_t end = closing(text, text.find('(', at));
    if (braces) {
      const std::size_t open = text.find_first_not_of(" \t\r\n", end);
      if (open == std::string::npos || text[open] != '{') {  // another use of the word
        out += text.substr(from, end - from), from = end;
        continue;
      }
      end = closing(text, open);
    }
    out += text.substr(from, at - from) + change(text.substr(at, end - at));
    from = end;
  }
  return out + text.substr(from);
}

/// "direction : output;", whatever the blanks.
bool states(const std::string& group, const std::string& name, const std::string& value) {
  for (std::size_t at = group.find(name); at != std::string::npos; at = group.find(name, at + 1)) {
    std::size_t rest = group.find_first_not_of(" \t", at + name.size());
    if (rest == std::string::npos || group[rest] != ':') continue;
    rest = group.find_first_not_of(" \t\"", rest + 1);
    if (rest != std::string::npos && group.compare(rest, value.size(), value) == 0) return true;
  }
  return false;
}

}  // namespace

std::string energy_liberty(const std::string& liberty, PinKind kind, bool unit) {
  return for_each_group(liberty, "pin", true, [&](const std::string& pin) {
    const bool kept = (kind == PinKind::output) == states(pin, "direction", "output");
    return for_each_group(pin, "internal_power", true, [&](const std::string& power) {
      if (!kept) return std::string();
      if (!unit) return power;
      return for_each_group(power, "values", false, [&](const std::string& values) {
        return "values " + ones(values.substr(values.find('(')));
      });
    });
  });
}

double energy_unit(const std::string& liberty) {
  const std::size_t cap = find_call(liberty, "capacitive_load_unit", 0);
  const std::size_t volt = liberty.find("voltage_unit");
  if (cap == std::string::npos || volt == std::string::npos)
    throw FlowError("the Liberty file states no capacitive_load_unit or no voltage_unit");
  const std::size_t open = liberty.find('(', cap), comma = liberty.find(',', open);
  const std::size_t quote = liberty.find('"', volt);
  const double size = std::strtod(liberty.c_str() + open + 1, nullptr);
  const std::size_t letter = liberty.find_first_not_of(" \"", comma + 1);
  const char farad = static_cast<char>(std::tolower(static_cast<unsigned char>(liberty[letter])));
  char* end = nullptr;
  const double volts = std::strtod(liberty.c_str() + quote + 1, &end) * (*end == 'm' ? 1e-3 : 1.0);
  const double scale = farad == 'p' ? 1e-12 : farad == 'f' ? 1e-15 : farad == 'n' ? 1e-9 : 0.0;
  if (!(size * scale * volts > 0.0)) throw FlowError("the units of the Liberty file cannot be read");
  return size * scale * volts * volts;
}

}  // namespace leadlag
