// SPDX-License-Identifier: Apache-2.0
#include "oracles/adjoint_network.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

namespace leadlag::oracle {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int most_sweeps = 16;

/// x[k] = decay x[k-1] + before d[k-1] + now d[k] solves tau dx/dt = d - x for a drive that is a straight
/// line in between.
struct Ramp {
  double decay, before, now;
  double decay_by_tau, before_by_tau, now_by_tau;

  Ramp(double tau, double dt) {
    const double a = dt / tau, lost = -std::expm1(-a), mean = lost / a;
    decay = 1.0 - lost, before = mean - decay, now = 1.0 - mean;
    decay_by_tau = decay * a / tau;
    const double mean_by_tau = (lost - decay * a) / (a * tau);
    before_by_tau = mean_by_tau - decay_by_tau, now_by_tau = -mean_by_tau;
  }
};

struct Sweep {
  Network net;
  const NetworkTask& task;
  Index n, filters, ticks;
  VectorXd rho, bias, decay, before, now, decay_y, before_y, now_y;
  MatrixXd taps;                                   // filters x neurons: 1 where a filter reads a neuron
  MatrixXd at_start, at_once_later;                // d s / d r at one instant
  MatrixXd u, s, lookahead, rate, slopes, y, eps;  // a column per instant; eps of all neurons

  Sweep(const Network& network, const NetworkTask& task_)
      : net(complete(network)),
        task(task_),
        n(static_cast<Index>(net.neurons.size())),
        filters(net.w_y.cols()),
        ticks(task_.input.rows()) {
    if (task.target.rows() != ticks || task.input.cols() != net.w_in.cols() ||
        task.target.cols() != static_cast<Index>(outputs(net)) || !(task.dt > 0.0))
      throw std::invalid_argument("input and target do not fit the network");
    for (VectorXd* v : {&rho, &bias, &decay, &before, &now}) v->resize(n);
    for (VectorXd* v : {&decay_y, &before_y, &now_y}) v->resize(filters);
    for (Index i = 0; i < n; ++i) {
      const Neuron& p = net.neurons[static_cast<std::size_t>(i)];
      const Ramp r(p.tau_m, task.dt);
      rho(i) = p.tau_r / p.tau_m, bias(i) = p.bias;
      decay(i) = r.decay, before(i) = r.before, now(i) = r.now;
    }
    taps = MatrixXd::Zero(filters, n);
    for (Index f = 0; f < filters; ++f) {
      const LowPass& filter = net.low_passes[static_cast<std::size_t>(f)];
      const Ramp r(filter.tau_s, task.dt);
      decay_y(f) = r.decay, before_y(f) = r.before, now_y(f) = r.now;
      if (filter.of == LowPass::Of::neuron) taps(f, static_cast<Index>(filter.source)) = 1.0;
    }
    for (MatrixXd* m : {&u, &s, &lookahead, &rate, &slopes, &eps}) *m = MatrixXd::Zero(n, ticks);
    y = MatrixXd::Zero(filters, ticks);
    at_start = net.w, at_once_later = net.w + net.w_y * now_y.asDiagonal() * taps;
    forward();
  }

  /// What the filters read at instant k.
  VectorXd source(Index k) const {
    VectorXd read = taps * rate.col(k);
    for (Index f = 0; f < filters; ++f) {
      const LowPass& filter = net.low_passes[static_cast<std::size_t>(f)];
      if (filter.of == LowPass::Of::input) read(f) = task.input(k, static_cast<Index>(filter.source));
    }
    return read;
  }
  /// Shares of the drive at the same instant: the states at instant 0 are given.
  VectorXd now_at(Index k) const { return k == 0 ? VectorXd(VectorXd::Zero(n)) : now; }
  VectorXd now_y_at(Index k) const { return k == 0 ? VectorXd(VectorXd::Zero(filters)) : now_y; }
  /// d u_hat / d s at one instant.
  VectorXd through(Index k) const { return rho.array() + (1.0 - rho.array()) * now_at(k).array(); }
  const MatrixXd& at_once(Index k) const { return k == 0 ? at_start : at_once_later; }

