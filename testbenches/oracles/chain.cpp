// SPDX-License-Identifier: Apache-2.0
#include "oracles/chain.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace leadlag::oracle {
namespace {

void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

bool positive(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double x) { return x > 0.0; });
}

void check(const Chain& chain, const Signal& input) {
  require(!chain.empty(), "a chain needs a layer");
  std::size_t below = input.cols;
  for (const ChainLayer& layer : chain) {
    require(layer.w.cols == below && layer.w.rows > 0, "weights do not fit the layer below");
    require(layer.tau_m.size() == layer.w.rows && layer.tau_r.size() == layer.w.rows, "one tau per neuron");
    require(positive(layer.tau_m) && positive(layer.tau_r), "tau must be positive");
    below = layer.w.rows;
  }
}

void check(const Chain& chain, const Task& task) {
  check(chain, task.input);
  require(task.target.rows == task.input.rows && task.target.cols == chain.back().w.rows, "target shape");
}

Gradient zero_gradient(const Chain& chain, std::size_t ticks) {
  Gradient g;
  for (const ChainLayer& layer : chain) {
    const std::size_t n = layer.w.rows;
    g.w.emplace_back(n, layer.w.cols);
    g.tau_m.emplace_back(n, 0.0);
    g.tau_r.emplace_back(n, 0.0);
    g.error.emplace_back(ticks, n);
  }
  return g;
}

/// du/dt of neuron i at tick n.
double velocity(const LayerTrace& trace, const ChainLayer& layer, std::size_t n, std::size_t i) {
  return (trace.s(n, i) - trace.u(n, i)) / layer.tau_m[i];
}

/// What neuron j of the layer below layer l (or the input) showed to layer l at tick n.
double presynaptic(const Trace& trace, const Signal& input, Schedule schedule, std::size_t l, std::size_t n,
                   std::size_t j) {
  if (l == 0) return input(n, j);
  if (schedule == Schedule::zero_delay) return trace[l - 1].rate(n, j);
  return n == 0 ? 0.0 : trace[l - 1].rate(n - 1, j);
}

/// (W^T e)_j for a row of an error signal.
double back_projected(const Matrix& w, const Signal& error, std::size_t n, std::size_t j) {
  double sum = 0.0;
  for (std::size_t i = 0; i < w.rows; ++i) sum += w(i, j) * error(n, i);
  return sum;
}

}  // namespace

Matrix::Matrix(std::size_t rows_, std::size_t cols_, std::vector<double> values_)
    : rows(rows_), cols(cols_), values(std::move(values_)) {
  require(values.size() == rows * cols, "values do not fill the matrix");
}

double value(Activation activation, double x) {
  switch (activation) {
    case Activation::linear:
      return x;
    case Activation::tanh:
      return std::tanh(x);
    case Activation::softplus:
      return std::log1p(std::exp(-std::abs(x))) + std::max(x, 0.0);
    case Activation::relu:
      return std::max(x, 0.0);
    case Activation::hard_sigmoid:
      return std::clamp(0.25 * x + 0.5, 0.0, 1.0);
  }
  throw std::invalid_argument("unknown activation");
}

double slope(Activation activation, double x) {
  switch (activation) {
    case Activation::linear:
      return 1.0;
    case Activation::tanh:
      return 1.0 - std::tanh(x) * std::tanh(x);
    case Activation::softplus:
      return 1.0 / (1.0 + std::exp(-x));
    case Activation::relu:
      return x > 0.0 ? 1.0 : 0.0;
    case Activation::hard_sigmoid:
      return std::abs(x) < 2.0 ? 0.25 : 0.0;
  }
  throw std::invalid_argument("unknown activation");
}

Trace forward(const Chain& chain, const Signal& input, double dt, Schedule schedule,
              const std::vector<Signal>& push) {
  check(chain, input);
  Trace trace;
  for (const ChainLayer& layer : chain) {
    const Signal empty(input.rows, layer.w.rows);
    trace.push_back({empty, empty, empty, empty});
  }
  for (std::size_t n = 0; n < input.rows; ++n) {
    for (std::size_t l = 0; l < chain.size(); ++l) {
      const ChainLayer& layer = chain[l];
      LayerTrace& t = trace[l];
      for (std::size_t i = 0; i < layer.w.rows; ++i) {
        for (std::size_t j = 0; j < layer.w.cols; ++j) {
          t.s(n, i) += layer.w(i, j) * presynaptic(trace, input, schedule, l, n, j);
        }
        if (!push.empty()) t.s(n, i) += push[l](n, i);
        // t.u(n) was left by tick n - 1; it starts at 0.
        const double du = velocity(t, layer, n, i);
        t.lookahead(n, i) = t.u(n, i) + layer.tau_r[i] * du;
        t.rate(n, i) = value(layer.activation, t.lookahead(n, i));
        if (n + 1 < input.rows) t.u(n + 1, i) = t.u(n, i) + dt * du;
      }
    }
  }
  return trace;
}

