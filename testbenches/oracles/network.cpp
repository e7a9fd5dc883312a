// SPDX-License-Identifier: Apache-2.0
#include "oracles/network.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace leadlag::oracle {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

Index count(const auto& list) { return static_cast<Index>(list.size()); }

double curvature(Activation activation, double x) {
  const double y = value(activation, x), dy = slope(activation, x);
  if (activation == Activation::tanh) return -2.0 * y * dy;
  if (activation == Activation::softplus) return dy * (1.0 - dy);
  return 0.0;  // straight between kinks
}

template <class F>
VectorXd per_neuron(const Network& network, F&& f) {
  VectorXd values(count(network.neurons));
  for (Index i = 0; i < values.size(); ++i) values(i) = f(network.neurons[static_cast<std::size_t>(i)], i);
  return values;
}

std::vector<Index> output_rows(const Network& network) {
  std::vector<Index> rows;
  for (Index i = 0; i < count(network.neurons); ++i) {
    if (network.neurons[static_cast<std::size_t>(i)].output) rows.push_back(i);
  }
  return rows;
}

std::vector<double> guess(const Network& network, const VectorXd& rate, const std::vector<Index>& rows) {
  std::vector<double> rates;
  for (const Index i : rows) rates.push_back(rate(i));
  return network.loss == OutputError::mse ? rates : softmax(rates);
}

/// What each equation leaves over, and the largest term in it.
struct Residual {
  VectorXd value;
  double scale;
  double size() const { return value.lpNorm<Eigen::Infinity>() / scale; }
};

Residual residual(const Network& network, const Instant& now, const VectorXd& u, const VectorXd& v) {
  const Index n = count(network.neurons);
  const VectorXd lookahead = per_neuron(network, [&](const Neuron& neuron, Index i) {
    return u(i) + neuron.tau_r * (now.drive(i) - u(i)) / neuron.tau_m;
  });
  const VectorXd error = per_neuron(network, [&](const Neuron& neuron, Index i) {
    if (!network.errors) return 0.0;
    const double a = now.slope(i) * now.back(i);
    if (*network.errors == ErrorPath::instantaneous) return a;
    return v(i) + *neuron.error_lead * (a - v(i)) / *neuron.error_lag;
  });
  Residual r{VectorXd(2 * n), 1.0};
  r.value << now.lookahead - lookahead, now.error - error;
  for (const VectorXd* terms : {&lookahead, &error, &now.lookahead, &now.error, &now.drive, &now.back}) {
    if (terms->size() > 0) r.scale = std::max(r.scale, terms->lpNorm<Eigen::Infinity>());
  }
  return r;
}

/// Of the residual, by lookahead and error. `beta` is 0 without a target.
MatrixXd jacobian(const Network& network, const Instant& now, double beta) {
  const Index n = count(network.neurons);
  MatrixXd j = MatrixXd::Identity(2 * n, 2 * n);
  const VectorXd rho = per_neuron(network, [](const Neuron& p, Index) { return p.tau_r / p.tau_m; });
  const VectorXd gamma = per_neuron(network, [](const Neuron& p, Index) { return p.gamma; });
  j.topLeftCorner(n, n) -= rho.asDiagonal() * network.w * now.slope.asDiagonal();
  j.topRightCorner(n, n).diagonal() -= rho.cwiseProduct(gamma);
  if (!network.errors) return j;
  const VectorXd gain = per_neuron(network, [&](const Neuron& p, Index) {
    return *network.errors == ErrorPath::instantaneous ? 1.0 : *p.error_lead / *p.error_lag;
  });
  MatrixXd da =
      -beta * (now.slope.asDiagonal() * output_jacobian(network, now.rate) * now.slope.asDiagonal());
  da.diagonal() += curvatures(network, now.lookahead).cwiseProduct(now.back);
  j.bottomLeftCorner(n, n) -= gain.asDiagonal() * da;
  j.bottomRightCorner(n, n) -= gain.cwiseProduct(now.slope).asDiagonal() * network.feedback;
  return j;
}

}  // namespace

Network complete(Network network) {
  const Index n = count(network.neurons), filters = count(network.low_passes);
  require(n > 0, "a network needs a neuron");
  require(network.w.rows() == n && network.w.cols() == n, "w is neurons x neurons");
  require(network.w_in.rows() == n, "w_in is neurons x inputs");
  if (network.w_y.size() == 0) network.w_y = MatrixXd::Zero(n, filters);
  require(network.w_y.rows() == n && network.w_y.cols() == filters, "w_y is neurons x low-passes");
  for (const LowPass& filter : network.low_passes) {
    const Index sources = filter.of == LowPass::Of::neuron ? n : network.w_in.cols();
    require(static_cast<Index>(filter.source) < sources, "a low-pass has no such source");
    require(filter.tau_s > 0.0, "tau_s must be positive");
  }
  for (Neuron& neuron : network.neurons) {
    neuron.error_lag = neuron.error_lag.value_or(neuron.tau_r);
    neuron.error_lead = neuron.error_lead.value_or(neuron.tau_m);
    require(neuron.tau_m > 0.0 && neuron.tau_r >= 0.0, "tau_m must be positive, tau_r not negative");
    require(network.errors != ErrorPath::prospective || *neuron.error_lag > 0.0, "an error unit needs a lag");
  }
  require(network.tau_p >= 0.0, "tau_p must not be negative");
  if (network.feedback.size() == 0) {
    network.feedback = network.w.transpose();
    for (Index f = 0; f < filters; ++f) {
      const LowPass& filter = network.low_passes[static_cast<std::size_t>(f)];
      if (filter.of == LowPass::Of::neuron)
        network.feedback.row(static_cast<Index>(filter.source)) += network.w_y.col(f).transpose();
    }
  }
  require(network.feedback.rows() == n && network.feedback.cols() == n, "feedback is neurons x neurons");
  return network;
}