  void forward() {
    VectorXd carry = VectorXd::Zero(n), carry_y = VectorXd::Zero(filters), guess = VectorXd::Zero(n);
    for (Index k = 0; k < ticks; ++k) {
      const VectorXd c = through(k);
      const MatrixXd& w = at_once(k);
      VectorXd x_y = carry_y;  // filters without their neurons' part of this instant
      for (Index f = 0; f < filters; ++f) {
        const LowPass& filter = net.low_passes[static_cast<std::size_t>(f)];
        if (filter.of == LowPass::Of::input)
          x_y(f) += now_y_at(k)(f) * task.input(k, static_cast<Index>(filter.source));
      }
      const VectorXd given = net.w_in * task.input.row(k).transpose() + net.w_y * x_y + bias;
      solve_instant(k, c, w, given, (1.0 - rho.array()) * carry.array(), guess);
      guess = lookahead.col(k);
      s.col(k) = w * rate.col(k) + given;
      u.col(k) = carry + now_at(k).cwiseProduct(s.col(k));
      const VectorXd read = source(k);
      y.col(k) = carry_y + now_y_at(k).cwiseProduct(read);
      carry = decay.cwiseProduct(u.col(k)) + before.cwiseProduct(s.col(k));
      carry_y = decay_y.cwiseProduct(y.col(k)) + before_y.cwiseProduct(read);
      compare(k);
    }
  }

  void activate(Index k, const VectorXd& at) {
    for (Index i = 0; i < n; ++i) {
      const Activation phi = net.neurons[static_cast<std::size_t>(i)].activation;
      rate(i, k) = value(phi, at(i)), slopes(i, k) = slope(phi, at(i));
    }
  }
  /// u_hat = c (W phi(u_hat) + given) + lagged: by sweeps, which end a chain of layers after as many as it
  /// has, else by Newton's method.
  void solve_instant(Index k, const VectorXd& c, const MatrixXd& w, const VectorXd& given,
                     const VectorXd& lagged, VectorXd at) {
    for (int sweep = 0; sweep < most_sweeps; ++sweep) {
      activate(k, at);
      lookahead.col(k) = c.cwiseProduct(w * rate.col(k) + given) + lagged;
      const bool done = lookahead.col(k) == at;
      at = lookahead.col(k);
      if (done) return;
    }
    for (int iteration = 0; iteration < 100; ++iteration) {
      activate(k, at);
      lookahead.col(k) = at;
      const VectorXd left = at - c.cwiseProduct(w * rate.col(k) + given) - lagged;
      const double scale = 1.0 + at.lpNorm<Eigen::Infinity>();
      if (left.lpNorm<Eigen::Infinity>() <= 1e-14 * scale) return;
      const MatrixXd jacobian = MatrixXd::Identity(n, n) - c.asDiagonal() * w * slopes.col(k).asDiagonal();
      const VectorXd step = jacobian.partialPivLu().solve(left);
      if (step.lpNorm<Eigen::Infinity>() <= 1e-15 * scale) return;
      at -= step;
    }
    throw std::runtime_error("the network's rates have no solution that Newton's method can find");
  }

  std::vector<Index> output_rows() const {
    std::vector<Index> rows;
    for (Index i = 0; i < n; ++i) {
      if (net.neurons[static_cast<std::size_t>(i)].output) rows.push_back(i);
    }
    return rows;
  }
  std::vector<double> guessed(Index k, const std::vector<Index>& rows) const {
    std::vector<double> rates;
    for (const Index i : rows) rates.push_back(rate(i, k));
    return net.loss == OutputError::mse ? rates : softmax(rates);
  }
  /// eps = - dc/dr.
  void compare(Index k) {
    if (k < static_cast<Index>(task.first)) return;
    const auto rows = output_rows();
    const auto p = guessed(k, rows);
    double total = 1.0;
    if (net.loss == OutputError::cross_entropy) total = task.target.row(k).sum();
    for (std::size_t i = 0; i < rows.size(); ++i)
      eps(rows[i], k) = task.target(k, static_cast<Index>(i)) - total * p[i];
  }

  NetworkGradient zero() const {
    return {MatrixXd::Zero(n, n),       MatrixXd::Zero(n, net.w_in.cols()),
            MatrixXd::Zero(n, filters), VectorXd::Zero(n),
            VectorXd::Zero(n),          VectorXd::Zero(n)};
  }
};

/// x = right + m x: by sweeps where m is a chain of layers, else by elimination.
template <class M>
VectorXd solve_loop(const VectorXd& right, M&& m) {
  VectorXd x = right;
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    const VectorXd next = right + m(x);
    if (next == x) return x;
    x = next;
  }
  const Index n = right.size();
  MatrixXd whole = MatrixXd::Identity(n, n);
  for (Index i = 0; i < n; ++i) whole.col(i) -= m(VectorXd::Unit(n, i));
  return whole.partialPivLu().solve(right);
}

