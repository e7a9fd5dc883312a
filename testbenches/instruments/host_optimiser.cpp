// SPDX-License-Identifier: Apache-2.0
#include "instruments/host_optimiser.hpp"

#include <cmath>
#include <limits>

#include "instruments/optimiser_kernel.hpp"

namespace leadlag {

HostOptimiser::HostOptimiser(DieModule& chip, const Design& design)
    : chip_(chip), learning_(design.learning) {
  if (learning_.params.update != UpdateBy::host) return;
  for (std::size_t g = 0; g < chip.groups().size(); ++g) {
    const DieModule::Group& group = chip.groups()[g];
    if (!group.plastic) continue;
    const auto bound = [&](const std::optional<Time>& stated) {
      return stated.value_or(design.chip.period()) / design.chip.time_scale;
    };
    const double low = group.name.ends_with(".tau_m")   ? bound(learning_.tau_m_low)
                       : group.name.ends_with(".tau_r") ? bound(learning_.tau_r_low)
                                                        : group.range.low;
    Moments m{
        g, {low, group.range.high}, std::vector<double>(group.size), std::vector<double>(group.size), {}, {}};
    if (learning_.params.optimiser != Optimiser::sgd) m.first.resize(group.size);
    if (learning_.params.optimiser == Optimiser::adam) m.second.resize(group.size);
    chip.read(g, m.value);
    moments_.push_back(std::move(m));
  }
}

void HostOptimiser::after_edge(bool learned, bool sample_ended, double rate) {
  if (moments_.empty()) return;
  pending_ += learning_.every_unit == EveryUnit::tick ? learned : sample_ended;
  if (pending_ < learning_.every) return;
  pending_ = 0;
  ++steps_;
  step(rate);
}

void HostOptimiser::reload(std::size_t group) {
  for (Moments& m : moments_) {
    if (m.group == group) chip_.read(group, m.value);
  }
}

void HostOptimiser::step(double rate) {
  const double scale = 1.0 / static_cast<double>(learning_.every);
  const double t = static_cast<double>(steps_);
  const double unbias1 = 1.0 - std::pow(0.9, t), unbias2 = 1.0 - std::pow(0.999, t);
  for (Moments& m : moments_) {
    chip_.take(m.group, m.gradient);
    const std::size_t n = m.value.size();
    switch (learning_.params.optimiser) {
      case Optimiser::sgd:
        for (std::size_t k = 0; k < n; ++k) m.value[k] = m.value[k] + rate * (scale * m.gradient[k]);
        break;
      case Optimiser::momentum:
        for (std::size_t k = 0; k < n; ++k) {
          m.first[k] = learning_.params.momentum * m.first[k] + scale * m.gradient[k];
          m.value[k] = m.value[k] + rate * m.first[k];
        }
        break;
      case Optimiser::adam:
        adam({rate, scale, unbias1, unbias2, m.range.low}, n, m.gradient.data(), m.first.data(),
             m.second.data(), m.value.data());
        break;
    }
    for (double& value : m.value) value = m.range.keep(value);
    chip_.write(m.group, m.value);
  }
}

}  // namespace leadlag
