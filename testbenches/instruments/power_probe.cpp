// SPDX-License-Identifier: Apache-2.0
#include "instruments/power_probe.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace leadlag {

PowerProbe::PowerProbe(const sc_core::sc_module_name& name, std::function<Energy()> energy, Time period,
                       std::int64_t every)
    : Instrument(name, period), used_(std::move(energy)), every_(every) {
  if (every < 1) throw std::invalid_argument(std::string(this->name()) + ": samples every k-th cycle, k > 0");
  SC_METHOD(read);
  sensitive << settled_;
  dont_initialize();
}

void PowerProbe::on_fall(std::int64_t edges) {
  if (edges % every_ != 0) return;
  read_at_ = edges;
  settled_.notify(sc_core::SC_ZERO_TIME);
}

void PowerProbe::read() {
  const Energy now = used_();
  if (read_at_ == 0) {
    start_ = now;
  } else {
    power_.push_back(((now - last_) / (static_cast<double>(every_) * period())).si);
  }
  last_ = now;
}

Energy PowerProbe::energy() const { return last_ - start_; }

Power PowerProbe::average() const {
  if (power_.empty()) return {};
  return energy() / (static_cast<double>(power_.size()) * static_cast<double>(every_) * period());
}

Power PowerProbe::peak() const {
  return {power_.empty() ? 0.0 : *std::max_element(power_.begin(), power_.end())};
}

}  // namespace leadlag
