// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fixed/words.hpp"

namespace leadlag {

/// Modules of rtl_ref that `leadlag characterize --digital` measures.
inline constexpr std::array<std::string_view, 11> digital_modules{
    "prospective_neuron", "error_unit",      "mac_column_serial", "plasticity_cell",
    "product_store",      "sample_hold",     "lane_link",         "pi_controller",
    "contrast_cell",      "phase_sequencer", "sar_controller"};

/// Inputs of the column that stands for all columns.
inline constexpr int characterized_column = 32;

/// An input port that takes a new random word in every working cycle.
struct RandomPort {
  std::string port;
  int bits = 1;           ///< of the random number
  bool has_sign = false;  ///< spread over the port with its sign
};

/// How a module of rtl_ref is built and exercised.
struct DigitalModule {
  std::string name;
  std::vector<std::string> files;  ///< of rtl_ref, packages first
  std::vector<std::pair<std::string, int>>
      parameters;      ///< that differ from the file's defaults or follow words
  std::string enable;  ///< input that is high in working cycles
  int run = 1;         ///< working cycles between two waits
  std::vector<RandomPort> random;
  std::vector<std::pair<std::string, std::int64_t>> held;  ///< inputs at one value; those not named are 0
  std::string start;  ///< input that is high in every `start_every`-th working cycle; "": none
  int start_every = 0;
  int shorter = 1;     ///< how much shorter the bench is: for modules of many gates and short memory
  std::string remark;  ///< for sources: parameters that are no word lengths; "": none
};

/// A module works in runs, as gle_tile works it: a neuron, an error unit or a weight steps in the last cycle
/// of a tick, a column takes its products one after the other, a sequencer never waits inside a tick.
///
/// At the word lengths of a die. Rates, drives and errors are uniform in -2 to 2, weights in -1 to 1, or over
/// the whole word where that is less; coefficients are of a filter with take = 0.095 and rho = 1.37, whose
/// words are no powers of two.
DigitalModule digital_module(const std::string& name, const FixedWords& words);

}  // namespace leadlag
