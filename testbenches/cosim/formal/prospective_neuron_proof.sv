// SPDX-License-Identifier: Apache-2.0

/// prospective_neuron with the hard sigmoid beside its equations: nudge, filter, curve, output registers.
module prospective_neuron_proof #(
  parameter int SignalW    = 5,
  parameter int SignalFrac = 2,
  parameter int GuardW     = 2,
  parameter int DecayW     = 3,
  parameter int GainW      = 3,
  parameter int GainFrac   = 1,
  parameter int SlopeW     = 4
) (
  input  logic                      clk_i,
  input  logic                      en_i,
  input  logic [DecayW-1:0]         take_i,
  input  logic [GainW-1:0]          rho_i,
  input  logic [GainW-1:0]          nudge_i,
  input  logic signed [SignalW-1:0] drive_i,
  input  logic signed [SignalW-1:0] error_i,
  output logic                      ok_o,
  output logic                      fits_o  // the carry has not overflowed
);
  localparam logic signed [23:0] Top = (24'sd1 <<< (SignalW - 1)) - 24'sd1;
  localparam logic signed [23:0] One = 24'sd1 <<< SignalFrac;

  logic signed [SignalW-1:0] rate, driven;
  logic [SlopeW-1:0]         slope;
  logic signed [23:0]        sum, rounded, limited, lookahead, curve, rate_q, slope_q;

  prospective_neuron #(
    .SignalW(SignalW), .SignalFrac(SignalFrac), .GuardW(GuardW), .DecayW(DecayW), .GainW(GainW), .GainFrac(GainFrac),
    .SlopeW(SlopeW), .Curve(leadlag_pkg::CurveHardSigmoid)
  ) u_dut (
    .clk_i, .rst_ni(1'b1), .en_i, .take_i, .rho_i, .nudge_i, .drive_i, .error_i, .rate_o(rate), .slope_o(slope)
  );

  assign sum     = (24'(drive_i) <<< GainFrac) + $signed({{(24 - GainW){1'b0}}, nudge_i}) * 24'(error_i);
  assign rounded = (sum + (24'sd1 <<< (GainFrac - 1))) >>> GainFrac;
  assign limited = rounded > Top ? Top : rounded < -Top - 24'sd1 ? -Top - 24'sd1 : rounded;
  assign driven  = limited[SignalW-1:0];
  lead_lag_spec #(
    .SignalW(SignalW), .GuardW(GuardW), .DecayW(DecayW), .GainW(GainW), .GainFrac(GainFrac)
  ) u_spec (
    .clk_i, .en_i, .take_i, .rho_i, .drive_i(driven), .out_o(lookahead), .fits_o
  );
  // x/4 + 1/2, to the nearest, between 0 and 1; its slope is 1/4 strictly between
  assign curve = (lookahead + 24'sd2 * One + 24'sd2) >>> 2;
  assign ok_o  = 24'(rate) == rate_q && $signed({{(24 - SlopeW){1'b0}}, slope}) == slope_q;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      rate_q  <= curve < 24'sd0 ? 24'sd0 : curve > One ? One : curve;
      slope_q <= lookahead > -24'sd2 * One && lookahead < 24'sd2 * One ? 24'sd1 <<< (SlopeW - 3) : 24'sd0;
    end
  end
endmodule
