// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <systemc>

namespace leadlag {

/// The testbench's wiring is wrong: what() has one line per mistake, each with the hierarchical name of the
/// pin and what to do about it.
struct WiringError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A row of equal pins. Like sc_vector, but whole rows are bound only to rows of the same size, and an index
/// beyond the end is an error: sc_vector leaves pins open without a word.
template <class Port>
class Pins final : public sc_core::sc_vector<Port> {
 public:
  using Row = sc_core::sc_vector<Port>;
  using Row::Row;

  /// Binds pin k to channels[k]: an sc_vector of signals or ports, a std::vector or std::array of them.
  template <class Channels>
  void bind(Channels& channels) {
    if (channels.size() != this->size()) {
      throw WiringError(std::string(this->name()) + " has " + count(this->size()) +
                        ", but is bound to a row of " + std::to_string(channels.size()) +
                        "; make the row with " + this->basename() + ".size()");
    }
    for (std::size_t k = 0; k < this->size(); ++k) (*this)[k].bind(channels[k]);
  }
  template <class Channels>
  void operator()(Channels& channels) {
    bind(channels);
  }
  Port& operator[](std::size_t k) { return check(k), Row::operator[](k); }
  const Port& operator[](std::size_t k) const { return check(k), Row::operator[](k); }

 private:
  static std::string count(std::size_t n) { return std::to_string(n) + (n == 1 ? " pin" : " pins"); }
  void check(std::size_t k) const {
    if (k < this->size()) return;
    throw WiringError(std::string(this->name()) + " has " + count(this->size()) + ", so there is no " +
                      this->basename() + "[" + std::to_string(k) + "]");
  }
};

}  // namespace leadlag
