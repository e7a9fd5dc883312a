// SPDX-License-Identifier: Apache-2.0

/// Galois shift register x^32 + x^22 + x^2 + x + 1, period 2^32 - 1. It steps at edges at which en_i is high.
module leadlag_lfsr #(
  parameter logic [31:0] Seed = 32'h0000_0001  // not 0, at which it would stay
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        en_i,
  output logic [31:0] state_o
);
  logic [31:0] state_d, state_q;

  assign state_d = en_i ? ((state_q >> 1) ^ (state_q[0] ? 32'h8020_0003 : 32'h0000_0000)) : state_q;
  assign state_o = state_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= Seed;
    else         state_q <= state_d;
  end
endmodule
