// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <systemc>
#include <utility>
#include <vector>

namespace leadlag {

/// Looks at a testbench's pins before the kernel ties them up, so that a mistake is told with the pin's name
/// and a way out: the kernel alone says E109 for a pin left open, and E115 without the pin for two drivers.
/// Collects all mistakes; throw_if_any() throws them as one WiringError.
class PinCheck final {
 public:
  /// Lists every driver of the testbench: to be made when all modules have been constructed and bound.
  PinCheck();

  /// A pin is bound to one signal at most, and that signal has one driver at most.
  void inspect(sc_core::sc_port_base& pin);
  void add(const std::string& mistake) { mistakes_.push_back(mistake); }
  void throw_if_any() const;

 private:
  void collect(const std::vector<sc_core::sc_object*>& objects);

  std::vector<std::pair<const sc_core::sc_interface*, std::string>> drivers_;  // signal, name of its driver
  std::vector<std::string> mistakes_;
};

}  // namespace leadlag
