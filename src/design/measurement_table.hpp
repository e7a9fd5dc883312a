// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "units/quantity.hpp"

namespace leadlag {

/// A number that a run can measure and a limit can bind. The one list: the reader checks `limits:` against
/// it, the reports print it, the docs table is made from it.
struct MeasurementKind {
  std::string_view name;
  Dimension dimension;
  std::string_view meaning;
};

inline constexpr std::array measurement_table{
    MeasurementKind{"test_accuracy", {}, "share of test samples that the readout classifies correctly"},
    MeasurementKind{
        "train_accuracy", {}, "the same over the last tenth of the training samples, while they are learnt"},
    MeasurementKind{
        "final_mse", {}, "mean of (output - target)^2 over the last hundredth of a continuous task"},
    MeasurementKind{"control_margin", {}, "test_accuracy minus that of the best control"},
    MeasurementKind{"worst_slack", Time::dimension, "clock period minus the longest settling path of a hop"},
    MeasurementKind{"latency", Time::dimension, "from a new input at the pins to its effect at the outputs"},
    MeasurementKind{"learning_latency", Time::dimension,
                    "from an error at the outputs to the first layer's weights"},
    MeasurementKind{"throughput", Frequency::dimension, "samples per second on the die"},
    MeasurementKind{"learning_rate_on_die", Frequency::dimension, "learning steps per second on the die"},
    MeasurementKind{"average_power", Power::dimension, "of one die over the run"},
    MeasurementKind{"peak_power", Power::dimension, "of one die in its most expensive clock cycle"},
    MeasurementKind{"total_energy", Energy::dimension, "of all dies over the run"},
    MeasurementKind{"energy_per_sample", Energy::dimension, "of one die, training and test samples alike"},
    MeasurementKind{"energy_per_operation", Energy::dimension, "total energy per synaptic operation"},
    MeasurementKind{"energy_per_update", Energy::dimension, "total energy per weight written"},
    MeasurementKind{"ledger_error", {}, "|supply integral - event ledger| / ledger"},
    MeasurementKind{
        "weights_at_end", {}, "share of the learnt weights with a `range` that the run left at an end of it"},
    MeasurementKind{"settling_time", Time::dimension,
                    "slowest time constant of a resistive network at the initial weights, times ln "
                    "2^(settle_bits+1)"},
    MeasurementKind{"area", Area::dimension, "of one die"},
    MeasurementKind{"memory_bits", {}, "of one die's trajectory memories (system: vle_exact)"},
    MeasurementKind{"replay_share", {}, "clock cycles that run backwards / all cycles (system: vle_exact)"},
    MeasurementKind{"link_bits_out", {}, "sent by all dies to the host (system: bptt)"},
    MeasurementKind{"link_bits_in", {}, "of weights, sent by the host to all dies (system: bptt)"},
    MeasurementKind{
        "wait_share", {}, "clock cycles in which the chip stands still for its link / all (system: bptt)"},
    MeasurementKind{"host_operations", {}, "multiply-adds of the host (system: bptt)"},
    MeasurementKind{"host_energy", Energy::dimension,
                    "of the host, not on the die: multiply-adds and the bits it sends (system: bptt)"},
    MeasurementKind{
        "loop_gain", {}, "K of the registered nudging loop at the initial weights; stable below 1"},
    MeasurementKind{"analog_lag", Time::dimension,
                    "sum of the parasitic time constants on the longest way through an analog island"},
    MeasurementKind{
        "loop_growth", Frequency::dimension,
        "largest real part of an analog island's eigenvalues with parasitic poles; stable below 0"},
};

}  // namespace leadlag
