// SPDX-License-Identifier: Apache-2.0

/// The lead-lag filter from its equations, in 24 bits throughout: nothing here can overflow at the proofs' widths.
/// round(v / 2^s) = floor((v + 2^(s-1)) / 2^s); saturation by comparison.
module lead_lag_spec #(
  parameter int SignalW  = 4,
  parameter int GuardW   = 2,
  parameter int DecayW   = 4,
  parameter int GainW    = 4,
  parameter int GainFrac = 2
) (
  input  logic                      clk_i,
  input  logic                      en_i,
  input  logic [DecayW-1:0]         take_i,
  input  logic [GainW-1:0]          rho_i,
  input  logic signed [SignalW-1:0] drive_i,
  output logic signed [23:0]        out_o,
  output logic                      fits_o   // the carry is a word of SignalW + GuardW bits
);
  localparam logic signed [23:0] Top = (24'sd1 <<< (SignalW - 1)) - 24'sd1;

  logic signed [23:0] carry_q, drive, take, rho, lead, rounded;

  assign fits_o  = carry_q >= -(24'sd1 <<< (SignalW + GuardW - 1)) && carry_q < 24'sd1 <<< (SignalW + GuardW - 1);
  assign drive   = 24'(drive_i) <<< GuardW;
  assign take    = $signed({{(24 - DecayW){1'b0}}, take_i});
  assign rho     = $signed({{(24 - GainW){1'b0}}, rho_i});
  // (1 - rho) x + rho drive, in the units of rho
  assign lead    = ((24'sd1 <<< GainFrac) - rho) * carry_q + rho * drive;
  assign rounded = (lead + (24'sd1 <<< (GuardW + GainFrac - 1))) >>> (GuardW + GainFrac);
  assign out_o   = rounded > Top ? Top : rounded < -Top - 24'sd1 ? -Top - 24'sd1 : rounded;

  always_ff @(posedge clk_i) begin
    if (en_i) carry_q <= carry_q + ((take * (drive - carry_q) + (24'sd1 <<< (DecayW - 1))) >>> DecayW);
  end
endmodule
