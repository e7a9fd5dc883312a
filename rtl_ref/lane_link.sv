// SPDX-License-Identifier: Apache-2.0

/// Register slice of a lane between tiles: valid and ready, both registered, two words deep, so that a word passes
/// in every cycle. Latency: one cycle. A word moves in a cycle in which valid and ready are high.
module lane_link #(
  parameter int Width = 16
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             in_valid_i,
  output logic             in_ready_o,
  input  logic [Width-1:0] in_data_i,
  output logic             out_valid_o,
  input  logic             out_ready_i,
  output logic [Width-1:0] out_data_o
);
  logic             head_valid_d, head_valid_q, skid_valid_d, skid_valid_q;
  logic [Width-1:0] head_d, head_q, skid_d, skid_q;

  always_comb begin
    head_valid_d = head_valid_q;
    head_d       = head_q;
    skid_valid_d = skid_valid_q;
    skid_d       = skid_q;
    if (!head_valid_q || out_ready_i) begin
      head_valid_d = skid_valid_q | in_valid_i;
      if (skid_valid_q)    head_d = skid_q;
      else if (in_valid_i) head_d = in_data_i;  // else it stands: nothing behind it toggles
      skid_valid_d = 1'b0;
    end else if (in_valid_i && !skid_valid_q) begin
      skid_valid_d = 1'b1;
      skid_d       = in_data_i;
    end
  end
  assign in_ready_o  = ~skid_valid_q;
  assign out_valid_o = head_valid_q;
  assign out_data_o  = head_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_valid_q <= 1'b0;
      skid_valid_q <= 1'b0;
      head_q       <= '0;
      skid_q       <= '0;
    end else begin
      head_valid_q <= head_valid_d;
      skid_valid_q <= skid_valid_d;
      head_q       <= head_d;
      skid_q       <= skid_d;
    end
  end
endmodule
