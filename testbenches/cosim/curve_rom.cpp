// SPDX-License-Identifier: Apache-2.0

// Writes rtl_ref/leadlag_tanh_rom.sv or leadlag_softplus_rom.sv from the tables that models/fixed computes. A
// test compares them. Usage: curve_rom tanh|softplus
#include <cstddef>
#include <iostream>
#include <string>

#include "fixed/activation.hpp"

int main(int argc, char** argv) {
  using leadlag::fixed::Activation;
  const std::string curve = argc == 2 ? argv[1] : "";
  if (curve != "tanh" && curve != "softplus") {
    std::cerr << "usage: curve_rom tanh|softplus\n";
    return 2;
  }
  const bool rises = curve == "tanh";
  const Activation::Nodes& node = rises ? Activation::nodes() : Activation::softplus_nodes();
  const std::string step = rises ? "rise_o" : "fall_o";
  std::cout
      << "// SPDX-License-Identifier: Apache-2.0\n\n"
      << (rises ? "/// tanh at the ends of 128 segments from 0 to 4, in 2^-15: node_o = tanh(segment / 32), "
                : "/// log(1 + e^-x) at the ends of 128 segments from 0 to 8, in 2^-15: node_o at x = "
                  "segment / 16, ")
      << step << " from it to the next.\n"
      << "/// Written by testbenches/cosim/curve_rom.cpp, do not edit. Combinational.\n"
      << "module leadlag_" << curve << "_rom (\n"
      << "  input  logic [6:0]  segment_i,\n"
         "  output logic [15:0] node_o,\n"
         "  output logic [10:0] "
      << step << "\n);\n"
      << "  always_comb begin\n"
         "    unique case (segment_i)\n";
  for (std::size_t i = 0; i < Activation::segments; ++i) {
    const auto change = rises ? node[i + 1] - node[i] : node[i] - node[i + 1];
    std::cout << "      7'd" << i << ": {node_o, " << step << "} = {16'd" << node[i] << ", 11'd" << change
              << "};\n";
  }
  std::cout << "      default: {node_o, " << step << "} = '0;\n"
            << "    endcase\n"
               "  end\n"
               "endmodule\n";
}
