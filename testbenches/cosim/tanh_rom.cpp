// SPDX-License-Identifier: Apache-2.0

// Writes rtl_ref/leadlag_tanh_rom.sv from the table that models/fixed computes. A test compares the two.
#include <cstddef>
#include <iostream>

#include "fixed/activation.hpp"

int main() {
  using leadlag::fixed::Activation;
  const Activation::Nodes& node = Activation::nodes();
  std::cout << "// SPDX-License-Identifier: Apache-2.0\n\n"
               "/// tanh at the ends of 128 segments from 0 to 4, in 2^-15: node_o = tanh(segment / 32), "
               "rise_o from it to "
               "the next.\n"
               "/// Written by testbenches/cosim/tanh_rom.cpp, do not edit. Combinational.\n"
               "module leadlag_tanh_rom (\n"
               "  input  logic [6:0]  segment_i,\n"
               "  output logic [15:0] node_o,\n"
               "  output logic [10:0] rise_o\n"
               ");\n"
               "  always_comb begin\n"
               "    unique case (segment_i)\n";
  for (std::size_t i = 0; i < Activation::segments; ++i) {
    std::cout << "      7'd" << i << ": {node_o, rise_o} = {16'd" << node[i] << ", 11'd"
              << node[i + 1] - node[i] << "};\n";
  }
  std::cout << "      default: {node_o, rise_o} = '0;\n"
               "    endcase\n"
               "  end\n"
               "endmodule\n";
}
