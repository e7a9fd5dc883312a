// SPDX-License-Identifier: Apache-2.0

/// phase_sequencer: one line is high in every cycle; phases follow each other in order; every sample ends.
module phase_sequencer_proof #(
  parameter int Phases    = 3,
  parameter int Inference = 2,
  parameter int LengthW   = 2
) (
  input  logic                      clk_i,
  input  logic                      en_i,
  input  logic                      learn_i,
  input  logic [Phases*LengthW-1:0] lengths_i,
  output logic                      one_hot_o,
  output logic                      in_order_o,
  output logic                      in_time_o
);
  // No phase is longer than 2^LengthW - 1 enabled cycles, whatever the lengths do meanwhile, except one that began
  // in a state that no reset leads to: one cycle more.
  localparam int Bound = Phases * ((1 << LengthW) - 1) + 1;

  logic [Phases-1:0] phase, last_phase_q;
  logic              last, was_last_q, moved_q;
  logic [7:0]        waited_q;

  phase_sequencer #(
    .Phases(Phases), .Inference(Inference), .LengthW(LengthW)
  ) u_dut (
    .clk_i, .rst_ni(1'b1), .en_i, .learn_i, .lengths_i, .phase_o(phase), .last_o(last)
  );
  assign one_hot_o  = phase != '0 && (phase & (phase - Phases'(1))) == '0;
  // After the last cycle of a sample comes the first phase; else the same phase or the next; a stalled one stays.
  assign in_order_o = was_last_q ? phase == Phases'(1)
                                 : phase == last_phase_q || (moved_q && phase == last_phase_q << 1);
  assign in_time_o  = waited_q <= 8'(Bound);

  always_ff @(posedge clk_i) begin
    last_phase_q   <= phase;
    was_last_q     <= last & en_i;
    moved_q        <= en_i;
    if (en_i) waited_q <= last ? '0 : waited_q + 8'd1;
  end
endmodule
