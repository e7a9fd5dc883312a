// SPDX-License-Identifier: Apache-2.0

/// Weight register that learns on the die: w' = sat(w + floor((error rate + u) / 2^cut)), learning rate
/// 2^-RateShift. cut aligns the product with the weight; u are the lowest cut bits of a shift register that
/// steps once per update, so that the mean of a rounded step is the step (stochastic rounding).
/// Latency: one cycle. load_i writes load_data_i instead; nothing moves while en_i is low.
module plasticity_cell #(
  parameter int          SignalW    = 16,
  parameter int          SignalFrac = 11,
  parameter int          WeightW    = 16,
  parameter int          WeightFrac = 13,
  parameter int          RateShift  = 6,
  parameter logic [31:0] Seed       = 32'h0000_0001
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      en_i,
  input  logic                      learn_i,
  input  logic                      load_i,
  input  logic signed [WeightW-1:0] load_data_i,
  input  logic signed [SignalW-1:0] error_i,
  input  logic signed [SignalW-1:0] rate_i,
  output logic signed [WeightW-1:0] weight_o
);
  localparam int Cut      = 2 * SignalFrac + RateShift - WeightFrac;  // 1 to 32
  localparam int ProductW = 2 * SignalW;
  localparam int DrawnW   = (ProductW > Cut + 1 ? ProductW : Cut + 1) + 1;
  localparam int StepW    = DrawnW - Cut;
  localparam int NextW    = (StepW > WeightW ? StepW : WeightW) + 1;

  logic                       update;
  logic [31:0]                random;
  logic signed [ProductW-1:0] product;
  logic signed [DrawnW-1:0]   drawn;
  logic signed [NextW-1:0]    next;
  logic signed [WeightW-1:0]  saturated, weight_d, weight_q;

  assign update  = en_i & learn_i & ~load_i;

  leadlag_lfsr #(
    .Seed(Seed)
  ) u_lfsr (
    .clk_i, .rst_ni, .en_i(update), .state_o(random)
  );

  assign product = ProductW'(error_i) * ProductW'(rate_i);
  assign drawn   = DrawnW'(product) + DrawnW'($signed({1'b0, random[Cut-1:0]}));
  assign next    = NextW'(weight_q) + NextW'($signed(drawn[DrawnW-1:Cut]));
  logic unused_drawn;
  assign unused_drawn = ^{random, drawn[Cut-1:0]};  // of the register, only the lowest Cut bits are drawn

  leadlag_round_sat #(
    .InW(NextW), .Shift(0), .OutW(WeightW)
  ) u_next (
    .in_i(next), .out_o(saturated)
  );

  always_comb begin
    weight_d = weight_q;
    if (en_i & load_i) weight_d = load_data_i;
    else if (update)   weight_d = saturated;
  end
  assign weight_o = weight_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) weight_q <= '0;
    else         weight_q <= weight_d;
  end
endmodule
