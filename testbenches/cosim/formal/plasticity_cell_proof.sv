// SPDX-License-Identifier: Apache-2.0

/// plasticity_cell beside its equation in 24 bits: the weight goes to the end of its range, it never wraps.
module plasticity_cell_proof #(
  parameter int SignalW    = 4,
  parameter int SignalFrac = 2,
  parameter int WeightW    = 4,
  parameter int WeightFrac = 3,
  parameter int RateShift  = 1
) (
  input  logic                      clk_i,
  input  logic                      en_i,
  input  logic                      learn_i,
  input  logic                      load_i,
  input  logic signed [WeightW-1:0] load_data_i,
  input  logic signed [SignalW-1:0] error_i,
  input  logic signed [SignalW-1:0] rate_i,
  output logic                      ok_o
);
  localparam int Cut = 2 * SignalFrac + RateShift - WeightFrac;
  localparam logic signed [23:0] Top = (24'sd1 <<< (WeightW - 1)) - 24'sd1;

  logic signed [WeightW-1:0] weight;
  logic signed [23:0]        weight_q, step, next;
  logic [31:0]               random_q;

  plasticity_cell #(
    .SignalW(SignalW), .SignalFrac(SignalFrac), .WeightW(WeightW), .WeightFrac(WeightFrac), .RateShift(RateShift),
    .Seed(32'd0)
  ) u_dut (
    .clk_i, .rst_ni(1'b1), .en_i, .learn_i, .load_i, .load_data_i, .error_i, .rate_i, .weight_o(weight)
  );
  assign step = (24'(error_i) * 24'(rate_i) + $signed({{(24 - Cut){1'b0}}, random_q[Cut-1:0]})) >>> Cut;
  assign next = weight_q + step;
  assign ok_o = 24'(weight) == weight_q;

  always_ff @(posedge clk_i) begin
    if (en_i && load_i) begin
      weight_q <= 24'(load_data_i);
    end else if (en_i && learn_i) begin
      weight_q <= next > Top ? Top : next < -Top - 24'sd1 ? -Top - 24'sd1 : next;
      // x^32 + x^22 + x^2 + x + 1: what leaves at the bottom comes in at its powers
      random_q <= {random_q[0], random_q[31:23], random_q[22] ^ random_q[0], random_q[21:3], random_q[2] ^ random_q[0],
                   random_q[1] ^ random_q[0]};
    end
  end
endmodule
