// SPDX-License-Identifier: Apache-2.0

/// A neuron's curve: rate = phi(x), slope = phi'(x). Combinational.
///
/// tanh: 128 segments from 0 to 4, straight between nodes of 15 fraction bits (leadlag_tanh_rom), odd, constant
/// beyond 4, slope = 1 - tanh^2. Needs 6 <= SignalFrac <= 15.
/// softplus: max(x, 0) + log(1 + e^-|x|), the second in 128 segments from 0 to 8 (leadlag_softplus_rom), slope =
/// (1 + tanh(x / 2)) / 2 in the segments of leadlag_tanh_rom, which are the same.
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
  end else if (Curve == leadlag_pkg::CurveSoftplus) begin : gen_softplus
    localparam int WithinW  = SignalFrac - 4;         // bits of x inside a segment: 2^-4 of range
    localparam int SegmentW = SignalW - WithinW;      // of |x|
    localparam int RiseW    = 11;                     // of the steepest segments, 1024 and below
    localparam int BentW    = RiseW + WithinW + 1;

    logic                      negative, beyond;
    logic [SignalW-1:0]        size;
    logic [SegmentW-1:0]       segment;
    logic [6:0]                within_table;
    logic [15:0]               tail, node, g, t;
    logic [RiseW-1:0]          fall, rise;
    logic signed [BentW-1:0]   bent_tail, bent_node;
    logic signed [RiseW:0]     fallen, risen;
    logic signed [SignalW-1:0] curved;
    logic signed [SignalW:0]   sum;
    logic signed [SlopeW-1:0]  half;

    assign negative     = x_i[SignalW-1];
    assign size         = negative ? -x_i : x_i;      // without a sign, so the lowest word fits
    assign segment      = size[SignalW-1:WithinW];
    assign beyond       = segment >= SegmentW'(128);
    assign within_table = beyond ? 7'd127 : segment[6:0];

    leadlag_softplus_rom u_tail (
      .segment_i(within_table), .node_o(tail), .fall_o(fall)
    );
    leadlag_tanh_rom u_node (
      .segment_i(within_table), .node_o(node), .rise_o(rise)
    );

    assign bent_tail = BentW'($signed({1'b0, fall})) * BentW'($signed({1'b0, size[WithinW-1:0]}));
    leadlag_round_sat #(
      .InW(BentW), .Shift(WithinW), .OutW(RiseW + 1)
    ) u_fall (
      .in_i(bent_tail), .out_o(fallen)
    );
    assign g = beyond ? tail - 16'(fall) : tail - 16'(fallen);
    leadlag_round_sat #(
      .InW(17), .Shift(15 - SignalFrac), .OutW(SignalW)
    ) u_curved (
      .in_i($signed({1'b0, g})), .out_o(curved)
    );
    assign sum = (negative ? '0 : (SignalW + 1)'(x_i)) + (SignalW + 1)'(curved);
    leadlag_round_sat #(
      .InW(SignalW + 1), .Shift(0), .OutW(SignalW)
    ) u_rate (
      .in_i(sum), .out_o(rate_o)
    );

    assign bent_node = BentW'($signed({1'b0, rise})) * BentW'($signed({1'b0, size[WithinW-1:0]}));
    leadlag_round_sat #(
      .InW(BentW), .Shift(WithinW), .OutW(RiseW + 1)
    ) u_rise (
      .in_i(bent_node), .out_o(risen)
    );
    assign t = beyond ? node + 16'(rise) : node + 16'(risen);
    leadlag_round_sat #(
      .InW(17), .Shift(17 - SlopeW), .OutW(SlopeW)
    ) u_half (
      .in_i($signed({1'b0, t})), .out_o(half)
    );
    assign slope_o = negative ? (SlopeOne >> 1) - $unsigned(half) : (SlopeOne >> 1) + $unsigned(half);
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
