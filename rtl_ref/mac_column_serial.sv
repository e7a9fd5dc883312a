// SPDX-License-Identifier: Apache-2.0

/// Column of a crossbar, one product a cycle: sum = sat(round(bias + sum_k weight_k x_k)), exact inside.
///
/// start_i takes the bias; in each of the next N cycles index_o says which weight and input to show. Then
/// done_o rises and sum_o stands until the next start. Latency: N + 1 cycles. start_i restarts at any time.
module mac_column_serial #(
  parameter int N          = 4,
  parameter int SignalW    = 16,
  parameter int SignalFrac = 11,
  parameter int WeightW    = 16,
  parameter int WeightFrac = 13,
  parameter int IndexW     = $clog2(N) > 0 ? $clog2(N) : 1  // follows from N: do not set
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      en_i,
  input  logic                      start_i,
  input  logic signed [WeightW-1:0] bias_i,
  output logic [IndexW-1:0]         index_o,
  input  logic signed [WeightW-1:0] weight_i,  // of index_o, in the same cycle
  input  logic signed [SignalW-1:0] x_i,
  output logic                      done_o,
  output logic signed [SignalW-1:0] sum_o
);
  localparam int SumW = SignalW + WeightW + $clog2(N + 1);

  logic signed [SumW-1:0] sum_d, sum_q;
  logic [IndexW-1:0]      index_d, index_q;
  logic                   busy_d, busy_q, done_d, done_q;

  always_comb begin
    sum_d   = sum_q;
    index_d = index_q;
    busy_d  = busy_q;
    done_d  = done_q;
    if (en_i) begin
      if (start_i) begin
        sum_d   = SumW'($signed({bias_i, {SignalFrac{1'b0}}}));
        index_d = '0;
        busy_d  = 1'b1;
        done_d  = 1'b0;
      end else if (busy_q) begin
        sum_d = sum_q + SumW'(weight_i) * SumW'(x_i);
        if (index_q == IndexW'(N - 1)) begin
          busy_d = 1'b0;
          done_d = 1'b1;
        end else begin
          index_d = index_q + IndexW'(1);
        end
      end
    end
  end

  leadlag_round_sat #(
    .InW(SumW), .Shift(WeightFrac), .OutW(SignalW)
  ) u_sum (
    .in_i(sum_q), .out_o(sum_o)
  );
  assign index_o = index_q;
  assign done_o  = done_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sum_q   <= '0;
      index_q <= '0;
      busy_q  <= 1'b0;
      done_q  <= 1'b0;
    end else begin
      sum_q   <= sum_d;
      index_q <= index_d;
      busy_q  <= busy_d;
      done_q  <= done_d;
    end
  end
endmodule