std::size_t outputs(const Network& network) { return output_rows(network).size(); }

MatrixXd output_jacobian(const Network& network, const VectorXd& rate) {
  const auto rows = output_rows(network);
  const auto p = guess(network, rate, rows);
  MatrixXd j = MatrixXd::Zero(rate.size(), rate.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (network.loss == OutputError::mse) {
      j(rows[i], rows[i]) = 1.0;
      continue;
    }
    j(rows[i], rows[i]) = p[i];
    for (std::size_t k = 0; k < rows.size(); ++k) j(rows[i], rows[k]) -= p[i] * p[k];
  }
  return j;
}

VectorXd curvatures(const Network& network, const VectorXd& lookahead) {
  return per_neuron(network, [&](const Neuron& p, Index i) { return curvature(p.activation, lookahead(i)); });
}

Instant instant(const Network& network, const VectorXd& lookahead, const VectorXd& error, const VectorXd& y,
                const VectorXd& x, const VectorXd& target) {
  const auto rows = output_rows(network);
  require(x.size() == network.w_in.cols(), "the input has another size than w_in");
  require(target.size() == 0 || target.size() == count(rows), "one target per output");
  Instant now{.lookahead = lookahead, .rate = {}, .slope = {}, .error = error, .drive = {}, .back = {}};
  now.rate = per_neuron(network, [&](const Neuron& p, Index i) { return value(p.activation, lookahead(i)); });
  now.slope =
      per_neuron(network, [&](const Neuron& p, Index i) { return slope(p.activation, lookahead(i)); });
  now.drive = network.w * now.rate + network.w_in * x + network.w_y * y;
  for (Index i = 0; i < lookahead.size(); ++i) {
    const Neuron& p = network.neurons[static_cast<std::size_t>(i)];
    now.drive(i) += p.bias + p.gamma * error(i);
  }
  now.back = network.feedback * error;
  if (target.size() == 0) return now;
  const auto p = guess(network, now.rate, rows);
  for (std::size_t k = 0; k < rows.size(); ++k)
    now.back(rows[k]) += network.beta * (target(static_cast<Index>(k)) - p[k]);
  return now;
}

Instant solve(const Network& network, VectorXd lookahead, VectorXd error, const VectorXd& u,
              const VectorXd& v, const VectorXd& y, const VectorXd& x, const VectorXd& target) {
  const Index n = count(network.neurons);
  Instant now = instant(network, lookahead, error, y, x, target);
  Residual left = residual(network, now, u, v);
  for (int iteration = 0; iteration < 200; ++iteration) {
    const MatrixXd j = jacobian(network, now, target.size() == 0 ? 0.0 : network.beta);
    const VectorXd step = j.partialPivLu().solve(left.value);
    // Far out, a residual may be small beside its terms without a zero near: the step shows it.
    if (left.size() <= 1e-13 && step.lpNorm<Eigen::Infinity>() <= 1e-9 * left.scale) return now;
    bool better = false;
    for (double share = 1.0; share > 1e-6 && !better; share *= 0.5) {
      const Instant next = instant(network, now.lookahead - share * step.head(n),
                                   now.error - share * step.tail(n), y, x, target);
      const Residual remaining = residual(network, next, u, v);
      if (!(remaining.size() < left.size())) continue;
      now = next, left = remaining, better = true;
    }
    if (better) continue;
    if (left.size() <= 1e-12 && step.lpNorm<Eigen::Infinity>() <= 1e-9 * left.scale) return now;  // rounding
    break;
  }
  throw std::runtime_error("rates and errors have no common solution that Newton's method can find");
}

Instant rest(const Network& network, const VectorXd& x, const VectorXd& target) {
  Network wires = complete(network);
  for (Neuron& p : wires.neurons) p.tau_r = p.tau_m, p.error_lead = p.error_lag = 1.0;
  for (Index f = 0; f < wires.w_y.cols(); ++f) {
    const LowPass& filter = wires.low_passes[static_cast<std::size_t>(f)];
    auto& w = filter.of == LowPass::Of::neuron ? wires.w : wires.w_in;
    w.col(static_cast<Index>(filter.source)) += wires.w_y.col(f);
  }
  wires.w_y.setZero();
  const VectorXd zero = VectorXd::Zero(count(wires.neurons));
  return solve(wires, zero, zero, zero, zero, VectorXd::Zero(wires.w_y.cols()), x, target);
}

}  // namespace leadlag::oracle
