// SPDX-License-Identifier: Apache-2.0
#include "benches/reference.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace leadlag {
namespace {

/// The linear systems of the references are dense; larger ones would take minutes for each frequency.
constexpr std::size_t most_neurons = 128;

oracle::Activation activation_of(Activation a) {
  switch (a) {
    case Activation::tanh:
      return oracle::Activation::tanh;
    case Activation::softplus:
      return oracle::Activation::softplus;
    case Activation::relu:
      return oracle::Activation::relu;
    case Activation::hard_sigmoid:
      return oracle::Activation::hard_sigmoid;
    case Activation::linear:
      break;
  }
  return oracle::Activation::linear;
}

bool has_poles(const Design& design) {
  return is_analog(design) && design.chip.loops == Loops::parasitic_pole;
}

/// Bias currents of all adders, each of which has a parasitic pole.
std::vector<Current> adder_biases(const Die& die) {
  std::vector<Current> biases;
  for (const auto& array : die.neurons) {
    for (const auto& n : array) biases.push_back(n.adder_bias);
  }
  for (const auto& array : die.error_units) {
    for (const auto& e : array) biases.push_back(e.adder_bias);
  }
  return biases;
}

std::size_t neuron_count(const Design& design) {
  std::size_t n = 0;
  for (const ArrayDesign& a : design.arrays) n += a.is_neuron() ? a.size : 0;
  return n;
}

}  // namespace

bool is_analog(const Design& design) {
  return std::any_of(design.arrays.begin(), design.arrays.end(),
                     [](const ArrayDesign& a) { return a.is_continuous(); });
}

std::optional<std::string> why_no_reference(const Design& design, const Die& die) {
  if (design.chip.schedule == Ordering::ordered) {
    return "schedule: ordered has no reference here; add --set chip.schedule=registered";
  }
  const auto sampled = std::find_if(design.arrays.begin(), design.arrays.end(),
                                    [](const ArrayDesign& a) { return !a.is_input() && !a.is_continuous(); });
  if (is_analog(design) && sampled != design.arrays.end()) {
    return "array '" + sampled->name +
           "' is sampled and others are continuous: a path through both has no reference here; measure its "
           "parts with --of";
  }
  if (neuron_count(design) > most_neurons) {
    return "the reference solves all neurons together and takes up to " + std::to_string(most_neurons) +
           ", but the chip has " + std::to_string(neuron_count(design)) + "; measure one with --of";
  }
  const auto biases = adder_biases(die);
  if (has_poles(design) &&
      std::adjacent_find(biases.begin(), biases.end(), std::not_equal_to<>()) != biases.end()) {
    return "loops: parasitic_pole with different adder biases has no reference here; give all adders one "
           "bias, or use loops: newton";
  }
  if (has_poles(design) && design.learning.params.errors == ErrorPath::instantaneous) {
    return "loops: parasitic_pole with errors: instantaneous has no reference here: wires have no pole";
  }
  return std::nullopt;
}

ReferenceNetwork reference_network(const Design& design, const Die& die) {
  if (const auto why = why_no_reference(design, die)) throw std::invalid_argument(*why);
  const auto unit = [&](Time t) { return t / design.chip.time_scale; };
  const auto index = [](std::size_t i) { return static_cast<Eigen::Index>(i); };
  ReferenceNetwork r;
  oracle::Network& net = r.network;
  std::size_t inputs = 0;
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    const ArrayDesign& array = design.arrays[a];
    if (array.is_input()) {
      r.first.push_back(inputs), inputs += array.size;
    } else if (array.is_low_pass()) {
      r.first.push_back(net.low_passes.size());
      for (const auto& p : die.low_passes[a]) net.low_passes.push_back({.tau_s = unit(p.tau_s)});
    } else {
      r.first.push_back(net.neurons.size());
      for (std::size_t i = 0; i < array.size; ++i) {
        const auto& p = die.neurons[a][i];
        net.neurons.push_back({.tau_m = unit(p.tau_m),
                               .tau_r = unit(p.tau_r),
                               .activation = activation_of(p.activation),
                               .gamma = p.nudging,
                               .output = a == design.learning.output,
                               .tau_a = unit(p.tau_a)});
        if (die.error_units[a].empty()) continue;
        net.neurons.back().error_lag = unit(die.error_units[a][i].tau_r);
        net.neurons.back().error_lead = unit(die.error_units[a][i].tau_m);
      }
    }
  }
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    if (!design.arrays[a].is_low_pass()) continue;
    const std::size_t source = design.arrays[a].source;
    for (std::size_t i = 0; i < design.arrays[a].size; ++i) {
      auto& filter = net.low_passes[r.first[a] + i];
      filter.of = design.arrays[source].is_input() ? oracle::LowPass::Of::input : oracle::LowPass::Of::neuron;
      filter.source = r.first[source] + i;
    }
  }
  const auto n = index(net.neurons.size());
  net.w = Eigen::MatrixXd::Zero(n, n), net.w_in = Eigen::MatrixXd::Zero(n, index(inputs));
  net.w_y = Eigen::MatrixXd::Zero(n, index(net.low_passes.size()));
  for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
    const CrossbarDesign& drawn = design.crossbars[c];
    const ArrayDesign& from = design.arrays[drawn.from];
    Eigen::MatrixXd& w = from.is_input() ? net.w_in : from.is_low_pass() ? net.w_y : net.w;
    for (std::size_t i = 0; i < design.arrays[drawn.to].size; ++i) {
      const std::size_t row = r.first[drawn.to] + i;
      for (std::size_t j = 0; j < from.size; ++j)
        w(index(row), index(r.first[drawn.from] + j)) += die.weights[c][i * from.size + j];
      if (drawn.bias) net.neurons[row].bias += die.biases[c][i];
    }
  }
  const auto& target = design.blocks.target_unit;
  net.loss = target.loss == Loss::mse ? oracle::OutputError::mse : oracle::OutputError::cross_entropy;
  net.beta = target.beta;
  const ErrorPath errors = design.learning.params.errors;
  if (design.learning.params.system == System::none || errors == ErrorPath::open) {
    net.errors = std::nullopt;
  } else if (errors == ErrorPath::instantaneous) {
    net.errors = oracle::ErrorPath::instantaneous;
  } else if (errors == ErrorPath::output_only) {
    net.feedback = Eigen::MatrixXd::Zero(n, n);
  }
  if (has_poles(design)) net.tau_p = unit(parasitic_pole(design.technology, adder_biases(die).front()));
  return r;
}

TimeScales time_scales(const Design& design, const Die& die) {
  std::vector<Time> all;
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    for (const auto& p : die.neurons[a])
      all.push_back(p.tau_m), all.push_back(p.tau_r), all.push_back(p.tau_a);
    for (const auto& p : die.error_units[a]) all.push_back(p.tau_m), all.push_back(p.tau_r);
    for (const auto& p : die.low_passes[a]) all.push_back(p.tau_s);
  }
  std::erase_if(all, [](Time t) { return t.si <= 0.0; });
  const auto [low, high] = std::minmax_element(all.begin(), all.end());
  return {*high, *low};
}

bool adapts(const Die& die) {
  return std::any_of(die.neurons.begin(), die.neurons.end(), [](const auto& array) {
    return std::any_of(array.begin(), array.end(), [](const auto& n) { return n.adapts(); });
  });
}

int filters_in_row(const Design& design) {
  return static_cast<int>(std::count_if(design.arrays.begin(), design.arrays.end(),
                                        [](const ArrayDesign& a) { return !a.is_input(); }));
}

}  // namespace leadlag
