// SPDX-License-Identifier: Apache-2.0

/// A neuron's curve: rate = phi(x), slope = phi'(x). Combinational.
///
/// tanh: 128 segments from 0 to 4, straight between nodes of 15 fraction bits (leadlag_tanh_rom), odd, constant
/// beyond 4, slope = 1 - tanh^2. Needs 6 <= SignalFrac <= 15.
module activation #(
  parameter int SignalW    = 16,
  parameter int SignalFrac = 11,
  parameter int SlopeW     = 16,                      // unsigned, one bit before the point; at most 16
  parameter int Curve      = leadlag_pkg::CurveTanh
) (
  input  logic signed [SignalW-1:0] x_i,
  output logic signed [SignalW-1:0] rate_o,
  output logic [SlopeW-1:0]         slope_o
);
  localparam logic [SlopeW-1:0] SlopeOne = {1'b1, {(SlopeW - 1){1'b0}}};

  if (Curve == leadlag_pkg::CurveTanh) begin : gen_tanh
    localparam int WithinW  = SignalFrac - 5;         // bits of x inside a segment: 2^-5 of range
    localparam int SegmentW = SignalW - WithinW;      // of |x|
    localparam int RiseW    = 11;                     // of the steepest segment, 1024, without a sign
    localparam int BentW    = RiseW + WithinW + 1;

    logic                     negative;
    logic [SignalW-1:0]       size;
    logic [SegmentW-1:0]      segment;
    logic                     beyond;
    logic [15:0]              node, y;
    logic [RiseW-1:0]         rise;
    logic signed [BentW-1:0]  bent;
    logic signed [RiseW:0]    risen;
    logic signed [SignalW-1:0] positive;
    logic [31:0]              square;
    logic signed [SlopeW:0]   fall;

    assign negative = x_i[SignalW-1];
    assign size     = negative ? -x_i : x_i;          // without a sign, so the lowest word fits
    assign segment  = size[SignalW-1:WithinW];
    assign beyond   = segment >= SegmentW'(128);

    leadlag_tanh_rom u_rom (
      .segment_i(beyond ? 7'd127 : segment[6:0]), .node_o(node), .rise_o(rise)
    );

    assign bent = BentW'($signed({1'b0, rise})) * BentW'($signed({1'b0, size[WithinW-1:0]}));
    leadlag_round_sat #(
      .InW(BentW), .Shift(WithinW), .OutW(RiseW + 1)
    ) u_bend (
      .in_i(bent), .out_o(risen)
    );
    assign y = beyond ? node + 16'(rise) : node + 16'(risen);

    leadlag_round_sat #(
      .InW(17), .Shift(15 - SignalFrac), .OutW(SignalW)
    ) u_rate (
      .in_i($signed({1'b0, y})), .out_o(positive)
    );
    assign rate_o = negative ? -positive : positive;

    assign square = 32'(y) * 32'(y);
    leadlag_round_sat #(
      .InW(33), .Shift(31 - SlopeW), .OutW(SlopeW + 1)
    ) u_slope (
      .in_i($signed({1'b0, square})), .out_o(fall)
    );
    assign slope_o = SlopeOne - fall[SlopeW-1:0];
    logic unused_fall;
    assign unused_fall = fall[SlopeW];
  end else if (Curve == leadlag_pkg::CurveHardSigmoid) begin : gen_hard_sigmoid
    localparam logic signed [SignalW-1:0] One = SignalW'(1) << SignalFrac;

    logic signed [SignalW+1:0] y4;                    // 4 (x/4 + 1/2)
    logic signed [SignalW-1:0] y;
    logic                      low, high;

    assign y4   = (SignalW + 2)'(x_i) + (SignalW + 2)'($signed({One, 1'b0}));
    assign low  = y4 <= 0;
    assign high = y4 >= (SignalW + 2)'($signed({One, 2'b00}));

    leadlag_round_sat #(
      .InW(SignalW + 2), .Shift(2), .OutW(SignalW)
    ) u_quarter (
      .in_i(y4), .out_o(y)
    );
    assign rate_o  = low ? '0 : high ? One : y;
    assign slope_o = low | high ? '0 : SlopeOne >> 2;
  end else if (Curve == leadlag_pkg::CurveRelu) begin : gen_relu
    logic above;
    assign above   = x_i > 0;
    assign rate_o  = above ? x_i : '0;
    assign slope_o = above ? SlopeOne : '0;
  end else if (Curve == leadlag_pkg::CurveLinear) begin : gen_linear
    assign rate_o  = x_i;
    assign slope_o = SlopeOne;
  end
endmodule
