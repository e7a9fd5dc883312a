// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace leadlag {

/// Threshold mismatch of the transistors in a deck: every instance of a block gets a copy of its subcircuit
/// and of all that it contains, in which each transistor has a draw of its own.
///
/// The library (transistor.lib) turns a draw z into delvto = z A_VT / sqrt(2 W L m), so that two transistors
/// differ by sigma = A_VT / sqrt(W L) (Pelgrom et al., IEEE JSSC 24, 1989). A draw depends on the seed and on
/// the transistor's place only: other instances can be added without changing it.
class Mismatch {
 public:
  Mismatch(const std::string& library, std::uint64_t seed);

  /// True if there are transistors in it.
  bool applies(const std::string& subcircuit) const;
  /// Name of an instance's own subcircuit.
  static std::string name_of_copy(const std::string& subcircuit, const std::string& instance);
  /// Its text, and that of the subcircuits in it.
  std::string copy(const std::string& subcircuit, const std::string& instance) const;

 private:
  struct Subcircuit {
    std::string header;  ///< pins and parameters
    std::vector<std::string> lines;
  };
  std::map<std::string, Subcircuit> subcircuits_;
  std::uint64_t seed_;
};

}  // namespace leadlag
