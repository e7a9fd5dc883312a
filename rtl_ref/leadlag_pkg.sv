// SPDX-License-Identifier: Apache-2.0

/// What modules share. Yosys 0.23 takes no import in a module's header: write leadlag_pkg::CurveTanh.
package leadlag_pkg;
  // Curves of a neuron, numbered as fixed::Curve in models/fixed/activation.hpp.
  localparam int CurveLinear      = 0;
  localparam int CurveRelu        = 1;
  localparam int CurveTanh        = 2;
  localparam int CurveHardSigmoid = 3;
  localparam int CurveSoftplus    = 4;
endpackage
