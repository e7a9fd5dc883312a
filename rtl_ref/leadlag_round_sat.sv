// SPDX-License-Identifier: Apache-2.0

/// Rounds and saturates: out = sat(floor(in / 2^Shift + 1/2)). The only rounding of the twins besides the
/// stochastic one of plasticity_cell. Combinational.
module leadlag_round_sat #(
  parameter int InW   = 32,
  parameter int Shift = 8,   // bits below the cut; 0 only saturates
  parameter int OutW  = 16
) (
  input  logic signed [InW-1:0]  in_i,
  output logic signed [OutW-1:0] out_o
);
  localparam int RoundedW = InW + 1 - Shift;  // adding the half may carry

  logic signed [RoundedW-1:0] rounded;

  if (Shift == 0) begin : gen_exact
    assign rounded = RoundedW'(in_i);
  end else begin : gen_round
    // floor(x / 2^Shift + 1/2) = floor(x / 2^Shift) + the first bit below the cut.
    assign rounded = RoundedW'($signed(in_i[InW-1:Shift])) + RoundedW'($signed({1'b0, in_i[Shift-1]}));
    if (Shift > 1) begin : gen_below
      logic unused_below;
      assign unused_below = ^in_i[Shift-2:0];
    end
  end

  if (RoundedW <= OutW) begin : gen_fits
    assign out_o = OutW'(rounded);
  end else begin : gen_saturate
    logic fits;
    assign fits  = (&rounded[RoundedW-1:OutW-1]) | ~(|rounded[RoundedW-1:OutW-1]);
    assign out_o = fits ? rounded[OutW-1:0] : {rounded[RoundedW-1], {(OutW - 1){~rounded[RoundedW-1]}}};
  end
endmodule
