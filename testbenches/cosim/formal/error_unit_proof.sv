// SPDX-License-Identifier: Apache-2.0

/// error_unit beside a gate written from its equation and the specification of the filter.
module error_unit_proof #(
  parameter int SignalW  = 4,
  parameter int GuardW   = 2,
  parameter int DecayW   = 3,
  parameter int GainW    = 3,
  parameter int GainFrac = 1,
  parameter int SlopeW   = 3
) (
  input  logic                      clk_i,
  input  logic                      en_i,
  input  logic [DecayW-1:0]         take_i,
  input  logic [GainW-1:0]          rho_i,
  input  logic [SlopeW-1:0]         slope_i,
  input  logic signed [SignalW-1:0] back_i,
  input  logic signed [SignalW-1:0] epsilon_i,
  output logic                      ok_o,
  output logic                      fits_o  // the carry has not overflowed
);
  localparam logic signed [23:0] Top = (24'sd1 <<< (SignalW - 1)) - 24'sd1;

  logic signed [SignalW-1:0] error, back_q, gated;
  logic signed [23:0]        expected, product, rounded, limited;

  error_unit #(
    .SignalW(SignalW), .GuardW(GuardW), .DecayW(DecayW), .GainW(GainW), .GainFrac(GainFrac), .SlopeW(SlopeW)
  ) u_dut (
    .clk_i, .rst_ni(1'b1), .en_i, .take_i, .rho_i, .slope_i, .back_i, .epsilon_i, .error_o(error)
  );

  assign product = $signed({{(24 - SlopeW){1'b0}}, slope_i}) * (24'(back_q) + 24'(epsilon_i));
  assign rounded = (product + (24'sd1 <<< (SlopeW - 2))) >>> (SlopeW - 1);
  assign limited = rounded > Top ? Top : rounded < -Top - 24'sd1 ? -Top - 24'sd1 : rounded;
  assign gated   = limited[SignalW-1:0];
  lead_lag_spec #(
    .SignalW(SignalW), .GuardW(GuardW), .DecayW(DecayW), .GainW(GainW), .GainFrac(GainFrac)
  ) u_spec (
    .clk_i, .en_i, .take_i, .rho_i, .drive_i(gated), .out_o(expected), .fits_o
  );
  assign ok_o = 24'(error) == expected;

  always_ff @(posedge clk_i) begin
    if (en_i) back_q <= back_i;
  end
endmodule
