// SPDX-License-Identifier: Apache-2.0

/// Register with an enable: held' = signal while sample_i is high. Latency: one cycle.
module sample_hold #(
  parameter int SignalW = 16
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      sample_i,
  input  logic signed [SignalW-1:0] signal_i,
  output logic signed [SignalW-1:0] held_o
);
  logic signed [SignalW-1:0] held_d, held_q;

  assign held_d = sample_i ? signal_i : held_q;
  assign held_o = held_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) held_q <= '0;
    else         held_q <= held_d;
  end
endmodule
