// SPDX-License-Identifier: Apache-2.0
#include "oracles/deep_feedback_control.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace leadlag::oracle {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

MatrixXd identity(Index n) { return MatrixXd::Identity(n, n); }

/// Jhat: how v_i moves with v_{i-1}.
MatrixXd layer_to_layer(const LayeredNet& net, const Vectors& v) {
  const Index n = concatenate(v).size();
  MatrixXd j = MatrixXd::Zero(n, n);
  Index begin = 0;
  for (std::size_t i = 1; i < net.layers(); ++i) {
    const Index below = v[i - 1].size();
    j.block(begin + below, begin, v[i].size(), below) = net.W[i] * net.dphi(i - 1, v[i - 1]).asDiagonal();
    begin += below;
  }
  return j;
}

/// D_L: how r_L moves with v.
MatrixXd soma_to_output(const LayeredNet& net, const Vectors& v) {
  const VectorXd slope = net.dphi(net.layers() - 1, v.back());
  MatrixXd d = MatrixXd::Zero(slope.size(), concatenate(v).size());
  d.rightCols(slope.size()) = slope.asDiagonal();
  return d;
}

void plain_euler_step(const LayeredNet& net, const MatrixXd& Q, const VectorXd& target,
                      const ControlLoop& loop, ControlState& s) {
  const auto& [alpha, k_p, leak] = loop.controller;
  if (leak != Leak::integral) throw std::invalid_argument("plain Euler has the leak of the integral");
  s.e = -loss_gradient(s.r.back(), target, loop.error);
  s.u = s.u_int + k_p * s.e;
  s.u_int += loop.dt * (s.e - alpha * s.u_int);
  const Matrices q = split_rows(Q, net.sizes());
  const Vectors r = s.r;
  for (std::size_t i = 0; i < net.layers(); ++i) {
    const VectorXd feedback = q[i] * s.u;
    s.v_ff[i] = net.W[i] * r[i] + net.b[i];
    if (!loop.tau_apical) s.v_fb[i] = feedback;
    s.v[i] += loop.dt / loop.tau_v * (s.v_ff[i] + s.v_fb[i] - s.v[i]);
    if (loop.tau_apical) s.v_fb[i] += loop.dt / *loop.tau_apical * (feedback - s.v_fb[i]);
    s.r[i + 1] = net.phi(i, s.v[i]);
  }
}

}  // namespace

double effective_leak(const Controller& c) {
  return c.leak == Leak::integral ? c.alpha / (1.0 + c.alpha * c.k_p) : c.alpha;
}

VectorXd control_target(const VectorXd& output, const VectorXd& label, double lambda, OutputError kind) {
  return output - lambda * loss_gradient(output, label, kind);
}

VectorXd linear_control(const MatrixXd& J, const MatrixXd& Q, const VectorXd& delta, double a) {
  return (J * Q + a * identity(delta.size())).lu().solve(delta);
}

ControlledState controlled_sweep(const LayeredNet& net, const VectorXd& x, const MatrixXd& Q,
                                 const VectorXd& u) {
  check_shapes(net, x.size());
  const Matrices q = split_rows(Q, net.sizes());
  ControlledState s{u, {}, {}, {x}};
  for (std::size_t i = 0; i < net.layers(); ++i) {
    s.v_ff.push_back(net.W[i] * s.r[i] + net.b[i]);
    s.v.push_back(s.v_ff[i] + q[i] * u);
    s.r.push_back(net.phi(i, s.v[i]));
  }
  return s;
}

MatrixXd error_slope(const VectorXd& output, OutputError kind) {
  if (kind == OutputError::mse) return identity(output.size());
  const VectorXd p = softmax(output);
  return MatrixXd(p.asDiagonal()) - p * p.transpose();
}

ControlledState steady_state(const LayeredNet& net, const VectorXd& x, const MatrixXd& Q,
                             const VectorXd& target, double a, OutputError kind, const VectorXd& start) {
  VectorXd u = start.size() == 0 ? VectorXd::Zero(target.size()) : start;
  for (int round = 0; round < 100; ++round) {
    ControlledState s = controlled_sweep(net, x, Q, u);
    const VectorXd residual = -loss_gradient(s.r.back(), target, kind) - a * u;
    if (residual.lpNorm<Eigen::Infinity>() < 1e-14) return s;
    // J at the controlled v is exact: d r_L / du = sum over layers of what Q_i u does downstream.
    const MatrixXd slope = error_slope(s.r.back(), kind) * jacobian(net, s.v) * Q + a * identity(u.size());
    u += slope.lu().solve(residual);
  }
  throw std::runtime_error("no steady state found under control");
}

