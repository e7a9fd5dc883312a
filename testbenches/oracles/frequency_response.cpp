// SPDX-License-Identifier: Apache-2.0
#include "oracles/frequency_response.hpp"

#include <cmath>
#include <stdexcept>

namespace leadlag::oracle {
namespace {

using Complex = std::complex<double>;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXcd;
using Eigen::VectorXd;

/// (constant + sigma moving) z = source, z = (U, U_hat, V, E, Y), sigma = jw or exp(-jwT).
struct Pencil {
  Index n, filters;
  MatrixXd constant, moving;
  VectorXd source;

  Pencil(Index neurons, Index filters_)
      : n(neurons), filters(filters_), constant(size(), size()), moving(size(), size()), source(size()) {
    constant.setZero(), moving.setZero(), source.setZero();
  }
  Index size() const { return 4 * n + filters; }
  Index u() const { return 0; }
  Index lookahead() const { return n; }
  Index v() const { return 2 * n; }
  Index error() const { return 3 * n; }
  Index y() const { return 4 * n; }
};

/// What the linearised S and A take from U_hat, E, Y and the excitation.
struct Linearised {
  MatrixXd s_lookahead, s_y, s_error, a_lookahead, a_error;
  VectorXd s_source, a_source, y_source;
  MatrixXd y_lookahead;
};

Linearised linearise(const Network& net, const Instant& point, Excitation excitation, bool target_on) {
  const Index n = static_cast<Index>(net.neurons.size()), filters = net.w_y.cols();
  const bool on_input = excitation.at == Excitation::At::input;
  const Index k = static_cast<Index>(excitation.index);
  if (k >= (on_input ? net.w_in.cols() : static_cast<Index>(outputs(net))))
    throw std::invalid_argument("no such input or target");
  Linearised l{MatrixXd::Zero(n, n),
               net.w_y,
               MatrixXd::Zero(n, n),
               MatrixXd::Zero(n, n),
               net.feedback,
               VectorXd::Zero(n),
               VectorXd::Zero(n),
               VectorXd::Zero(filters),
               MatrixXd::Zero(filters, n)};
  l.s_lookahead = net.w * point.slope.asDiagonal();
  for (Index i = 0; i < n; ++i) l.s_error(i, i) = net.neurons[static_cast<std::size_t>(i)].gamma;
  l.a_error = point.slope.asDiagonal() * net.feedback;
  if (target_on) {
    l.a_lookahead =
        -net.beta * (point.slope.asDiagonal() * output_jacobian(net, point.rate) * point.slope.asDiagonal());
  }
  l.a_lookahead.diagonal() += curvatures(net, point.lookahead).cwiseProduct(point.back);
  if (on_input) l.s_source = net.w_in.col(k);
  Index output = 0;
  for (Index i = 0; i < n; ++i) {
    if (!net.neurons[static_cast<std::size_t>(i)].output || output++ != k) continue;
    if (!on_input && target_on) l.a_source(i) = net.beta * point.slope(i);
  }
  for (Index f = 0; f < filters; ++f) {
    const LowPass& filter = net.low_passes[static_cast<std::size_t>(f)];
    const Index from = static_cast<Index>(filter.source);
    if (filter.of == LowPass::Of::neuron) l.y_lookahead(f, from) = point.slope(from);
    if (filter.of == LowPass::Of::input && on_input && from == k) l.y_source(f) = 1.0;
  }
  return l;
}

Response solved(const Pencil& pencil, Complex sigma, Complex sigma_derivative, const Instant& point) {
  const Eigen::MatrixXcd m = pencil.constant.cast<Complex>() + sigma * pencil.moving.cast<Complex>();
  const Eigen::PartialPivLU<Eigen::MatrixXcd> lu(m);
  const VectorXcd z = lu.solve(pencil.source.cast<Complex>());
  const VectorXcd dz = lu.solve(-sigma_derivative * (pencil.moving.cast<Complex>() * z));
  const auto part = [&](Index first) {
    std::vector<Phasor> list;
    for (Index i = 0; i < pencil.n; ++i) list.push_back({z(first + i), dz(first + i)});
    return list;
  };
  Response r{part(pencil.u()), part(pencil.lookahead()), part(pencil.lookahead()), part(pencil.error())};
  for (Index i = 0; i < pencil.n; ++i) {
    Phasor& rate = r.rate[static_cast<std::size_t>(i)];
    rate.value *= point.slope(i), rate.derivative *= point.slope(i);
  }
  return r;
}

}  // namespace

Response respond(const Network& network, const Instant& point, double omega, Excitation excitation,
                 bool target_on) {
  const Network net = complete(network);
  const Linearised l = linearise(net, point, excitation, target_on);
  Pencil p(static_cast<Index>(net.neurons.size()), net.w_y.cols());
  const Index n = p.n;
  for (Index i = 0; i < n; ++i) {
    const Neuron& neuron = net.neurons[static_cast<std::size_t>(i)];
    p.constant(p.u() + i, p.u() + i) = 1.0, p.moving(p.u() + i, p.u() + i) = neuron.tau_m;
    const Index h = p.lookahead() + i;
    p.constant(h, h) = 1.0, p.moving(h, h) = net.tau_p + neuron.tau_a;
    p.constant(h, p.u() + i) = -1.0, p.moving(h, p.u() + i) = -(neuron.tau_r + neuron.tau_a);
    p.constant(p.v() + i, p.v() + i) = 1.0, p.moving(p.v() + i, p.v() + i) = *neuron.error_lag;
    const Index e = p.error() + i;
    p.constant(e, e) = 1.0, p.moving(e, e) = net.tau_p;
    if (net.errors == ErrorPath::prospective) {
      p.constant(e, p.v() + i) = -1.0, p.moving(e, p.v() + i) = -*neuron.error_lead;
    } else if (net.errors == ErrorPath::instantaneous) {
      p.constant.block(e, p.lookahead(), 1, n) -= l.a_lookahead.row(i);
      p.constant.block(e, p.error(), 1, n) -= l.a_error.row(i);
      p.source(e) += l.a_source(i);
    }
  }
  p.constant.block(p.u(), p.lookahead(), n, n) -= l.s_lookahead;
  p.constant.block(p.u(), p.error(), n, n) -= l.s_error;
  p.constant.block(p.u(), p.y(), n, p.filters) -= l.s_y;
  p.source.segment(p.u(), n) = l.s_source;
  p.constant.block(p.v(), p.lookahead(), n, n) -= l.a_lookahead;
  p.constant.block(p.v(), p.error(), n, n) -= l.a_error;
  p.source.segment(p.v(), n) = l.a_source;
  for (Index f = 0; f < p.filters; ++f) {
    p.constant(p.y() + f, p.y() + f) = 1.0;
    p.moving(p.y() + f, p.y() + f) = net.low_passes[static_cast<std::size_t>(f)].tau_s;
  }
  p.constant.block(p.y(), p.lookahead(), p.filters, n) -= l.y_lookahead;
  p.source.segment(p.y(), p.filters) = l.y_source;
  return solved(p, Complex(0.0, omega), Complex(0.0, 1.0), point);
}

Response respond_sampled(const Network& network, const Instant& point, double omega, Excitation excitation,
                         double tick, Decay decay, bool target_on) {
  const Network net = complete(network);
  if (net.tau_p != 0.0) throw std::invalid_argument("the clocked network has no parasitic pole");
  for (const Neuron& neuron : net.neurons) {
    if (neuron.tau_a != 0.0) throw std::invalid_argument("the clocked network has no adaptation");
  }
  const Linearised l = linearise(net, point, excitation, target_on);
  const auto keep = [&](double tau) {
    return decay == Decay::euler ? 1.0 - tick / tau : std::exp(-tick / tau);
  };
  Pencil p(static_cast<Index>(net.neurons.size()), net.w_y.cols());
  const Index n = p.n;
  // Adds `share` of neuron i's S or A to an equation's right-hand side.
  const auto add_s = [&](Index row, Index i, double share) {
    p.moving.block(row, p.lookahead(), 1, n) -= share * l.s_lookahead.row(i);
    p.moving.block(row, p.y(), 1, p.filters) -= share * l.s_y.row(i);
    p.constant.block(row, p.error(), 1, n) -= share * l.s_error.row(i);
    p.source(row) += share * l.s_source(i);
  };
  const auto add_a = [&](Index row, Index i, double share) {
    p.moving.block(row, p.lookahead(), 1, n) -= share * l.a_lookahead.row(i);
    p.moving.block(row, p.error(), 1, n) -= share * l.a_error.row(i);
    p.source(row) += share * l.a_source(i);
  };
  for (Index i = 0; i < n; ++i) {
    const Neuron& neuron = net.neurons[static_cast<std::size_t>(i)];
    const Index u = p.u() + i, h = p.lookahead() + i, v = p.v() + i, e = p.error() + i;
    const double rho = neuron.tau_r / neuron.tau_m, d_m = keep(neuron.tau_m);
    for (const Index row : {u, h, v, e}) p.constant(row, row) = 1.0;
    add_s(h, i, rho), p.moving(h, u) -= 1.0 - rho;
    add_s(u, i, 1.0 - d_m), p.moving(u, u) -= d_m;
    if (net.errors == ErrorPath::instantaneous) add_a(e, i, 1.0);
    if (net.errors != ErrorPath::prospective) continue;
    const double gain = *neuron.error_lead / *neuron.error_lag, d_v = keep(*neuron.error_lag);
    add_a(e, i, gain), p.moving(e, v) -= 1.0 - gain;
    add_a(v, i, 1.0 - d_v), p.moving(v, v) -= d_v;
  }
  for (Index f = 0; f < p.filters; ++f) {
    const double d_s = keep(net.low_passes[static_cast<std::size_t>(f)].tau_s);
    const Index y = p.y() + f;
    p.constant(y, y) = 1.0, p.moving(y, y) -= d_s;
    p.moving.block(y, p.lookahead(), 1, n) -= (1.0 - d_s) * l.y_lookahead.row(f);
    p.source(y) = (1.0 - d_s) * l.y_source(f);
  }
  const Complex q = std::polar(1.0, -omega * tick);
  return solved(p, q, Complex(0.0, -tick) * q, point);
}

}  // namespace leadlag::oracle
