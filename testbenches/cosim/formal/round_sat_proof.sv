// SPDX-License-Identifier: Apache-2.0

/// leadlag_round_sat against the definition of rounding and saturation, by comparisons instead of shifts.
module round_sat_proof (
  input  logic signed [9:0] in_i,
  output logic              ok_o
);
  logic signed [4:0]  out;
  logic signed [15:0] x, floor8, ceil8;

  leadlag_round_sat #(
    .InW(10), .Shift(3), .OutW(5)
  ) u_dut (
    .in_i, .out_o(out)
  );
  // out is the integer with 8 out - 4 <= in < 8 out + 4, or the end of the range beyond which that integer lies.
  assign x      = 16'(in_i);
  assign floor8 = 16'sd8 * 16'(out) - 16'sd4;
  assign ceil8  = floor8 + 16'sd8;
  assign ok_o   = (x >= floor8 || out == -5'sd16) && (x < ceil8 || out == 5'sd15);
endmodule