LocalUpdate local_update(const LayeredNet& net, Rule rule, const Vectors& v, const Vectors& v_ff,
                         const Vectors& r) {
  LocalUpdate update;
  const Vectors uncontrolled = forward(net, r.front()).v;
  for (std::size_t i = 0; i < net.layers(); ++i) {
    VectorXd difference = v[i] - v_ff[i];
    if (rule == Rule::derivative_matrix) difference = difference.cwiseProduct(net.dphi(i, uncontrolled[i]));
    if (rule == Rule::nonlinear_difference) difference = net.phi(i, v[i]) - net.phi(i, v_ff[i]);
    update.dW.emplace_back(difference * r[i].transpose());
    update.db.push_back(difference);
  }
  return update;
}

LocalUpdate gauss_newton(const LayeredNet& net, const VectorXd& x, const VectorXd& delta, bool biases) {
  const Sweep s = forward(net, x);
  const Matrices jt = split_rows(jacobian(net, s.v).transpose(), net.sizes());
  MatrixXd g = MatrixXd::Zero(delta.size(), delta.size());
  for (std::size_t i = 0; i < net.layers(); ++i)
    g += (s.r[i].squaredNorm() + (biases ? 1.0 : 0.0)) * jt[i].transpose() * jt[i];
  const VectorXd multiplier = g.lu().solve(delta);
  LocalUpdate update;
  for (std::size_t i = 0; i < net.layers(); ++i) {
    update.db.push_back(jt[i] * multiplier);
    update.dW.emplace_back(update.db[i] * s.r[i].transpose());
    if (!biases) update.db[i].setZero();
  }
  return update;
}

Matrices minimum_norm(const LayeredNet& net, const VectorXd& x, const VectorXd& delta) {
  const Sweep s = forward(net, x);
  const MatrixXd j = jacobian(net, s.v);
  const Vectors dv = split(j.transpose() * (j * j.transpose()).lu().solve(delta), net.sizes());
  Matrices dw;
  for (std::size_t i = 0; i < net.layers(); ++i)
    dw.emplace_back(dv[i] * s.r[i].transpose() / s.r[i].squaredNorm());
  return dw;
}

double condition_2(const MatrixXd& J, const MatrixXd& Q) {
  return (J.transpose() * (J * J.transpose()).lu().solve(J * Q)).norm() / Q.norm();
}

double apical_noise(double sigma, double dt, double tau_apical) { return sigma * std::sqrt(dt) / tau_apical; }

ControlState control_start(const LayeredNet& net, const VectorXd& x) {
  const Sweep s = forward(net, x);
  const VectorXd zero = VectorXd::Zero(s.r.back().size());
  ControlState state{zero, zero, zero, s.v, s.v, s.v, s.r};
  for (VectorXd& v : state.v_fb) v.setZero();
  return state;
}

void control_step(const LayeredNet& net, const MatrixXd& Q, const VectorXd& target, const ControlLoop& loop,
                  ControlState& s) {
  const double dt = loop.dt;
  if (loop.tau_v < dt || loop.tau_apical.value_or(dt) < dt)
    throw std::invalid_argument("a time constant of the control loop is shorter than its step");
  if (loop.plain_euler) return plain_euler_step(net, Q, target, loop, s);
  const auto& [alpha, k_p, leak] = loop.controller;
  const VectorXd last_u = s.u;
  s.e = -loss_gradient(s.r.back(), target, loop.error);
  s.u_int += dt * (s.e - alpha * (leak == Leak::integral ? s.u_int : s.u));
  s.u = s.u_int + k_p * s.e;
  const VectorXd& fed_back = loop.proactive ? s.u : last_u;
  const std::size_t layers = net.layers();
  Index end = loop.instant_transmission ? 0 : Q.rows();
  for (std::size_t n = 0; n < layers; ++n) {
    const std::size_t i = loop.instant_transmission ? n : layers - 1 - n;  // upwards: reads the new r_{i-1}
    const Index size = s.v[i].size();
    const Index begin = loop.instant_transmission ? end : end - size;
    s.v_ff[i] = net.W[i] * s.r[i] + net.b[i];
    s.v_fb[i] += dt / loop.tau_apical.value_or(dt) * (Q.middleRows(begin, size) * fed_back - s.v_fb[i]);
    if (loop.noise) s.v_fb[i] += loop.noise(i);
    const VectorXd rest = s.v_fb[i] + s.v_ff[i];
    s.v[i] = loop.instant_soma ? rest : VectorXd(s.v[i] + dt / loop.tau_v * (rest - s.v[i]));
    s.r[i + 1] = net.phi(i, s.v[i]);
    end = loop.instant_transmission ? end + size : begin;
  }
}

