// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oracles/contrastive.hpp"
#include "oracles/hopfield_energy.hpp"
#include "oracles/phase_oscillators.hpp"
#include "oracles/predictive_coding.hpp"
#include "oracles/reciprocal_net.hpp"
#include "oracles/resistive_network.hpp"

namespace leadlag::oracle {

/// The small systems on which energy-based learning is checked.

/// N2: 3-4-2, the bottom layer and the sample of N1, tanh below a linear top.
Sample net_n2();
HopfieldEnergy hopfield_n2();
PredictiveCoding predictive_coding_n1();
ReciprocalNet gamma_net_n1(double gamma);
/// 3-4-2 with mostly positive weights, for states between 0 and 1.
ClippedNet clipped_net();
/// The same weights with steep logistic units.
ReciprocalNet logistic_net();
/// Three held inputs, two nodes with diodes, two loaded outputs. theta: input to hidden, hidden to output
/// (a row per output), loads.
ResistiveNetwork resistive_reference();
/// Three hidden, two output oscillators.
PhaseOscillators oscillator_reference();

}  // namespace leadlag::oracle
