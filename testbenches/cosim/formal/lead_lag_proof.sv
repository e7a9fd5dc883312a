// SPDX-License-Identifier: Apache-2.0

/// lead_lag beside its specification. Equal outputs and equal carries mean that the carry of the twin never wraps.
module lead_lag_proof #(
  parameter int SignalW  = 4,
  parameter int GuardW   = 2,
  parameter int DecayW   = 3,
  parameter int GainW    = 3,
  parameter int GainFrac = 1
) (
  input  logic                      clk_i,
  input  logic                      en_i,
  input  logic [DecayW-1:0]         take_i,
  input  logic [GainW-1:0]          rho_i,
  input  logic signed [SignalW-1:0] drive_i,
  output logic                      ok_o,
  output logic                      fits_o  // the carry has not overflowed
);
  logic signed [SignalW-1:0] out;
  logic signed [23:0]        expected;

  lead_lag #(
    .SignalW(SignalW), .GuardW(GuardW), .DecayW(DecayW), .GainW(GainW), .GainFrac(GainFrac)
  ) u_dut (
    .clk_i, .rst_ni(1'b1), .en_i, .take_i, .rho_i, .drive_i, .out_o(out)
  );
  lead_lag_spec #(
    .SignalW(SignalW), .GuardW(GuardW), .DecayW(DecayW), .GainW(GainW), .GainFrac(GainFrac)
  ) u_spec (
    .clk_i, .en_i, .take_i, .rho_i, .drive_i, .out_o(expected), .fits_o
  );
  assign ok_o = 24'(out) == expected;
endmodule
