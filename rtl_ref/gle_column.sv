// SPDX-License-Identifier: Apache-2.0

/// A column of gle_tile in either form. Parallel = 0: start_i clears, N cycles follow. Parallel = 1: start_i is the
/// cycle in which the sum is taken. sum_o stands until the next start.
module gle_column #(
  parameter int N          = 4,
  parameter int Parallel   = 0,
  parameter int SignalW    = 16,
  parameter int SignalFrac = 11,
  parameter int WeightW    = 16,
  parameter int WeightFrac = 13
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      en_i,
  input  logic                      start_i,
  input  logic signed [WeightW-1:0] bias_i,
  input  logic [N*WeightW-1:0]      weights_i,
  input  logic [N*SignalW-1:0]      x_i,
  output logic signed [SignalW-1:0] sum_o
);
  if (Parallel != 0) begin : gen_parallel
    mac_column_parallel #(
      .N(N), .SignalW(SignalW), .SignalFrac(SignalFrac), .WeightW(WeightW), .WeightFrac(WeightFrac)
    ) u_mac (
      .clk_i, .rst_ni, .en_i(en_i & start_i), .bias_i, .weights_i, .x_i, .sum_o
    );
  end else begin : gen_serial
    localparam int IndexW = $clog2(N) > 0 ? $clog2(N) : 1;

    logic [IndexW-1:0]         index;
    logic                      done;
    logic signed [WeightW-1:0] weight;
    logic signed [SignalW-1:0] x;

    always_comb begin
      weight = '0;
      x      = '0;
      for (int k = 0; k < N; k++) begin
        if (index == IndexW'(k)) begin
          weight = weights_i[k*WeightW +: WeightW];
          x      = x_i[k*SignalW +: SignalW];
        end
      end
    end
    mac_column_serial #(
      .N(N), .SignalW(SignalW), .SignalFrac(SignalFrac), .WeightW(WeightW), .WeightFrac(WeightFrac)
    ) u_mac (
      .clk_i, .rst_ni, .en_i, .start_i, .bias_i, .index_o(index), .weight_i(weight), .x_i(x), .done_o(done), .sum_o
    );
    logic unused_done;
    assign unused_done = done;
  end
endmodule
