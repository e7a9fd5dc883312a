// SPDX-License-Identifier: Apache-2.0

/// Two layers that learn by Generalized Latent Equilibrium: inputs, columns, neurons, error units, plasticity cells.
///
///   token {learn, targets, rates} -> lane_link -> hidden columns -> hidden neurons -> output columns -> output neurons
///                                      hidden error units <- backward columns <- output error units <- targets
///
/// One token is one tick. In a tick all columns add up what stands at their inputs, then every neuron, error unit and
/// weight takes its step at the same edge, as the registered schedule has it: one register per hop. Ticks follow the
/// sequencer: Parallel = 0: start, N products, step (N the longest column); Parallel = 1: sum, step. The sequencer
/// waits while there is no token or en_i is low. The backward read uses the weights of the forward read.
///
/// Weight addresses: hidden neuron i, input k at i (Inputs + 1) + k, bias at k = Inputs; output neuron j, hidden k at
/// Hidden (Inputs + 1) + j (Hidden + 1) + k, bias at k = Hidden.
module gle_tile #(
  parameter int          Inputs      = 4,
  parameter int          Hidden      = 3,
  parameter int          Outputs     = 2,
  parameter int          Parallel    = 0,
  parameter int          HiddenCurve = leadlag_pkg::CurveTanh,
  parameter int          OutputCurve = leadlag_pkg::CurveLinear,
  parameter int          RateShift   = 6,
  parameter int          SignalW     = 16,
  parameter int          SignalFrac  = 11,
  parameter int          WeightW     = 16,
  parameter int          WeightFrac  = 13,
  parameter int          GuardW      = 8,
  parameter int          DecayW      = 16,
  parameter int          GainW       = 16,
  parameter int          GainFrac    = 12,
  parameter int          SlopeW      = 16,
  parameter logic [31:0] Seed        = 32'h1ead_1a90,
  parameter int          AddrW       = 8  // of weights, 2^AddrW at least as many
) (
  input  logic                               clk_i,
  input  logic                               rst_ni,
  input  logic                               en_i,
  // Coefficients, per layer: neuron and error unit
  input  logic [DecayW-1:0]                  hidden_take_i,
  input  logic [GainW-1:0]                   hidden_rho_i,
  input  logic [DecayW-1:0]                  hidden_error_take_i,
  input  logic [GainW-1:0]                   hidden_error_rho_i,
  input  logic [DecayW-1:0]                  output_take_i,
  input  logic [GainW-1:0]                   output_rho_i,
  input  logic [DecayW-1:0]                  output_error_take_i,
  input  logic [GainW-1:0]                   output_error_rho_i,
  input  logic [GainW-1:0]                   nudge_i,
  // Tokens: rate of input k in bits k SignalW, target j in bits (Inputs + j) SignalW, learn on top
  input  logic                               in_valid_i,
  output logic                               in_ready_o,
  input  logic [(Inputs+Outputs)*SignalW:0]  in_data_i,
  // Weights of a host: written in a cycle in which load_i and en_i are high, read at any time
  input  logic                               load_i,
  input  logic [AddrW-1:0]                   addr_i,
  input  logic signed [WeightW-1:0]          load_data_i,
  output logic signed [WeightW-1:0]          weight_o,
  // Results
  output logic                               tick_o,  // the edge at the end of this cycle is a step
  output logic [Hidden*SignalW-1:0]          hidden_rate_o,
  output logic [Hidden*SignalW-1:0]          hidden_error_o,
  output logic [Outputs*SignalW-1:0]         rate_o,
  output logic [Outputs*SignalW-1:0]         error_o
);
  localparam int Longest = Inputs > Hidden ? (Inputs > Outputs ? Inputs : Outputs) : (Hidden > Outputs ? Hidden : Outputs);
  localparam int Phases  = Parallel != 0 ? 2 : 3;
  localparam int LengthW = $clog2(Longest + 1);
  localparam int TokenW  = (Inputs + Outputs) * SignalW + 1;
  localparam int Base    = Hidden * (Inputs + 1);
  localparam int Weights = Base + Outputs * (Hidden + 1);
  localparam logic signed [SignalW-1:0] One = SignalW'(1) << SignalFrac;  // what a bias sees
  // Odd numbers times distinct indices: no two cells share a seed.
  localparam logic [31:0] Spread = 32'h9e37_79b9;

  logic                     token_valid, run, step, last, learn;
  logic [TokenW-1:0]        token;
  logic [Phases-1:0]        phase;
  logic [Phases*LengthW-1:0] lengths;
  logic [Weights*WeightW-1:0] weights;
  logic [Hidden*SlopeW-1:0]   hidden_slope;
  logic [Outputs*SlopeW-1:0]  slope;
  logic [Hidden*SignalW-1:0]  drive, back;
  logic [Outputs*SignalW-1:0] output_drive;

  assign run    = en_i & token_valid;
  assign step   = run & phase[Phases-1];
  assign learn  = token[TokenW-1];
  assign tick_o = step;

  lane_link #(
    .Width(TokenW)
  ) u_tokens (
    .clk_i, .rst_ni, .in_valid_i, .in_ready_o, .in_data_i,
    .out_valid_o(token_valid), .out_ready_i(step), .out_data_o(token)
  );

  if (Parallel != 0) begin : gen_lengths_parallel
    assign lengths = {LengthW'(1), LengthW'(1)};
  end else begin : gen_lengths_serial
    assign lengths = {LengthW'(1), LengthW'(Longest), LengthW'(1)};
  end
  phase_sequencer #(
    .Phases(Phases), .Inference(Phases), .LengthW(LengthW)
  ) u_sequencer (
    .clk_i, .rst_ni, .en_i(run), .learn_i(1'b1), .lengths_i(lengths), .phase_o(phase), .last_o(last)
  );
  logic unused_last;
  assign unused_last = last;

  // Columns
  for (genvar i = 0; i < Hidden; i++) begin : gen_hidden_column
    gle_column #(
      .N(Inputs), .Parallel(Parallel), .SignalW(SignalW), .SignalFrac(SignalFrac), .WeightW(WeightW),
      .WeightFrac(WeightFrac)
    ) u_column (
      .clk_i, .rst_ni, .en_i(run), .start_i(phase[0]),
      .bias_i(weights[(i*(Inputs+1)+Inputs)*WeightW +: WeightW]),
      .weights_i(weights[i*(Inputs+1)*WeightW +: Inputs*WeightW]),
      .x_i(token[Inputs*SignalW-1:0]), .sum_o(drive[i*SignalW +: SignalW])
    );

    logic [Outputs*WeightW-1:0] column;  // of the transposed read
    for (genvar j = 0; j < Outputs; j++) begin : gen_transposed
      assign column[j*WeightW +: WeightW] = weights[(Base+j*(Hidden+1)+i)*WeightW +: WeightW];
    end
    gle_column #(
      .N(Outputs), .Parallel(Parallel), .SignalW(SignalW), .SignalFrac(SignalFrac), .WeightW(WeightW),
      .WeightFrac(WeightFrac)
    ) u_back (
      .clk_i, .rst_ni, .en_i(run), .start_i(phase[0]), .bias_i(WeightW'(0)), .weights_i(column), .x_i(error_o),
      .sum_o(back[i*SignalW +: SignalW])
    );
  end
  for (genvar j = 0; j < Outputs; j++) begin : gen_output_column
    gle_column #(
      .N(Hidden), .Parallel(Parallel), .SignalW(SignalW), .SignalFrac(SignalFrac), .WeightW(WeightW),
      .WeightFrac(WeightFrac)
    ) u_column (
      .clk_i, .rst_ni, .en_i(run), .start_i(phase[0]),
      .bias_i(weights[(Base+j*(Hidden+1)+Hidden)*WeightW +: WeightW]),
      .weights_i(weights[(Base+j*(Hidden+1))*WeightW +: Hidden*WeightW]),
      .x_i(hidden_rate_o), .sum_o(output_drive[j*SignalW +: SignalW])
    );
  end

  // Neurons and error units
  for (genvar i = 0; i < Hidden; i++) begin : gen_hidden
    prospective_neuron #(
      .SignalW(SignalW), .SignalFrac(SignalFrac), .GuardW(GuardW), .DecayW(DecayW), .GainW(GainW),
      .GainFrac(GainFrac), .SlopeW(SlopeW), .Curve(HiddenCurve)
    ) u_neuron (
      .clk_i, .rst_ni, .en_i(step), .take_i(hidden_take_i), .rho_i(hidden_rho_i), .nudge_i,
      .drive_i(drive[i*SignalW +: SignalW]), .error_i(hidden_error_o[i*SignalW +: SignalW]),
      .rate_o(hidden_rate_o[i*SignalW +: SignalW]), .slope_o(hidden_slope[i*SlopeW +: SlopeW])
    );
    error_unit #(
      .SignalW(SignalW), .GuardW(GuardW), .DecayW(DecayW), .GainW(GainW), .GainFrac(GainFrac), .SlopeW(SlopeW)
    ) u_error_unit (
      .clk_i, .rst_ni, .en_i(step), .take_i(hidden_error_take_i), .rho_i(hidden_error_rho_i),
      .slope_i(hidden_slope[i*SlopeW +: SlopeW]), .back_i(back[i*SignalW +: SignalW]), .epsilon_i(SignalW'(0)),
      .error_o(hidden_error_o[i*SignalW +: SignalW])
    );
  end
  for (genvar j = 0; j < Outputs; j++) begin : gen_output
    logic signed [SignalW:0]   difference;
    logic signed [SignalW-1:0] epsilon;

    assign difference = (SignalW + 1)'($signed(token[(Inputs+j)*SignalW +: SignalW])) -
                        (SignalW + 1)'($signed(rate_o[j*SignalW +: SignalW]));
    leadlag_round_sat #(
      .InW(SignalW + 1), .Shift(0), .OutW(SignalW)
    ) u_target (
      .in_i(difference), .out_o(epsilon)
    );
    prospective_neuron #(
      .SignalW(SignalW), .SignalFrac(SignalFrac), .GuardW(GuardW), .DecayW(DecayW), .GainW(GainW),
      .GainFrac(GainFrac), .SlopeW(SlopeW), .Curve(OutputCurve)
    ) u_neuron (
      .clk_i, .rst_ni, .en_i(step), .take_i(output_take_i), .rho_i(output_rho_i), .nudge_i,
      .drive_i(output_drive[j*SignalW +: SignalW]), .error_i(error_o[j*SignalW +: SignalW]),
      .rate_o(rate_o[j*SignalW +: SignalW]), .slope_o(slope[j*SlopeW +: SlopeW])
    );
    error_unit #(
      .SignalW(SignalW), .GuardW(GuardW), .DecayW(DecayW), .GainW(GainW), .GainFrac(GainFrac), .SlopeW(SlopeW)
    ) u_error_unit (
      .clk_i, .rst_ni, .en_i(step), .take_i(output_error_take_i), .rho_i(output_error_rho_i),
      .slope_i(slope[j*SlopeW +: SlopeW]), .back_i(SignalW'(0)), .epsilon_i(epsilon),
      .error_o(error_o[j*SignalW +: SignalW])
    );
  end

  // Weights: a step takes the rates and errors of the cycle before it
  for (genvar i = 0; i < Hidden; i++) begin : gen_hidden_cell
    for (genvar k = 0; k <= Inputs; k++) begin : gen_cell
      localparam int Address = i * (Inputs + 1) + k;
      logic load;
      logic signed [SignalW-1:0] seen;
      assign load = load_i & (addr_i == AddrW'(Address));
      if (k == Inputs) begin : gen_bias
        assign seen = One;
      end else begin : gen_weight
        assign seen = token[k*SignalW +: SignalW];
      end
      plasticity_cell #(
        .SignalW(SignalW), .SignalFrac(SignalFrac), .WeightW(WeightW), .WeightFrac(WeightFrac),
        .RateShift(RateShift), .Seed((Seed + Spread * 32'(Address)) | 32'd1)
      ) u_cell (
        .clk_i, .rst_ni, .en_i(load ? en_i : step), .learn_i(learn), .load_i(load), .load_data_i,
        .error_i(hidden_error_o[i*SignalW +: SignalW]), .rate_i(seen),
        .weight_o(weights[Address*WeightW +: WeightW])
      );
    end
  end
  for (genvar j = 0; j < Outputs; j++) begin : gen_output_cell
    for (genvar k = 0; k <= Hidden; k++) begin : gen_cell
      localparam int Address = Base + j * (Hidden + 1) + k;
      logic load;
      logic signed [SignalW-1:0] seen;
      assign load = load_i & (addr_i == AddrW'(Address));
      if (k == Hidden) begin : gen_bias
        assign seen = One;
      end else begin : gen_weight
        assign seen = hidden_rate_o[k*SignalW +: SignalW];
      end
      plasticity_cell #(
        .SignalW(SignalW), .SignalFrac(SignalFrac), .WeightW(WeightW), .WeightFrac(WeightFrac),
        .RateShift(RateShift), .Seed((Seed + Spread * 32'(Address)) | 32'd1)
      ) u_cell (
        .clk_i, .rst_ni, .en_i(load ? en_i : step), .learn_i(learn), .load_i(load), .load_data_i,
        .error_i(error_o[j*SignalW +: SignalW]), .rate_i(seen),
        .weight_o(weights[Address*WeightW +: WeightW])
      );
    end
  end

  always_comb begin
    weight_o = '0;
    for (int a = 0; a < Weights; a++) begin
      if (addr_i == AddrW'(a)) weight_o = weights[a*WeightW +: WeightW];
    end
  end
endmodule