std::vector<ControlState> control_trace(const LayeredNet& net, const VectorXd& x, const MatrixXd& Q,
                                        const VectorXd& target, const ControlLoop& loop, std::size_t steps) {
  std::vector<ControlState> trace{control_start(net, x)};
  while (trace.size() <= steps) {
    trace.push_back(trace.back());
    control_step(net, Q, target, loop, trace.back());
  }
  return trace;
}

LocalUpdate time_averaged_update(const LayeredNet& net, Rule rule, const std::vector<ControlState>& trace) {
  if (trace.size() < 2) throw std::invalid_argument("a trace without steps has no average");
  const double steps = static_cast<double>(trace.size() - 1);
  LocalUpdate mean;
  for (std::size_t t = 1; t < trace.size(); ++t) {
    const LocalUpdate now = local_update(net, rule, trace[t].v, trace[t].v_ff, trace[t].r);
    for (std::size_t i = 0; i < net.layers(); ++i) {
      if (t == 1) {
        mean.dW.emplace_back(MatrixXd::Zero(now.dW[i].rows(), now.dW[i].cols()));
        mean.db.emplace_back(VectorXd::Zero(now.db[i].size()));
      }
      mean.dW[i] += now.dW[i] / steps;
      mean.db[i] += now.db[i] / steps;
    }
  }
  return mean;
}

MatrixXd feedback_update(const std::vector<ControlState>& trace, double sigma) {
  if (trace.size() < 2) throw std::invalid_argument("a trace without steps has no average");
  const double scale = std::pow(std::max(sigma, 0.01), 2) * static_cast<double>(trace.size() - 1);
  MatrixXd sum = MatrixXd::Zero(concatenate(trace[0].v_fb).size(), trace[0].u.size());
  for (std::size_t t = 0; t + 1 < trace.size(); ++t)
    sum += concatenate(trace[t].v_fb) * trace[t + 1].u.transpose();
  return -sum / scale;
}

MatrixXd stability_matrix(const LayeredNet& net, const Vectors& v, const MatrixXd& Q, double tau_v,
                          const Controller& c) {
  const Index n = Q.rows(), m = Q.cols();
  const MatrixXd d = soma_to_output(net, v);
  MatrixXd a(n + m, n + m);
  a << -(identity(n) - layer_to_layer(net, v) + c.k_p * Q * d) / tau_v, Q / tau_v,
      -(c.leak == Leak::integral ? 1.0 : 1.0 - c.alpha * c.k_p) * d, -c.alpha * identity(m);
  return a;
}

MatrixXd step_matrix(const LayeredNet& net, const Vectors& v, const MatrixXd& Q, const ControlLoop& loop) {
  if (loop.tau_apical || loop.error != OutputError::mse || loop.noise)
    throw std::invalid_argument("the step's matrix is that of feedback at once, without noise, for mse");
  const Index n = Q.rows(), m = Q.cols(), all = n + 2 * m;
  if (loop.plain_euler)
    return identity(n + m) + loop.dt * stability_matrix(net, v, Q, loop.tau_v, loop.controller);
  const auto& [alpha, k_p, leak] = loop.controller;
  const double h = loop.instant_soma ? 1.0 : loop.dt / loop.tau_v;
  // Each row block is what one quantity is made of: columns v, u_int, u of the last step.
  const MatrixXd state = identity(all);
  const MatrixXd soma = state.topRows(n), integral = state.middleRows(n, m), u = state.bottomRows(m);
  const MatrixXd e = -soma_to_output(net, v) * soma;
  const MatrixXd next_integral = integral + loop.dt * (e - alpha * (leak == Leak::integral ? integral : u));
  const MatrixXd next_u = next_integral + k_p * e;
  const MatrixXd held = (1.0 - h) * soma + h * Q * (loop.proactive ? next_u : u);
  const MatrixXd upwards = h * layer_to_layer(net, v);
  MatrixXd step(all, all);
  step.topRows(n) = loop.instant_transmission ? MatrixXd((identity(n) - upwards).lu().solve(held))
                                              : MatrixXd(held + upwards * soma);
  step.middleRows(n, m) = next_integral;
  step.bottomRows(m) = next_u;
  return step;
}

