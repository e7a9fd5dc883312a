// SPDX-License-Identifier: Apache-2.0
#include "oracles/strong_dfc.hpp"

#include <cmath>
#include <stdexcept>

namespace leadlag::oracle {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

double control_cost(const MatrixXd& Q, const VectorXd& u) { return 0.5 * (Q * u).squaredNorm(); }

Matrices control_gradient(const LayeredNet& net, const MatrixXd& Q, const ControlledState& s, double a,
                          OutputError kind) {
  const MatrixXd j = error_slope(s.r.back(), kind) * jacobian(net, s.v);
  const MatrixXd loop = j * Q + a * MatrixXd::Identity(s.u.size(), s.u.size());
  const VectorXd dh_du = Q.transpose() * (Q * s.u);
  const Vectors dh_dv = split(-j.transpose() * loop.transpose().lu().solve(dh_du), net.sizes());
  Matrices gradient;
  for (std::size_t i = 0; i < net.layers(); ++i) gradient.emplace_back(dh_dv[i] * s.r[i].transpose());
  return gradient;
}

Matrices control_gradient_by_differences(LayeredNet net, const VectorXd& x, const MatrixXd& Q,
                                         const VectorXd& target, double a, OutputError kind, double step) {
  const VectorXd u = steady_state(net, x, Q, target, a, kind).u;
  const auto cost = [&] { return control_cost(Q, steady_state(net, x, Q, target, a, kind, u).u); };
  Matrices gradient = net.W;
  for (std::size_t i = 0; i < net.layers(); ++i) {
    for (Index k = 0; k < net.W[i].size(); ++k) {
      double& weight = net.W[i](k);
      const double centre = weight;
      weight = centre + step;
      const double above = cost();
      weight = centre - step;
      gradient[i](k) = (above - cost()) / (2.0 * step);
      weight = centre;
    }
  }
  return gradient;
}

CorrelatedNoise::CorrelatedNoise(Index size, double dt, double tau)
    : dt_(dt), a_(dt / tau), n_(VectorXd::Zero(size)) {
  if (!(dt > 0.0) || !(tau >= dt)) throw std::invalid_argument("noise needs 0 < dt <= tau");
}

const VectorXd& CorrelatedNoise::next(const VectorXd& standard_normal) {
  n_ = (1.0 - a_) * n_ + a_ / std::sqrt(dt_) * standard_normal;
  return n_;
}

double CorrelatedNoise::variance() const { return a_ / (dt_ * (2.0 - a_)); }

std::vector<VectorXd> high_pass(const std::vector<VectorXd>& u, double dt, double tau_f) {
  if (u.empty()) throw std::invalid_argument("nothing to filter");
  const double a = dt / tau_f;
  VectorXd low = u.front();
  std::vector<VectorXd> high;
  for (const VectorXd& now : u) {
    low = a * now + (1.0 - a) * low;
    high.push_back(now - low);
  }
  return high;
}

MatrixXd single_phase_feedback_update(const std::vector<ControlState>& trace, const ControlLoop& loop,
                                      const SinglePhase& settings) {
  if (trace.size() < 2) throw std::invalid_argument("a trace without steps has no average");
  std::vector<VectorXd> u;
  for (const ControlState& s : trace) u.push_back(s.u);
  const std::vector<VectorXd> high = high_pass(u, loop.dt, settings.tau_high_pass);
  const std::size_t layers = trace[0].v.size();
  const double pairs = static_cast<double>(trace.size() - 1);
  MatrixXd update = MatrixXd::Zero(concatenate(trace[0].v).size(), u[0].size());
  Index begin = 0;
  for (std::size_t i = 0; i < layers; ++i) {
    const double delay = std::pow(1.0 + loop.tau_v / settings.tau_noise, static_cast<double>(layers - 1 - i));
    auto rows = update.middleRows(begin, trace[0].v[i].size());
    for (std::size_t k = 0; k + 1 < trace.size(); ++k) rows -= trace[k].v_fb[i] * high[k + 1].transpose();
    rows *= delay / (pairs * settings.sigma * settings.sigma);
    begin += rows.rows();
  }
  return update;
}

VectorXd settled_control(const std::vector<ControlState>& trace) {
  const std::size_t quarter = trace.size() / 4;
  if (quarter == 0) throw std::invalid_argument("a trace too short for a last quarter");
  VectorXd sum = VectorXd::Zero(trace[0].u.size());
  for (std::size_t t = trace.size() - quarter; t < trace.size(); ++t) sum += trace[t].u;
  return sum / static_cast<double>(quarter);
}

}  // namespace leadlag::oracle
