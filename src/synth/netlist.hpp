// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace leadlag {

/// Yosys, Icarus Verilog or OpenSTA did not finish, or printed what cannot be read; what() says which and
/// why.
struct FlowError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What Yosys's JSON says of a flat module of library cells.
struct GateNetlist {
  struct Port {
    std::string name;
    int width = 1;
    bool input = false;
    std::vector<std::size_t> bits;  ///< nets, from the lowest
  };
  struct Cell {
    std::string name;
    std::vector<std::string> outputs;  ///< pins
    std::vector<std::string>
        output_names;  ///< of their nets: "carry_q[3]"; a net without a name has its number
    std::vector<std::size_t> output_nets, input_nets;  ///< constants left out
  };
  std::vector<Port> ports;
  std::vector<Cell> cells;

  /// "carry_q[3]" of a flip-flop's instance, or the port's own name.
  std::string point_name(const std::string& instance_or_port) const;
};

/// Throws FlowError if it is no such netlist.
GateNetlist read_netlist(const std::string& json, const std::string& module);

}  // namespace leadlag
