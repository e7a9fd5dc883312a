// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "design/design.hpp"
#include "measure/finding.hpp"
#include "measure/measurements.hpp"

namespace leadlag {

/// A static design rule: stable id and formula as data.
struct Rule {
  std::string_view id, title, formula;
};
inline constexpr std::array rule_table{
    Rule{"LL-MAP-1", "every crossbar is mapped to physical tiles", "tile shape given"},
    Rule{"LL-RANGE-1", "full scale stays within the stated compression",
         "full_scale.voltage <= linear_range"},
    Rule{"LL-RANGE-2", "a synapse can deliver the unit current",
         "full_scale.current <= synapse.bias tanh(kappa full_scale.voltage / (2 U_T))"},
    Rule{"LL-OFFSET-1", "what the synapses of a neuron give at rest is small beside a drive of 1",
         "3 s sqrt(synapses) <= 1, s = plasticity_offset V_L^2 / (weight_voltage V_fs) [/ zero_gain], "
         "V_L = 2 U_T / kappa"},
    Rule{"LL-TIME-1", "every hop settles within a clock period", "sum of settling arcs <= 1 / clock"},
    Rule{"LL-CLOCK-1", "a digital module is faster than the clock of the columns",
         "critical path <= 1 / fixed.clock"},
    Rule{"LL-WORD-1",
         "four standard deviations of a digital column's drive fit its word, at rates of 1 and either sign "
         "and the "
         "initial weights; beyond, it saturates",
         "4 max_i sqrt(sum_k w_ik^2 + b_i^2) <= 2^(signal_bits - 1 - signal_fraction)"},
    Rule{"LL-WORD-2", "a digital time constant is the one that was asked for",
         "|ln(1 - take) / ln(1 - word(take)) - 1| <= 1 %, take = 1 - exp(-1 / (clock tau_m))"},
    Rule{"LL-WORD-3", "a digital membrane comes to rest within one step of its signal",
         "log2(1 / (2 take)) <= guard_bits"},
    Rule{"LL-FINITE-1", "every signal of the run stays finite", "|signal| < infinity in every cycle"},
    Rule{"LL-SETTLE-1", "a resistive network settles within each phase",
         "ln 2^(settle_bits+1) / lambda_min(C^-1 G) <= cycles / clock"},
    Rule{"LL-SETTLE-2", "a clock cycle is a step in which no node of a resistive network overshoots",
         "1 / clock <= 1 / lambda_max(C^-1 G)"},
    Rule{"LL-LAG-1", "parasitics of an analog island are short against its fastest time constant",
         "sum of tau_p on the longest way up and down <= 0.1 min(tau_m, tau_r, tau_s)"},
    Rule{"LL-LOOP-1", "the registered nudging loop is stable",
         "K = lambda_max(beta sum_a gamma_a J_a J_a^T) < 1"},
    Rule{"LL-LOOP-2", "the loops of an analog island are stable with the parasitic poles of its adders",
         "max Re(eigenvalue) < 0"},
    Rule{"LL-LOOP-3", "the loops of an analog island have a solution in every tick",
         "|g(z) - z| <= 1e-12 of full scale within 50 Newton steps"},
};

/// The static rules; needs no run.
std::vector<Finding> check_rules(const Design& design, const Measurements& m);
/// LL-FINITE-1: a registered loop with too much gain, or a learning rate that is too large, ends a run early.
Finding check_finite(const Design& design, const Observations& seen);
/// LL-LOOP-3, per analog island with loops.
std::vector<Finding> check_loops(const Design& design, const Observations& seen);
/// The blueprint's limits against what was measured.
std::vector<Finding> judge_limits(const Design& design, const Measurements& m);
/// True when every finding is MET.
bool all_met(const std::vector<Finding>& findings);

}  // namespace leadlag
