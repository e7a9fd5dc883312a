// SPDX-License-Identifier: Apache-2.0

/// Both forms of the column, on the same operands: the serial sum of a start is the parallel one, N + 1 cycles later.
module mac_proof #(
  parameter int N          = 3,
  parameter int SignalW    = 3,
  parameter int SignalFrac = 1,
  parameter int WeightW    = 3,
  parameter int WeightFrac = 1
) (
  input  logic                 clk_i,
  input  logic [WeightW-1:0]   bias_i,
  input  logic [N*WeightW-1:0] weights_i,
  input  logic [N*SignalW-1:0] x_i,
  output logic                 ok_o
);
  logic [WeightW-1:0]        bias_q;  // taken in cycle 0, then the same in every cycle
  logic [N*WeightW-1:0]      weights_q;
  logic [N*SignalW-1:0]      x_q;
  logic signed [SignalW-1:0] serial, parallel;
  logic [1:0]                index;
  logic                      done;
  logic [2:0]                cycle_q;

  mac_column_serial #(
    .N(N), .SignalW(SignalW), .SignalFrac(SignalFrac), .WeightW(WeightW), .WeightFrac(WeightFrac)
  ) u_serial (
    .clk_i, .rst_ni(1'b1), .en_i(1'b1), .start_i(cycle_q == 3'd1), .bias_i(bias_q), .index_o(index),
    .weight_i(weights_q[index*WeightW +: WeightW]), .x_i(x_q[index*SignalW +: SignalW]), .done_o(done), .sum_o(serial)
  );
  mac_column_parallel #(
    .N(N), .SignalW(SignalW), .SignalFrac(SignalFrac), .WeightW(WeightW), .WeightFrac(WeightFrac)
  ) u_parallel (
    .clk_i, .rst_ni(1'b1), .en_i(1'b1), .bias_i(bias_q), .weights_i(weights_q), .x_i(x_q), .sum_o(parallel)
  );
  assign ok_o = cycle_q != 3'(N + 2) || (done && serial == parallel);

  always_ff @(posedge clk_i) begin
    cycle_q <= cycle_q + 3'd1;
    if (cycle_q == 3'd0) begin
      bias_q    <= bias_i;
      weights_q <= weights_i;
      x_q       <= x_i;
    end
  end
endmodule