double cost(const Chain& chain, const Task& task, Schedule schedule) {
  check(chain, task);
  const Trace trace = forward(chain, task.input, task.dt, schedule);
  long double sum = 0.0L;  // finite differences take the last digits
  for (std::size_t n = task.first; n < task.input.rows; ++n) {
    for (std::size_t i = 0; i < task.target.cols; ++i) {
      sum += std::pow(task.target(n, i) - trace.back().rate(n, i), 2);
    }
  }
  return 0.5 * task.dt * static_cast<double>(sum);
}

Gradient bptt_gradient(const Chain& chain, const Task& task, Schedule schedule) {
  check(chain, task);
  return reverse_sweep(chain, task, forward(chain, task.input, task.dt, schedule), schedule);
}

Gradient reverse_sweep(const Chain& chain, const Task& task, const Trace& trace, Schedule schedule) {
  Gradient g = zero_gradient(chain, task.input.rows);
  std::vector<std::vector<double>> d_u;  // dC/du after tick n, per layer
  for (const ChainLayer& layer : chain) d_u.emplace_back(layer.w.rows, 0.0);
  // dC/d(rate of layer l) through the layer above: of the same tick, or with registers of the next one.
  std::vector<std::vector<double>> d_rates = d_u, later = d_u;

  for (std::size_t n = task.input.rows; n-- > 0;) {
    later = d_rates;
    for (std::size_t i = 0; i < task.target.cols; ++i) {
      d_rates.back()[i] = n < task.first ? 0.0 : task.dt * (trace.back().rate(n, i) - task.target(n, i));
    }
    for (std::size_t l = chain.size(); l-- > 0;) {
      const ChainLayer& layer = chain[l];
      const bool delayed = schedule == Schedule::registered && l + 1 < chain.size();
      const std::vector<double>& d_rate = delayed ? later[l] : d_rates[l];
      std::vector<double> d_below(layer.w.cols, 0.0);
      for (std::size_t i = 0; i < layer.w.rows; ++i) {
        const double du = velocity(trace[l], layer, n, i);
        const double d_lookahead = d_rate[i] * slope(layer.activation, trace[l].lookahead(n, i));
        // lookahead = u + tau_r du, next u = u + dt du, du = (s - u) / tau_m
        const double d_du = layer.tau_r[i] * d_lookahead + task.dt * d_u[l][i];
        const double d_s = d_du / layer.tau_m[i];
        g.tau_r[l][i] += d_lookahead * du;
        g.tau_m[l][i] -= d_s * du;
        d_u[l][i] += d_lookahead - d_s;
        g.error[l](n, i) = -d_s / task.dt;
        for (std::size_t j = 0; j < layer.w.cols; ++j) {
          g.w[l](i, j) += d_s * presynaptic(trace, task.input, schedule, l, n, j);
          d_below[j] += layer.w(i, j) * d_s;
        }
      }
      if (l > 0) d_rates[l - 1] = d_below;
    }
  }
  return g;
}

Gradient adjoint_gradient(const Chain& chain, const Task& task) {
  check(chain, task);
  const Trace trace = forward(chain, task.input, task.dt, Schedule::zero_delay);
  const std::size_t ticks = task.input.rows;
  Gradient g = zero_gradient(chain, ticks);
  for (std::size_t l = chain.size(); l-- > 0;) {
    const ChainLayer& layer = chain[l];
    for (std::size_t i = 0; i < layer.w.rows; ++i) {
      const double rho = layer.tau_r[i] / layer.tau_m[i];
      const double decay = std::exp(-task.dt / layer.tau_m[i]);
      double future = 0.0, later_a = 0.0;  // I+{a} is 0 at the end: lambda(T) = rho a(T)
      for (std::size_t n = ticks; n-- > 0;) {
        double source = 0.0;
        if (l + 1 < chain.size()) {
          source = back_projected(chain[l + 1].w, g.error[l + 1], n, i);
        } else if (n >= task.first) {
          source = task.target(n, i) - trace[l].rate(n, i);
        }
        const double a = slope(layer.activation, trace[l].lookahead(n, i)) * source;
        if (n + 1 < ticks) future = decay * future + (1.0 - decay) * 0.5 * (a + later_a);
        later_a = a;
        const double lambda = rho * a + (1.0 - rho) * future;
        const double du = velocity(trace[l], layer, n, i);
        g.error[l](n, i) = lambda;
        g.tau_m[l][i] += task.dt * lambda * du;
        g.tau_r[l][i] -= task.dt * a * du;
        for (std::size_t j = 0; j < layer.w.cols; ++j) {
          g.w[l](i, j) -= task.dt * lambda * presynaptic(trace, task.input, Schedule::zero_delay, l, n, j);
        }
      }
    }
  }
  return g;
}

