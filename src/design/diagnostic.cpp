// SPDX-License-Identifier: Apache-2.0
#include "design/diagnostic.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <utility>

namespace leadlag {
namespace {

std::string render(const std::string& file, const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics) {
    if (!text.empty()) text += '\n';
    text += d.origin.empty() ? file : d.origin;
    if (d.at.line > 0) text += ':' + std::to_string(d.at.line) + ':' + std::to_string(d.at.column);
    text += ": error[" + d.id + "]: " + d.message;
  }
  return text;
}

std::string lower(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word;
}

/// Edits that lead from a to b: insertions, deletions, replacements, swaps of neighbours.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

DesignError::DesignError(const std::string& file, std::vector<Diagnostic> diagnostics)
    : std::runtime_error(render(file, diagnostics)), diagnostics_(std::move(diagnostics)) {}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > 64) return "";
  const std::string given = lower(word);
  std::string best;
  std::size_t least = std::max<std::size_t>(1, (word.size() + 1) / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::string other = lower(candidate);
    if (const std::size_t d = distance(given, other); d < least && d < word.size())
      least = d, best = candidate;
  }
  if (!best.empty() || word.size() < 3) return best;
  for (const std::string& candidate : candidates) {  // a beginning: "opt" for "optimiser"
    if (lower(candidate).starts_with(given)) return candidate;
  }
  return best;
}

}  // namespace leadlag
