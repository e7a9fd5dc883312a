// SPDX-License-Identifier: Apache-2.0

/// Leaky neuron whose output leads its membrane: nudge, lead-lag filter, curve, output registers.
///
///   s = sat(drive + round(nudge error)),  u_hat = lead_lag(s),  rate' = phi(u_hat),  slope' = phi'(u_hat)
///
/// Latency: one cycle, from drive_i to rate_o and slope_o. Registers stand still while en_i is low.
module prospective_neuron #(
  parameter int SignalW    = 16,
  parameter int SignalFrac = 11,
  parameter int GuardW     = 8,
  parameter int DecayW     = 16,
  parameter int GainW      = 16,
  parameter int GainFrac   = 12,
  parameter int SlopeW     = 16,
  parameter int Curve      = leadlag_pkg::CurveTanh
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      en_i,
  // Coefficients
  input  logic [DecayW-1:0]         take_i,
  input  logic [GainW-1:0]          rho_i,
  input  logic [GainW-1:0]          nudge_i,
  // Signals
  input  logic signed [SignalW-1:0] drive_i,
  input  logic signed [SignalW-1:0] error_i,
  output logic signed [SignalW-1:0] rate_o,
  output logic [SlopeW-1:0]         slope_o
);
  localparam int NudgedW = SignalW + GainW + 1;

  logic signed [NudgedW-1:0] nudged;
  logic signed [SignalW-1:0] driven, lookahead;
  logic signed [SignalW-1:0] rate, rate_d, rate_q;
  logic [SlopeW-1:0]         slope, slope_d, slope_q;

  assign nudged = NudgedW'($signed({drive_i, {GainFrac{1'b0}}})) +
                  NudgedW'($signed({1'b0, nudge_i})) * NudgedW'(error_i);
  leadlag_round_sat #(
    .InW(NudgedW), .Shift(GainFrac), .OutW(SignalW)
  ) u_driven (
    .in_i(nudged), .out_o(driven)
  );

  lead_lag #(
    .SignalW(SignalW), .GuardW(GuardW), .DecayW(DecayW), .GainW(GainW), .GainFrac(GainFrac)
  ) u_lead_lag (
    .clk_i, .rst_ni, .en_i, .take_i, .rho_i, .drive_i(driven), .out_o(lookahead)
  );

  activation #(
    .SignalW(SignalW), .SignalFrac(SignalFrac), .SlopeW(SlopeW), .Curve(Curve)
  ) u_activation (
    .x_i(lookahead), .rate_o(rate), .slope_o(slope)
  );

  assign rate_d  = en_i ? rate : rate_q;
  assign slope_d = en_i ? slope : slope_q;
  assign rate_o  = rate_q;
  assign slope_o = slope_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      rate_q  <= '0;
      slope_q <= '0;
    end else begin
      rate_q  <= rate_d;
      slope_q <= slope_d;
    end
  end
endmodule
