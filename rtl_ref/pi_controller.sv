// SPDX-License-Identifier: Apache-2.0

/// One channel of a proportional-integral controller with a leak.
///
///   e       = sat(reference - output + error)
///   control = sat(round(u + k_p e))                      0 while run_i is 0
///   u'      = sat(u + round(take e - lost u))            0 while run_i is 0
///
/// run_i: 0 off, 2 the coefficients of sleep, else those of being awake. Latency: control_o and error_o follow in
/// the cycle, u takes one. u stands still while en_i is low.
module pi_controller #(
  parameter int SignalW  = 16,
  parameter int GuardW   = 8,
  parameter int DecayW   = 16,
  parameter int GainW    = 16,
  parameter int GainFrac = 12
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      en_i,
  input  logic [1:0]                run_i,
  // Coefficients
  input  logic [DecayW-1:0]         lost_i,
  input  logic [DecayW-1:0]         take_i,
  input  logic [GainW-1:0]          k_p_i,
  input  logic [DecayW-1:0]         lost_sleep_i,
  input  logic [DecayW-1:0]         take_sleep_i,
  input  logic [GainW-1:0]          k_p_sleep_i,
  // Signals
  input  logic signed [SignalW-1:0] reference_i,
  input  logic signed [SignalW-1:0] output_i,
  input  logic signed [SignalW-1:0] error_i,
  output logic signed [SignalW-1:0] error_o,
  output logic signed [SignalW-1:0] integral_o,
  output logic signed [SignalW-1:0] control_o
);
  localparam int StateW   = SignalW + GuardW;
  localparam int ControlW = StateW + GainW + 2;
  localparam int ChangeW  = StateW + DecayW + 2;
  localparam int NextW    = StateW + 2;

  logic                       off, sleep;
  logic [DecayW-1:0]          lost, take;
  logic [GainW-1:0]           k_p;
  logic signed [SignalW+1:0]  difference;
  logic signed [StateW-1:0]   e, saturated, u_d, u_q;
  logic signed [ControlW-1:0] control;
  logic signed [SignalW-1:0]  follows;
  logic signed [ChangeW-1:0]  change;
  logic signed [NextW-1:0]    rounded, next;

  assign off   = run_i == 2'd0;
  assign sleep = run_i == 2'd2;
  assign lost  = sleep ? lost_sleep_i : lost_i;
  assign take  = sleep ? take_sleep_i : take_i;
  assign k_p   = sleep ? k_p_sleep_i : k_p_i;

  assign difference = (SignalW + 2)'(reference_i) - (SignalW + 2)'(output_i) + (SignalW + 2)'(error_i);
  leadlag_round_sat #(
    .InW(SignalW + 2), .Shift(0), .OutW(SignalW)
  ) u_error (
    .in_i(difference), .out_o(error_o)
  );
  assign e = {error_o, {GuardW{1'b0}}};

  assign control = ControlW'($signed({u_q, {GainFrac{1'b0}}})) + ControlW'($signed({1'b0, k_p})) * ControlW'(e);
  leadlag_round_sat #(
    .InW(ControlW), .Shift(GuardW + GainFrac), .OutW(SignalW)
  ) u_control (
    .in_i(control), .out_o(follows)
  );
  assign control_o = off ? '0 : follows;

  leadlag_round_sat #(
    .InW(StateW), .Shift(GuardW), .OutW(SignalW)
  ) u_integral (
    .in_i(u_q), .out_o(integral_o)
  );

  assign change = ChangeW'($signed({1'b0, take})) * ChangeW'(e) - ChangeW'($signed({1'b0, lost})) * ChangeW'(u_q);
  leadlag_round_sat #(
    .InW(ChangeW), .Shift(DecayW), .OutW(NextW)
  ) u_change (
    .in_i(change), .out_o(rounded)
  );
  assign next = NextW'(u_q) + rounded;
  leadlag_round_sat #(
    .InW(NextW), .Shift(0), .OutW(StateW)
  ) u_next (
    .in_i(next), .out_o(saturated)
  );

  always_comb begin
    u_d = u_q;
    if (en_i) u_d = off ? '0 : saturated;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) u_q <= '0;
    else         u_q <= u_d;
  end
endmodule
