// SPDX-License-Identifier: Apache-2.0
#include "oracles/gle_network.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace leadlag::oracle {
namespace {

void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

double decay_of(const GleSettings& settings, double tau) {
  return settings.decay == Decay::euler ? 1.0 - settings.dt / tau : std::exp(-settings.dt / tau);
}

}  // namespace

std::vector<double> softmax(const std::vector<double>& logits) {
  const double top = *std::max_element(logits.begin(), logits.end());  // against overflow of exp
  std::vector<double> p;
  double sum = 0.0;
  for (double z : logits) sum += p.emplace_back(std::exp(z - top));
  for (double& q : p) q /= sum;
  return p;
}

GleNetwork::GleNetwork(std::size_t inputs, std::vector<GleLayer> layers_,
                       std::vector<GleProjection> projections_, GleSettings settings_)
    : layers(std::move(layers_)), projections(std::move(projections_)), settings(settings_), inputs_(inputs) {
  require(!layers.empty() && settings.dt > 0.0, "a network needs a layer and a positive dt");
  for (GleLayer& layer : layers) {
    const std::size_t n = layer.tau_m.size();
    if (layer.bias.empty()) layer.bias.assign(n, 0.0);
    require(n > 0 && layer.tau_r.size() == n && layer.bias.size() == n, "one tau and bias per neuron");
    for (std::size_t i = 0; i < n; ++i) {
      require(layer.tau_m[i] > 0.0 && layer.tau_r[i] > 0.0, "tau must be positive");
    }
    const std::vector<double> zero(n, 0.0);
    state.push_back({zero, zero, zero, zero, zero, zero, zero, zero, zero, zero});
  }
  for (GleProjection& p : projections) {
    require(p.to < layers.size() && (p.from == from_input || p.from < layers.size()), "no such layer");
    const std::size_t sources = p.from == from_input ? inputs_ : layers[p.from].tau_m.size();
    require(p.w.rows == layers[p.to].tau_m.size() && p.w.cols == sources, "weights do not fit their layers");
    p.g = Matrix(p.w.rows, p.w.cols);
  }
}

std::vector<double> GleNetwork::tick(const std::vector<double>& x, const std::vector<double>& target,
                                     bool target_on, bool learn_on) {
  const std::vector<double> output = state.back().rate;
  require(x.size() == inputs_, "input length");
  require(!target_on || target.size() == output.size(), "target length");

  std::vector<double> eps(output.size(), 0.0);
  if (target_on) {
    const auto guess = settings.output_error == OutputError::mse ? output : softmax(output);
    for (std::size_t i = 0; i < eps.size(); ++i) eps[i] = target[i] - guess[i];
  }

  // Drives and errors of all layers, from registered values only: the order of the layers does not matter.
  for (std::size_t l = 0; l < layers.size(); ++l) {
    State& q = state[l];
    for (std::size_t i = 0; i < q.a.size(); ++i) {
      const double rho = layers[l].tau_r[i] / layers[l].tau_m[i];
      const double decay = decay_of(settings, layers[l].tau_r[i]);
      q.a[i] = q.slope[i] * (q.apical[i] + (l + 1 == layers.size() ? settings.beta * eps[i] : 0.0));
      q.e[i] = q.a[i] / rho + (1.0 - 1.0 / rho) * q.v[i];
      if (settings.error_path == ErrorPath::instantaneous) q.e[i] = q.a[i];
      q.v[i] = decay * q.v[i] + (1.0 - decay) * q.a[i];
      q.s[i] = layers[l].bias[i];
    }
  }
  for (const GleProjection& p : projections) {
    const std::vector<double>& source = p.from == from_input ? x : state[p.from].rate;
    for (std::size_t i = 0; i < p.w.rows; ++i) {
      double sum = 0.0;
      for (std::size_t j = 0; j < p.w.cols; ++j) sum += p.w(i, j) * source[j];
      state[p.to].s[i] += sum;
    }
  }

  // What goes down in the next tick: with the weights of this tick, so before they learn.
  for (State& q : state) std::fill(q.apical.begin(), q.apical.end(), 0.0);
  for (const GleProjection& p : projections) {
    if (p.from == from_input) continue;
    for (std::size_t i = 0; i < p.w.rows; ++i) {
      for (std::size_t j = 0; j < p.w.cols; ++j) state[p.from].apical[j] += p.w(i, j) * state[p.to].e[i];
    }
  }

  if (learn_on) {
    const bool online = settings.update == Update::online;
    const double gain = online ? settings.eta : 1.0;
    for (GleProjection& p : projections) {
      if (!p.learn) continue;
      const std::vector<double>& source = p.from == from_input ? x : state[p.from].rate;
      Matrix& changed = online ? p.w : p.g;
      for (std::size_t i = 0; i < p.w.rows; ++i) {
        const double step = gain * state[p.to].e[i];
        for (std::size_t j = 0; j < p.w.cols; ++j) changed(i, j) += step * source[j];
      }
    }
    for (std::size_t l = 0; l < layers.size(); ++l) {
      if (!layers[l].learn_bias) continue;
      std::vector<double>& changed = online ? layers[l].bias : state[l].g_bias;
      for (std::size_t i = 0; i < changed.size(); ++i) changed[i] += gain * state[l].e[i];
    }
  }

  for (std::size_t l = 0; l < layers.size(); ++l) {  // commit: rates change only now
    State& q = state[l];
    for (std::size_t i = 0; i < q.u.size(); ++i) {
      const double rho = layers[l].tau_r[i] / layers[l].tau_m[i];
      const double decay = decay_of(settings, layers[l].tau_m[i]);
      const double drive = q.s[i] + layers[l].gamma * q.e[i];
      q.lookahead[i] = rho * drive + (1.0 - rho) * q.u[i];
      q.u[i] = decay * q.u[i] + (1.0 - decay) * drive;
      q.rate[i] = value(layers[l].activation, q.lookahead[i]);
      q.slope[i] = slope(layers[l].activation, q.lookahead[i]);
    }
  }
  return output;
}

void GleNetwork::clear_accumulated() {
  for (GleProjection& p : projections) std::fill(p.g.values.begin(), p.g.values.end(), 0.0);
  for (State& q : state) std::fill(q.g_bias.begin(), q.g_bias.end(), 0.0);
}

}  // namespace leadlag::oracle
