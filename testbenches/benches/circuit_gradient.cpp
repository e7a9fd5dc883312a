// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "benches/gradient_bench.hpp"
#include "design/diagnostic.hpp"

namespace leadlag {
namespace {

constexpr std::size_t most_parameters = 4000;
constexpr int samples = 3;

/// Samples that have nothing to do with the task: inputs in [0, 1], the target one-hot (one output: 1, 0, 1).
void show(Rig& rig, int sample) {
  for (std::size_t i = 0; i < rig.x.size(); ++i) {
    rig.x[i] = 0.5 + 0.5 * std::sin(1.0 + 2.4 * static_cast<double>(i) + 1.3 * sample);
  }
  for (std::size_t i = 0; i < rig.target.size(); ++i) {
    rig.target[i] =
        static_cast<std::size_t>(sample) % std::max<std::size_t>(2, rig.target.size()) == i ? 1.0 : 0.0;
  }
}

/// The loss at the outputs that the readout converts, after the chip's own inference.
double loss(Rig& rig, const Subject& s, std::int64_t cycles, int sample) {
  rig.reset();
  show(rig, sample);
  rig.learn = false;
  for (std::int64_t n = 0; n < cycles; ++n) rig.cycle();
  std::vector<double> r(rig.target.size());
  for (std::size_t i = 0; i < r.size(); ++i) r[i] = rig.read(s.design.learning.output, i, "rate");
  double sum = 0.0;
  if (s.design.blocks.target_unit.loss == Loss::mse) {
    for (std::size_t i = 0; i < r.size(); ++i) sum += 0.5 * std::pow(r[i] - rig.target[i], 2);
    return sum;
  }
  const double top = *std::max_element(r.begin(), r.end());
  for (const double v : r) sum += std::exp(v - top);
  double c = 0.0;
  for (std::size_t i = 0; i < r.size(); ++i) c -= rig.target[i] * (r[i] - top - std::log(sum));
  return c;
}

}  // namespace

GradientResult measure_circuit_gradient(Rig& rig, const Subject& s) {
  const Circuit circuit = s.design.circuit();
  const std::int64_t all = circuit.cycles(false), inference = circuit.cycles(true);
  GradientResult r;
  std::vector<std::size_t> groups;
  std::size_t parameters = 0;
  for (std::size_t g = 0; g < rig.chip().groups().size(); ++g) {
    if (rig.chip().groups()[g].plastic) groups.push_back(g), parameters += rig.chip().groups()[g].size;
  }
  if (parameters > most_parameters) {
    throw DesignError(s.design.file, {{"out-of-range", s.design.learning.at,
                                       "finite differences of " + std::to_string(parameters) +
                                           " plastic parameters take too long; "
                                           "legal: up to " +
                                           std::to_string(most_parameters) + "; make the chip smaller",
                                       ""}});
  }
  r.cycles = all * samples;
  r.stimulus = std::to_string(samples) + " samples of fixed inputs between 0 and 1, with one-hot targets";
  for (int sample = 0; sample < samples; ++sample) {
    rig.reset();
    show(rig, sample);
    rig.learn = true;
    for (std::int64_t n = 0; n < all; ++n) rig.cycle();
  }
  for (const std::size_t g : groups) {
    const DieModule::Group& group = rig.chip().groups()[g];
    GroupGradient gradient{group.name, std::vector<double>(group.size), {}, {}};
    rig.chip().take(g, gradient.chip);
    for (double& v : gradient.chip) v /= samples;
    std::vector<double> weights(group.size);
    rig.chip().read(g, weights);
    constexpr double step = 1e-5;
    for (std::size_t k = 0; k < group.size; ++k) {
      const double weight = weights[k];
      double descent = 0.0;
      for (int sample = 0; sample < samples; ++sample) {
        weights[k] = weight - step, rig.chip().write(g, weights);
        descent += loss(rig, s, inference, sample);
        weights[k] = weight + step, rig.chip().write(g, weights);
        descent -= loss(rig, s, inference, sample);
      }
      weights[k] = weight, rig.chip().write(g, weights);
      gradient.exact.push_back(descent / (2.0 * step * samples));
    }
    r.groups.push_back(std::move(gradient));
  }
  return r;
}

}  // namespace leadlag
