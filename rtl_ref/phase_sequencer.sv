// SPDX-License-Identifier: Apache-2.0

/// Plays phases in turn, phase k for lengths_i[k] cycles (0 counts as 1), one line each: phase_o is one-hot.
///
/// learn_i is looked at in the first cycle of a sample: high plays all phases, low the first Inference ones.
/// last_o is high in the last cycle of a sample. Nothing moves while en_i is low.
module phase_sequencer #(
  parameter int Phases    = 4,
  parameter int Inference = 2,  // 1 to Phases
  parameter int LengthW   = 8
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      en_i,
  input  logic                      learn_i,
  input  logic [Phases*LengthW-1:0] lengths_i,  // of phase k in bits k LengthW and up
  output logic [Phases-1:0]         phase_o,
  output logic                      last_o
);
  logic [Phases-1:0]  phase_d, phase_q;
  logic [LengthW-1:0] cycle_d, cycle_q, length;
  logic               fresh_d, fresh_q, training_d, training_q, training, ends, last_phase;

  always_comb begin
    length = '0;
    for (int k = 0; k < Phases; k++) begin
      length = length | (lengths_i[k*LengthW +: LengthW] & {LengthW{phase_q[k]}});
    end
  end
  assign training   = fresh_q ? learn_i : training_q;
  assign ends       = {1'b0, cycle_q} + (LengthW + 1)'(1) >= {1'b0, length};
  assign last_phase = phase_q[Phases-1] | (~training & phase_q[Inference-1]);

  always_comb begin
    phase_d    = phase_q;
    cycle_d    = cycle_q;
    fresh_d    = fresh_q;
    training_d = training_q;
    if (en_i) begin
      training_d = training;
      fresh_d    = 1'b0;
      if (ends) begin
        cycle_d = '0;
        phase_d = last_phase ? Phases'(1) : phase_q << 1;
        fresh_d = last_phase;
      end else begin
        cycle_d = cycle_q + LengthW'(1);
      end
    end
  end
  assign phase_o = phase_q;
  assign last_o  = ends & last_phase;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      phase_q    <= Phases'(1);
      cycle_q    <= '0;
      fresh_q    <= 1'b1;
      training_q <= 1'b0;
    end else begin
      phase_q    <= phase_d;
      cycle_q    <= cycle_d;
      fresh_q    <= fresh_d;
      training_q <= training_d;
    end
  end
endmodule
