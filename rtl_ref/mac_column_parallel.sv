// SPDX-License-Identifier: Apache-2.0

/// Column of a crossbar, all products at once: sum' = sat(round(bias + sum_k weight_k x_k)), exact inside.
/// Latency: one cycle. The register stands still while en_i is low.
module mac_column_parallel #(
  parameter int N          = 4,
  parameter int SignalW    = 16,
  parameter int SignalFrac = 11,
  parameter int WeightW    = 16,
  parameter int WeightFrac = 13
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      en_i,
  input  logic signed [WeightW-1:0] bias_i,
  input  logic [N*WeightW-1:0]      weights_i,  // weight k in bits k WeightW and up
  input  logic [N*SignalW-1:0]      x_i,
  output logic signed [SignalW-1:0] sum_o
);
  localparam int SumW = SignalW + WeightW + $clog2(N + 1);

  logic signed [SumW-1:0]    sum;
  logic signed [SignalW-1:0] rounded, sum_d, sum_q;

  always_comb begin
    sum = SumW'($signed({bias_i, {SignalFrac{1'b0}}}));
    for (int k = 0; k < N; k++) begin
      sum = sum + SumW'($signed(weights_i[k*WeightW +: WeightW])) * SumW'($signed(x_i[k*SignalW +: SignalW]));
    end
  end

  leadlag_round_sat #(
    .InW(SumW), .Shift(WeightFrac), .OutW(SignalW)
  ) u_sum (
    .in_i(sum), .out_o(rounded)
  );
  assign sum_d = en_i ? rounded : sum_q;
  assign sum_o = sum_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) sum_q <= '0;
    else         sum_q <= sum_d;
  end
endmodule