namespace {

/// Running averages of s^2 and lookahead^2 of one neuron.
struct Powers {
  double s = 0.0, lookahead = 0.0;

  void see(const LayerTrace& trace, std::size_t n, std::size_t i, double share) {
    s += share * (trace.s(n, i) * trace.s(n, i) - s);
    lookahead += share * (trace.lookahead(n, i) * trace.lookahead(n, i) - lookahead);
  }
  double gain(const GainRule& rule) const {
    return std::min((lookahead + rule.floor) / (s + rule.floor), rule.most);
  }
};

}  // namespace

Gradient local_gradient(const Chain& chain, const Task& task, Schedule schedule, ErrorPath path,
                        const std::optional<GainRule>& rule, const std::optional<Chain>& mistuned) {
  check(chain, task);
  const Trace trace = forward(chain, task.input, task.dt, schedule);
  Gradient g = zero_gradient(chain, task.input.rows);
  std::vector<std::vector<double>> v;  // low-passed a, per layer
  std::vector<std::vector<Powers>> powers;
  for (const ChainLayer& layer : chain) v.emplace_back(layer.w.rows, 0.0), powers.emplace_back(layer.w.rows);
  const std::size_t delay = schedule == Schedule::registered ? 1 : 0;

  for (std::size_t n = 0; n < task.input.rows; ++n) {
    for (std::size_t l = chain.size();
         l-- > 0;) {  // from the top: zero-delay errors exist before they are read
      const ChainLayer &layer = chain[l], &unit = mistuned ? (*mistuned)[l] : layer;
      for (std::size_t i = 0; i < layer.w.rows; ++i) {
        double a = 0.0;
        if (n >= delay) {  // slopes are 0 before the first tick
          const std::size_t seen = n - delay;
          const double source = l + 1 < chain.size() ? back_projected(chain[l + 1].w, g.error[l + 1], seen, i)
                                                     : task.target(n, i) - trace[l].rate(seen, i);
          a = slope(layer.activation, trace[l].lookahead(seen, i)) * source;
          if (rule) powers[l][i].see(trace[l], seen, i, 1.0 - std::exp(-task.dt / rule->averaging));
        }
        const double dv = (a - v[l][i]) / unit.tau_r[i];
        double e = path == ErrorPath::prospective ? v[l][i] + unit.tau_m[i] * dv : a;
        if (rule) e *= powers[l][i].gain(*rule);
        v[l][i] += task.dt * dv;
        g.error[l](n, i) = e;
        if (n < task.first) continue;
        const double du = velocity(trace[l], layer, n, i);
        g.tau_m[l][i] += task.dt * e * du;
        g.tau_r[l][i] -= task.dt * a * du;
        for (std::size_t j = 0; j < layer.w.cols; ++j) {
          g.w[l](i, j) -= task.dt * e * presynaptic(trace, task.input, schedule, l, n, j);
        }
      }
    }
  }
  return g;
}

double finite_difference(Chain chain, const Task& task, Schedule schedule,
                         const std::function<double&(Chain&)>& parameter, double step) {
  const double centre = parameter(chain);
  parameter(chain) = centre + step;
  const double above = cost(chain, task, schedule);
  parameter(chain) = centre - step;
  return (above - cost(chain, task, schedule)) / (2.0 * step);
}

std::vector<double> flatten(const std::vector<Matrix>& matrices) {
  std::vector<double> all;
  for (const Matrix& m : matrices) all.insert(all.end(), m.values.begin(), m.values.end());
  return all;
}

double norm(const std::vector<double>& a) {
  double sum = 0.0;
  for (double x : a) sum += x * x;
  return std::sqrt(sum);
}

double cosine(const std::vector<double>& a, const std::vector<double>& b) {
  require(a.size() == b.size(), "cosine of vectors of unequal length");
  require(norm(a) > 0.0 && norm(b) > 0.0, "cosine of a zero vector");
  double dot = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) dot += a[i] * b[i];
  return dot / (norm(a) * norm(b));
}

}  // namespace leadlag::oracle