double spectral_abscissa(const MatrixXd& m) { return m.eigenvalues().real().maxCoeff(); }
double spectral_radius(const MatrixXd& m) { return m.eigenvalues().cwiseAbs().maxCoeff(); }

double stability_limit(const LayeredNet& net, const Vectors& v, const MatrixXd& Q, ControlLoop loop,
                       double low, double high) {
  const auto stable = [&](double dt) {
    loop.dt = dt;
    return spectral_radius(step_matrix(net, v, Q, loop)) < 1.0;
  };
  if (!stable(low) || stable(high))
    throw std::invalid_argument("the limit of stability is not between these steps");
  for (int round = 0; round < 60; ++round) {
    const double middle = 0.5 * (low + high);
    (stable(middle) ? low : high) = middle;
  }
  return low;
}

MatrixXd solve_lyapunov(const MatrixXd& A, const MatrixXd& N) {
  const Index n = A.rows();
  MatrixXd sum = MatrixXd::Zero(n * n, n * n);  // I (x) A + A (x) I on the columns of S one below the other
  for (Index i = 0; i < n; ++i) {
    sum.block(i * n, i * n, n, n) += A;
    for (Index j = 0; j < n; ++j) sum.block(i * n, j * n, n, n).diagonal().array() += A(i, j);
  }
  const VectorXd s = sum.lu().solve(VectorXd(-N.reshaped()));
  return s.reshaped(n, n);
}

MatrixXd feedback_correlation(const MatrixXd& J, const MatrixXd& Q, double tau_apical, double alpha) {
  const Index n = Q.rows(), m = Q.cols();
  MatrixXd a(n + m, n + m), noise = MatrixXd::Zero(n + m, n + m);
  a << -identity(n) / tau_apical, Q / tau_apical, -J, -alpha * identity(m);
  if (spectral_abscissa(a) >= 0.0)
    throw std::invalid_argument("this feedback is not stable in the sleep phase");
  noise.topLeftCorner(n, n) = identity(n) / (tau_apical * tau_apical);
  return solve_lyapunov(a, noise).topRightCorner(n, m);
}

MatrixXd clocked_feedback_correlation(const LayeredNet& net, const Vectors& v, const MatrixXd& Q,
                                      const ControlLoop& loop, double tau_noise, int cycles) {
  const Index n = Q.rows(), m = Q.cols(), all = 2 * n + m;
  const double k = loop.dt / tau_noise;
  MatrixXd step = MatrixXd::Zero(all, all), covariance = step, sum = step;  // of (n, dv, du_int)
  step.topLeftCorner(n, n) = (1.0 - k) * identity(n);
  step.block(n, 0, n, n) = loop.dt / loop.tau_v * identity(n);
  step.bottomRightCorner(n + m, n + m) = step_matrix(net, v, Q, loop);
  for (int t = 0; t < cycles; ++t) {
    sum += covariance / cycles;
    covariance = step * covariance * step.transpose();
    covariance.topLeftCorner(n, n) += (2.0 * k - k * k) * identity(n);
  }
  MatrixXd control = MatrixXd::Zero(m, all);
  control.middleCols(n, n) = -loop.controller.k_p * soma_to_output(net, v);
  control.rightCols(m) = identity(m);
  MatrixXd feedback = Q * control;
  feedback.leftCols(n) += identity(n);
  return feedback * sum * control.transpose();
}

MatrixXd feedback_fixed_point(const MatrixXd& J, double tau_apical, double alpha, double decay) {
  MatrixXd q = MatrixXd::Zero(J.cols(), J.rows());
  for (int round = 0; round < 10000; ++round) {
    // A twentieth of the way to the Q that this correlation would hold up; larger steps can swing up.
    const MatrixXd step = 0.05 * (-feedback_correlation(J, q, tau_apical, alpha) / decay - q);
    q += step;
    if (step.norm() < 1e-14 * q.norm()) return q;
  }
  throw std::runtime_error("feedback learning found no rest");
}

}  // namespace leadlag::oracle
