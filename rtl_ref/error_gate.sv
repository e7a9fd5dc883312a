// SPDX-License-Identifier: Apache-2.0

/// gated = sat(round(slope (back + epsilon))). The sum is exact, in one bit more. Combinational.
module error_gate #(
  parameter int SignalW = 16,
  parameter int SlopeW  = 16  // unsigned, one bit before the point
) (
  input  logic [SlopeW-1:0]         slope_i,
  input  logic signed [SignalW-1:0] back_i,
  input  logic signed [SignalW-1:0] epsilon_i,
  output logic signed [SignalW-1:0] gated_o
);
  localparam int SumW     = SignalW + 1;
  localparam int ProductW = SumW + SlopeW;

  logic signed [SumW-1:0]     sum;
  logic signed [ProductW-1:0] product;

  assign sum     = SumW'(back_i) + SumW'(epsilon_i);
  assign product = ProductW'($signed({1'b0, slope_i})) * ProductW'(sum);

  leadlag_round_sat #(
    .InW(ProductW), .Shift(SlopeW - 1), .OutW(SignalW)
  ) u_gated (
    .in_i(product), .out_o(gated_o)
  );
endmodule
