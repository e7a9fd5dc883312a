// SPDX-License-Identifier: Apache-2.0

/// lane_link beside a queue that counts its words: none is lost, doubled or overtaken.
module lane_link_proof #(
  parameter int Width = 3
) (
  input  logic             clk_i,
  input  logic             in_valid_i,
  input  logic [Width-1:0] in_data_i,
  input  logic             out_ready_i,
  output logic             ok_o
);
  logic             ready, valid;
  logic [Width-1:0] data, first_q, second_q;
  logic [1:0]       held_q;

  lane_link #(
    .Width(Width)
  ) u_dut (
    .clk_i, .rst_ni(1'b1), .in_valid_i, .in_ready_o(ready), .in_data_i, .out_valid_o(valid), .out_ready_i,
    .out_data_o(data)
  );
  assign ok_o = ready == (held_q < 2'd2) && valid == (held_q != 2'd0) && (held_q == 2'd0 || data == first_q);

  always_ff @(posedge clk_i) begin
    if (held_q != 2'd0 && out_ready_i) begin
      first_q <= second_q;
      if (in_valid_i && held_q < 2'd2) first_q <= in_data_i;
      else                             held_q  <= held_q - 2'd1;
    end else if (in_valid_i && held_q < 2'd2) begin
      held_q <= held_q + 2'd1;
      if (held_q == 2'd0) first_q  <= in_data_i;
      else                second_q <= in_data_i;
    end
  end
endmodule
