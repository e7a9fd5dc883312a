// SPDX-License-Identifier: Apache-2.0

/// A neuron's error unit: what comes back is registered, then gated by the neuron's slope and led by the
/// filter of the neuron with lead and lag exchanged.
///
///   a = sat(round(slope (back' + epsilon))),  error = lead_lag(a)
///
/// Latency: one cycle from back_i to error_o, none from slope_i and epsilon_i. Registers stand still while
/// en_i is low.
module error_unit #(
  parameter int SignalW  = 16,
  parameter int GuardW   = 8,
  parameter int DecayW   = 16,
  parameter int GainW    = 16,
  parameter int GainFrac = 12,
  parameter int SlopeW   = 16
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      en_i,
  // Coefficients: lag is the neuron's tau_r, lead its tau_m
  input  logic [DecayW-1:0]         take_i,
  input  logic [GainW-1:0]          rho_i,
  // Signals
  input  logic [SlopeW-1:0]         slope_i,
  input  logic signed [SignalW-1:0] back_i,
  input  logic signed [SignalW-1:0] epsilon_i,
  output logic signed [SignalW-1:0] error_o
);
  logic signed [SignalW-1:0] back_d, back_q, gated;

  assign back_d = en_i ? back_i : back_q;

  error_gate #(
    .SignalW(SignalW), .SlopeW(SlopeW)
  ) u_gate (
    .slope_i, .back_i(back_q), .epsilon_i, .gated_o(gated)
  );

  lead_lag #(
    .SignalW(SignalW), .GuardW(GuardW), .DecayW(DecayW), .GainW(GainW), .GainFrac(GainFrac)
  ) u_lead_lag (
    .clk_i, .rst_ni, .en_i, .take_i, .rho_i, .drive_i(gated), .out_o(error_o)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) back_q <= '0;
    else         back_q <= back_d;
  end
endmodule