void add(NetworkGradient& g, const Sweep& f, Index k, const VectorXd& error) {
  g.w += error * f.rate.col(k).transpose();
  g.w_in += error * f.task.input.row(k);
  g.w_y += error * f.y.col(k).transpose();
  g.bias += error;
}

}  // namespace

double network_cost(const Network& network, const NetworkTask& task) {
  const Sweep f(network, task);
  const auto rows = f.output_rows();
  long double sum = 0.0L;
  for (Index k = static_cast<Index>(task.first); k < f.ticks; ++k) {
    const auto p = f.guessed(k, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double target = task.target(k, static_cast<Index>(i));
      sum +=
          f.net.loss == OutputError::mse ? 0.5 * (target - p[i]) * (target - p[i]) : -target * std::log(p[i]);
    }
  }
  return task.dt * static_cast<double>(sum);
}

NetworkGradient exact_gradient(const Network& network, const NetworkTask& task) {
  const Sweep f(network, task);
  NetworkGradient g = f.zero();
  VectorXd later_u = VectorXd::Zero(f.n), later_y = VectorXd::Zero(f.filters);  // adjoints of u, y after k
  for (Index k = f.ticks - 1; k >= 0; --k) {
    const VectorXd c = f.through(k), now = f.now_at(k), now_y = f.now_y_at(k), slope = f.slopes.col(k);
    // s^ = c h^ + (now decay + before) u^[k+1],  h^ = phi' (eps + W^T s^ + what filters pass on)
    const VectorXd from_later = (now.cwiseProduct(f.decay) + f.before).cwiseProduct(later_u);
    const VectorXd onto_rates =
        f.eps.col(k) +
        f.taps.transpose() * (now_y.cwiseProduct(f.decay_y) + f.before_y).cwiseProduct(later_y);
    const MatrixXd& w = f.at_once(k);
    const VectorXd here = slope.cwiseProduct(onto_rates);
    const auto back = [&](const VectorXd& x) -> VectorXd { return slope.cwiseProduct(w.transpose() * x); };
    const VectorXd drive = solve_loop(c.cwiseProduct(here) + from_later,
                                      [&](const VectorXd& x) -> VectorXd { return c.cwiseProduct(back(x)); });
    const VectorXd head = here + back(drive);
    const VectorXd lag = (1.0 - f.rho.array()).matrix().cwiseProduct(head) + f.decay.cwiseProduct(later_u);
    add(g, f, k, drive);
    for (Index i = 0; i < f.n; ++i) {
      const Neuron& p = f.net.neurons[static_cast<std::size_t>(i)];
      g.tau_m(i) -= head(i) * (f.s(i, k) - f.u(i, k)) * f.rho(i) / p.tau_m;
      g.tau_r(i) += head(i) * (f.s(i, k) - f.u(i, k)) / p.tau_m;
      if (k == 0) continue;
      const Ramp r(p.tau_m, task.dt);
      g.tau_m(i) += lag(i) * (r.decay_by_tau * f.u(i, k - 1) + r.before_by_tau * f.s(i, k - 1) +
                              r.now_by_tau * f.s(i, k));
    }
    later_y = f.net.w_y.transpose() * drive + f.decay_y.cwiseProduct(later_y);
    later_u = lag;
  }
  return g;
}

NetworkGradient instantaneous_gradient(const Network& network, const NetworkTask& task) {
  const Sweep f(network, task);
  NetworkGradient g = f.zero();
  for (Index k = static_cast<Index>(task.first); k < f.ticks; ++k) {
    const VectorXd slope = f.slopes.col(k);
    const VectorXd error = solve_loop(slope.cwiseProduct(f.eps.col(k)), [&](const VectorXd& x) -> VectorXd {
      return slope.cwiseProduct(f.net.feedback * x);
    });
    add(g, f, k, error);
    for (Index i = 0; i < f.n; ++i) {
      const double tau = f.net.neurons[static_cast<std::size_t>(i)].tau_m;
      g.tau_m(i) -= error(i) * (f.s(i, k) - f.u(i, k)) / tau;
      g.tau_r(i) += error(i) * (f.s(i, k) - f.u(i, k)) / tau;
    }
  }
  return g;
}

}  // namespace leadlag::oracle
