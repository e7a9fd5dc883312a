// SPDX-License-Identifier: Apache-2.0

/// A plasticity cell's store for a host: store' = sat(store + error rate), exact while it does not saturate.
/// Latency: one cycle. clear_i empties it; nothing moves while en_i is low.
module product_store #(
  parameter int SignalW = 16,
  parameter int StoreW  = 40  // 2 SignalW + log2(updates between two reads)
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      en_i,
  input  logic                      learn_i,
  input  logic                      clear_i,
  input  logic signed [SignalW-1:0] error_i,
  input  logic signed [SignalW-1:0] rate_i,
  output logic signed [StoreW-1:0]  store_o
);
  localparam int ProductW = 2 * SignalW;

  logic signed [ProductW-1:0] product;
  logic signed [StoreW:0]     next;
  logic signed [StoreW-1:0]   saturated, store_d, store_q;

  assign product = ProductW'(error_i) * ProductW'(rate_i);
  assign next    = (StoreW + 1)'(store_q) + (StoreW + 1)'(product);

  leadlag_round_sat #(
    .InW(StoreW + 1), .Shift(0), .OutW(StoreW)
  ) u_next (
    .in_i(next), .out_o(saturated)
  );

  always_comb begin
    store_d = store_q;
    if (en_i & clear_i)      store_d = '0;
    else if (en_i & learn_i) store_d = saturated;
  end
  assign store_o = store_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) store_q <= '0;
    else         store_q <= store_d;
  end
endmodule
