// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "design/die.hpp"
#include "measure/bill.hpp"
#include "technology/digital.hpp"

namespace leadlag {

/// A digital die: its bill from synthesised modules, and what its words leave of the numbers that a designer
/// wrote. The tile of rtl_ref in the size of the blueprint: a serial column for each neuron and each
/// transposed read, a cell for each weight.
struct DigitalFigures {
  Frequency clock;  ///< of the columns, which take a product a cycle; 0: a module has no figures
  std::vector<DigitalBlock> modules;    ///< that the die has and the technology knows at these words
  std::vector<std::string> unmeasured;  ///< that it does not know
  struct Array {
    std::string name;
    double drive;      ///< four standard deviations of a drive: rates of 1 and either sign, initial weights
    double tau_error;  ///< largest relative error of a time constant through the word of its 1 - decay
    int guard;         ///< bits below a signal's last one that its slowest membrane needs
  };
  std::vector<Array> arrays;
};

DigitalFigures digital_figures(const Design& design, const Die& die);
/// As bill_of_blocks. Groups keep the names of the blocks that they stand for; modules without figures are
/// missing.
std::vector<BlockGroup> bill_of_digital(const Design& design, const Die& die);

}  // namespace leadlag
