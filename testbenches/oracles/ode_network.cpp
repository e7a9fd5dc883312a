// SPDX-License-Identifier: Apache-2.0
#include "oracles/ode_network.hpp"

#include <algorithm>
#include <boost/numeric/odeint/stepper/controlled_runge_kutta.hpp>
#include <boost/numeric/odeint/stepper/generation.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <cmath>
#include <stdexcept>
#include <string>

namespace leadlag::oracle {
namespace {

namespace odeint = boost::numeric::odeint;
using Eigen::Index;
using Eigen::VectorXd;
using State = std::vector<double>;  // u, v, y and, with tau_p or tau_a, the poles behind lookahead and error

class Equations {
 public:
  Equations(const Network& network, const Signals& input, const Signals& target)
      : net_(complete(network)),
        input_(input),
        target_(target),
        n_(static_cast<Index>(net_.neurons.size())),
        filters_(net_.w_y.cols()),
        lookahead_(VectorXd::Zero(n_)),
        error_(VectorXd::Zero(n_)) {
    const auto adapting = std::count_if(net_.neurons.begin(), net_.neurons.end(),
                                        [](const Neuron& p) { return p.tau_a > 0.0; });
    poled_ = net_.tau_p > 0.0 || adapting > 0;
    // Errors would still be algebraic, or some lookaheads.
    if (adapting > 0 && net_.tau_p == 0.0 && (adapting != n_ || net_.errors))
      throw std::invalid_argument("without tau_p every neuron adapts or none, and there are no errors");
  }

  Index neurons() const { return n_; }
  std::size_t states() const { return static_cast<std::size_t>((poled_ ? 4 : 2) * n_ + filters_); }

  Instant at(const State& state, double t) {
    const VectorXd x = input_ ? input_(t) : VectorXd(0);
    const VectorXd target = target_ ? target_(t) : VectorXd(0);
    const VectorXd y = part(state, 2 * n_, filters_);
    if (poled_) {
      return instant(net_, part(state, 2 * n_ + filters_, n_), part(state, 3 * n_ + filters_, n_), y, x,
                     target);
    }
    Instant now = solve(net_, lookahead_, error_, part(state, 0, n_), part(state, n_, n_), y, x, target);
    lookahead_ = now.lookahead, error_ = now.error;
    return now;
  }

  void derivatives(const State& state, State& rates, double t) {
    const Instant now = at(state, t);
    const VectorXd x = input_ ? input_(t) : VectorXd(0);
    const auto at_index = [](Index i) { return static_cast<std::size_t>(i); };
    for (Index i = 0; i < n_; ++i) {
      const Neuron& p = net_.neurons[at_index(i)];
      const double u = state[at_index(i)], v = state[at_index(n_ + i)], a = now.slope(i) * now.back(i);
      const double du = (now.drive(i) - u) / p.tau_m;
      const bool units = net_.errors == ErrorPath::prospective;
      const double dv = units ? (a - v) / *p.error_lag : 0.0;
      rates[at_index(i)] = du, rates[at_index(n_ + i)] = dv;
      if (!poled_) continue;
      const double error = units ? v + *p.error_lead * dv : net_.errors ? a : 0.0;
      rates[at_index(2 * n_ + filters_ + i)] =
          (u + (p.tau_r + p.tau_a) * du - now.lookahead(i)) / (net_.tau_p + p.tau_a);
      rates[at_index(3 * n_ + filters_ + i)] = net_.tau_p > 0.0 ? (error - now.error(i)) / net_.tau_p : 0.0;
    }
    for (Index f = 0; f < filters_; ++f) {
      const LowPass& filter = net_.low_passes[at_index(f)];
      const Index source = static_cast<Index>(filter.source);
      const double read = filter.of == LowPass::Of::neuron ? now.rate(source) : x(source);
      rates[at_index(2 * n_ + f)] = (read - state[at_index(2 * n_ + f)]) / filter.tau_s;
    }
  }

 private:
  static VectorXd part(const State& state, Index first, Index size) {
    return Eigen::Map<const VectorXd>(state.data() + first, size);
  }

  Network net_;
  const Signals &input_, &target_;
  Index n_, filters_;
  VectorXd lookahead_, error_;
  bool poled_ = false;  // lookaheads and errors are states
};

/// Advances to `end`; leaves in `step` what the next stretch may start with.
void advance(Equations& equations, State& state, double begin, double end, double& step,
             const OdeOptions& options) {
  auto stepper =
      odeint::make_controlled(options.absolute, options.relative, odeint::runge_kutta_dopri5<State>());
  // The last stage of a step sits on its end: what jumps there must still be the value before the jump.
  const double last = std::nextafter(end, begin);
  const auto system = [&](const State& x, State& dxdt, double t) {
    equations.derivatives(x, dxdt, std::min(t, last));
  };
  double t = begin;
  while (t < end) {
    const double wanted = std::min(step, options.max_step), left = end - t;
    const bool cut = wanted >= left;
    double dt = cut ? left : wanted;
    const bool done = stepper.try_step(system, state, t, dt) == odeint::success;
    if (done && cut) t = end;
    step = done && cut ? std::max(dt, wanted) : dt;
    const bool finite = std::all_of(state.begin(), state.end(), [](double x) { return std::isfinite(x); });
    if (!finite || !(step > 1e-14 * (end - begin)))
      throw std::runtime_error("the integration stops at t = " + std::to_string(t));
  }
}

}  // namespace

OdeResult integrate(const Network& network, const Signals& input, const Signals& target,
                    std::span<const double> times, const OdeOptions& options) {
  if (times.empty() || times.front() < options.start ||
      !std::is_sorted(times.begin(), times.end(), std::less_equal<>()))
    throw std::invalid_argument("times must ascend from the start");
  Equations equations(network, input, target);
  const Index n = equations.neurons();
  State state(equations.states(), 0.0);
  if (options.membrane.size() != 0 && options.membrane.size() != n)
    throw std::invalid_argument("one membrane per neuron");
  std::copy(options.membrane.begin(), options.membrane.end(), state.begin());

  std::vector<double> stops(times.begin(), times.end());
  for (const double t : options.breakpoints) {
    if (t > options.start && t < times.back()) stops.push_back(t);
  }
  std::sort(stops.begin(), stops.end());
  stops.erase(std::unique(stops.begin(), stops.end()), stops.end());

  const Index rows = static_cast<Index>(times.size());
  const Eigen::MatrixXd empty(rows, n);
  OdeResult result{{times.begin(), times.end()}, empty, empty, empty, empty, empty, empty};
  double t = options.start, step = std::min(options.max_step, 1e-3 * (times.back() - t));
  Index row = 0;
  for (const double stop : stops) {
    if (stop > t) advance(equations, state, t, stop, step, options);
    t = stop;
    if (times[static_cast<std::size_t>(row)] != stop) continue;
    const Instant now = equations.at(state, t);
    result.membrane.row(row) = Eigen::Map<const VectorXd>(state.data(), n).transpose();
    result.lookahead.row(row) = now.lookahead.transpose();
    result.rate.row(row) = now.rate.transpose();
    result.error.row(row) = now.error.transpose();
    result.drive.row(row) = now.drive.transpose();
    result.apical.row(row) = now.slope.cwiseProduct(now.back).transpose();
    ++row;
  }
  return result;
}

}  // namespace leadlag::oracle
