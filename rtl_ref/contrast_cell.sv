// SPDX-License-Identifier: Apache-2.0

/// Plasticity cell for two phases: adds the product of post and pre in one, subtracts it in the other.
///
///   store' = sat(store + post pre)  if add_i,  sat(store - post pre)  if subtract_i,  unchanged if both or none
///
/// Latency: one cycle. clear_i empties the store; nothing moves while en_i is low.
module contrast_cell #(
  parameter int SignalW = 16,
  parameter int StoreW  = 40
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      en_i,
  input  logic                      add_i,
  input  logic                      subtract_i,
  input  logic                      clear_i,
  input  logic signed [SignalW-1:0] post_i,
  input  logic signed [SignalW-1:0] pre_i,
  output logic signed [StoreW-1:0]  store_o
);
  localparam int ProductW = 2 * SignalW;

  logic signed [ProductW-1:0] product;
  logic signed [StoreW:0]     next;
  logic signed [StoreW-1:0]   saturated, store_d, store_q;

  assign product = ProductW'(post_i) * ProductW'(pre_i);
  assign next    = subtract_i ? (StoreW + 1)'(store_q) - (StoreW + 1)'(product)
                              : (StoreW + 1)'(store_q) + (StoreW + 1)'(product);

  leadlag_round_sat #(
    .InW(StoreW + 1), .Shift(0), .OutW(StoreW)
  ) u_next (
    .in_i(next), .out_o(saturated)
  );

  always_comb begin
    store_d = store_q;
    if (en_i & clear_i)                     store_d = '0;
    else if (en_i & (add_i ^ subtract_i))   store_d = saturated;
  end
  assign store_o = store_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) store_q <= '0;
    else         store_q <= store_d;
  end
endmodule
