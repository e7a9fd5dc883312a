// SPDX-License-Identifier: Apache-2.0
#include "spice/mismatch.hpp"

#include <algorithm>
#include <sstream>

#include "units/random.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// Place of the subcircuit's name in an instance: the last word that sets no parameter.
std::size_t name_at(const std::vector<std::string>& words) {
  std::size_t at = words.size();
  while (at-- > 1) {
    if (words[at].find('=') == std::string::npos) return at;
  }
  return 0;
}

bool is_instance(const std::string& line) {
  return !line.empty() && (line.front() == 'X' || line.front() == 'x');
}
bool is_transistor(const std::string& name) { return name == "nfet" || name == "pfet"; }

std::string in_one_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

}  // namespace

Mismatch::Mismatch(const std::string& library, std::uint64_t seed) : seed_(seed) {
  std::istringstream stream(library);
  Subcircuit* open = nullptr;
  for (std::string line; std::getline(stream, line);) {
    const auto words = words_of(line);
    if (words.empty() || words.front().front() == '*') continue;
    if (words.front() == ".subckt") {
      open = &subcircuits_[words.at(1)];
      open->header = in_one_line({words.begin() + 2, words.end()});
    } else if (words.front() == ".ends") {
      open = nullptr;
    } else if (open != nullptr && line.front() == '+' && !open->lines.empty()) {
      open->lines.back() += line.substr(1);
    } else if (open != nullptr) {
      open->lines.push_back(line);
    }
  }
}

bool Mismatch::applies(const std::string& subcircuit) const {
  if (is_transistor(subcircuit)) return true;
  const auto found = subcircuits_.find(subcircuit);
  if (found == subcircuits_.end()) return false;
  return std::any_of(found->second.lines.begin(), found->second.lines.end(), [&](const std::string& line) {
    const auto words = words_of(line);
    return is_instance(line) && applies(words[name_at(words)]);
  });
}

std::string Mismatch::name_of_copy(const std::string& subcircuit, const std::string& instance) {
  return subcircuit + "__" + instance;
}

std::string Mismatch::copy(const std::string& subcircuit, const std::string& instance) const {
  const Subcircuit& from = subcircuits_.at(subcircuit);
  std::string before, body;
  for (const std::string& line : from.lines) {
    if (!is_instance(line)) {
      body += line + "\n";
      continue;
    }
    auto words = words_of(line);
    std::string& name = words[name_at(words)];
    const std::string place = instance + "_" + words.front();
    if (is_transistor(name)) {
      words.push_back("z=" + shortest(Draws(seed_, place, "threshold").normal(0)));
    } else if (applies(name)) {
      before += copy(name, place);
      name = name_of_copy(name, place);
    }
    body += in_one_line(words) + "\n";
  }
  return before + ".subckt " + name_of_copy(subcircuit, instance) + " " + from.header + "\n" + body +
         ".ends\n";
}

}  // namespace leadlag
