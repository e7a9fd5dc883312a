// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "instruments/instrument.hpp"

namespace leadlag {

struct SettlingTest {
  Time trigger{};                       ///< when the step happened
  double tolerance = 0.01;              ///< of the step's size, |final - initial value|
  std::optional<double> final_value{};  ///< the last sample unless given
};
struct Settling {
  double initial_value = 0.0;  ///< last sample before the trigger; 0 if there is none
  double final_value = 0.0;
  double overshoot = 0.0;      ///< largest excursion beyond the final value, of the step's size
  std::optional<Time> time{};  ///< from the trigger; nothing: not known to have settled
};
/// Settling time: from the trigger to the first sample from which on all stay within the tolerance of the
/// final value; its resolution is one period. The record must show it settled for at least as long as it
/// took, otherwise the time is not stated: a signal that is cut off early always looks settled at its end.
/// Throws std::invalid_argument when the record ends before the trigger or the tolerance is not positive.
Settling settling(const Record& record, const SettlingTest& test);

/// Records a signal and states when it has settled.
class SettlingProbe final : public Probe {
 public:
  SettlingProbe(const sc_core::sc_module_name& name, Time period, const SettlingTest& test)
      : Probe(name, period, {}), test_(test) {}
  Settling settling() const { return leadlag::settling(record(), test_); }

 private:
  SettlingTest test_;
};

}  // namespace leadlag
