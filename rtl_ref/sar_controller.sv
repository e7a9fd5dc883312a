// SPDX-License-Identifier: Apache-2.0

/// Logic of a successive-approximation converter: tries bits from the highest down and keeps those for which the
/// comparator says that the input is not below the DAC.
///
/// start_i begins a conversion when none runs. valid_o is high from its end to the next start; code_o is then the
/// largest code whose level is not above the input (0 if none is). Latency: Bits + 1 cycles. Nothing moves while
/// en_i is low.
module sar_controller #(
  parameter int Bits = 8
) (
  input  logic            clk_i,
  input  logic            rst_ni,
  input  logic            en_i,
  input  logic            start_i,
  input  logic            comparator_i,  // input >= level of dac_o
  output logic [Bits-1:0] dac_o,
  output logic            valid_o,
  output logic [Bits-1:0] code_o
);
  logic [Bits-1:0] trial_d, trial_q, code_d, code_q;  // trial: one-hot, 0 when no conversion runs
  logic            valid_d, valid_q;

  always_comb begin
    trial_d = trial_q;
    code_d  = code_q;
    valid_d = valid_q;
    if (en_i) begin
      if (trial_q != '0) begin
        trial_d = trial_q >> 1;
        if (comparator_i) code_d = code_q | trial_q;
        valid_d = trial_q == Bits'(1);
      end else if (start_i) begin
        trial_d = Bits'(1) << (Bits - 1);
        code_d  = '0;
        valid_d = 1'b0;
      end
    end
  end
  assign dac_o   = code_q | trial_q;
  assign valid_o = valid_q;
  assign code_o  = code_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      trial_q <= '0;
      code_q  <= '0;
      valid_q <= 1'b0;
    end else begin
      trial_q <= trial_d;
      code_q  <= code_d;
      valid_q <= valid_d;
    end
  end
endmodule
