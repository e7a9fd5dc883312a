// SPDX-License-Identifier: Apache-2.0

/// The filter that neuron and error unit share, with lead and lag exchanged.
///
///   out    = sat(round(x + rho (drive - x)))    in the cycle of the drive
///   carry' = x + round(take (drive - x))        at the edge, if en_i
///
/// take < 1 keeps carry' between x and the drive, so the carry has no saturation: proven in
/// testbenches/cosim/formal/lead_lag.ys.
module lead_lag #(
  parameter int SignalW  = 16,
  parameter int GuardW   = 8,   // bits the carry keeps below a signal's LSB: slow time constants move it
  parameter int DecayW   = 16,
  parameter int GainW    = 16,
  parameter int GainFrac = 12
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      en_i,
  // Coefficients
  input  logic [DecayW-1:0]         take_i,  // 1 - exp(-tick/lag), all fraction
  input  logic [GainW-1:0]          rho_i,   // lead / lag
  // Signals
  input  logic signed [SignalW-1:0] drive_i,
  output logic signed [SignalW-1:0] out_o
);
  localparam int CarryW   = SignalW + GuardW;
  localparam int TowardsW = CarryW + 1;
  localparam int LeadW    = TowardsW + GainW + 1;
  localparam int StepW    = TowardsW + DecayW;  // |take (drive - x)| < |drive - x|, in fractions of 2^-DecayW

  logic signed [CarryW-1:0]   carry_d, carry_q;
  logic signed [TowardsW-1:0] towards, step;
  logic signed [LeadW-1:0]    lead;
  logic signed [StepW-1:0]    step_full;

  assign towards = TowardsW'($signed({drive_i, {GuardW{1'b0}}})) - TowardsW'(carry_q);
  assign lead    = LeadW'($signed({carry_q, {GainFrac{1'b0}}})) + LeadW'($signed({1'b0, rho_i})) * LeadW'(towards);

  leadlag_round_sat #(
    .InW(LeadW), .Shift(GuardW + GainFrac), .OutW(SignalW)
  ) u_out (
    .in_i(lead), .out_o(out_o)
  );

  assign step_full = StepW'($signed({1'b0, take_i})) * StepW'(towards);

  leadlag_round_sat #(
    .InW(StepW), .Shift(DecayW), .OutW(TowardsW)
  ) u_step (
    .in_i(step_full), .out_o(step)
  );

  assign carry_d = en_i ? carry_q + step[CarryW-1:0] : carry_q;
  logic unused_step;
  assign unused_step = step[TowardsW-1];  // carry and carry' both fit: their difference modulo 2^CarryW is enough

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) carry_q <= '0;
    else         carry_q <= carry_d;
  end
endmodule
