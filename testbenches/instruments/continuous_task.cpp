// SPDX-License-Identifier: Apache-2.0
#include "instruments/continuous_task.hpp"

#include <algorithm>
#include <cmath>

#include "arrays/lane_bus.hpp"
#include "instruments/image_task.hpp"
#include "instruments/series_task.hpp"
#include "units/random.hpp"

namespace leadlag {
namespace {

constexpr std::int64_t curve_points = 100;

}  // namespace

Teacher::Teacher(std::vector<Layer> layers, Time tick, Input input, int ticks, Reconstruction reconstruction)
    : layers_(std::move(layers)),
      continuous_(input == Input::ramp),
      ramp_(reconstruction == Reconstruction::ramp),
      ticks_(ticks) {
  for (const Layer& layer : layers_) {
    auto& coefficients = coefficients_.emplace_back();
    for (std::size_t i = 0; i < layer.tau_m.size(); ++i) {
      coefficients.push_back(LeadLag::coefficients(layer.tau_m[i], layer.tau_r[i], tick, input));
    }
    states_.emplace_back(layer.tau_m.size());
    analog_.emplace_back(layer.tau_m.size());
    rates_.emplace_back(layer.tau_m.size());
  }
}

void Teacher::step(std::span<const double> x) {
  if (continuous_) return step_continuous(x);
  step_sampled(x);
}

void Teacher::step_sampled(std::span<const double> x) {
  std::vector<std::vector<double>> next = rates_;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const std::span<const double> below = l == 0 ? x : std::span<const double>(rates_[l - 1]);
    for (std::size_t i = 0; i < rates_[l].size(); ++i) {
      const double drive = layers_[l].drive(i, below);
      const double lead = LeadLag::output(coefficients_[l][i], states_[l][i], drive);
      double slope = 0.0;
      with_activation(layers_[l].activation, [&]<Activation A>() { activate<A>(lead, next[l][i], slope); });
      LeadLag::advance(coefficients_[l][i], states_[l][i], drive);
    }
  }
  rates_ = std::move(next);
}

void Teacher::settle(std::span<const double> x, Instant at) {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const std::span<const double> below = l == 0 ? x : std::span<const double>(rates_[l - 1]);
    for (std::size_t i = 0; i < rates_[l].size(); ++i) {
      const double lead =
          AnalogLeadLag::settle(coefficients_[l][i], analog_[l][i], layers_[l].drive(i, below), at);
      double slope = 0.0;
      with_activation(layers_[l].activation, [&]<Activation A>() { activate<A>(lead, rates_[l][i], slope); });
    }
  }
}

void Teacher::step_continuous(std::span<const double> x) {
  const auto each = [&](auto&& f) {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      for (std::size_t i = 0; i < rates_[l].size(); ++i) f(coefficients_[l][i], analog_[l][i]);
    }
  };
  std::vector<double> now(x.begin(), x.end());
  if (!started_) settle(x, Instant::after_jump);
  for (int tick = 1; started_ && tick <= ticks_; ++tick) {
    if (tick == 1 && !ramp_) settle(x, Instant::after_jump);
    each([](const auto& c, auto& s) { AnalogLeadLag::advance(c, s); });
    const double fraction = static_cast<double>(tick) / static_cast<double>(ticks_);
    for (std::size_t k = 0; ramp_ && k < now.size(); ++k)
      now[k] = last_x_[k] + fraction * (x[k] - last_x_[k]);
    settle(now, Instant::tick_end);
    each([](const auto& c, auto& s) { AnalogLeadLag::keep(c, s); });
  }
  started_ = true;
  last_x_.assign(x.begin(), x.end());
}

ContinuousTask::ContinuousTask(const Design& design)
    : design_(design),
      replicas_(static_cast<std::size_t>(design.chip.replicas)),
      lanes_(lanes_per_unit(replicas_)),
      dt_(design.chip.period() / design.chip.time_scale),
      continuous_(design.arrays[design.learning.output].is_continuous()),
      target_(design.outputs() * lanes_) {
  const Time unit = design.chip.time_scale;
  std::vector<Teacher::Layer> layers;
  if (design.task.params.kind == TaskKind::lag_line) {
    for (std::size_t l = 0; l < design.task.teacher_weights.size(); ++l) {
      layers.push_back({{design.task.teacher_weights[l]},
                        {design.task.teacher_tau_m[l]},
                        {design.task.teacher_tau_r},
                        Activation::softplus});
    }
    const Draws draws(static_cast<std::uint64_t>(design.chip.seed), "lag_line", "shift of the input");
    const auto half_period = static_cast<std::int64_t>(std::llround(2.0 / dt_));
    for (std::size_t b = 0; b < replicas_; ++b) {
      shifts_.push_back(static_cast<std::int64_t>(draws.below(b, static_cast<std::uint64_t>(half_period))));
    }
    // One period of the smoothed wave; Gaussian of 5 ticks, cut at 4 sigma.
    const int reach = 20;
    double sum = 0.0;
    for (int k = -reach; k <= reach; ++k) smoothing_.push_back(std::exp(-0.5 * (k / 5.0) * (k / 5.0)));
    for (const double w : smoothing_) sum += w;
    const std::int64_t period = 2 * half_period;
    for (std::int64_t n = 0; n < period; ++n) {
      double value = 0.0;
      for (int k = -reach; k <= reach; ++k) {
        const std::int64_t at = ((n + k) % period + period) % period;
        value += smoothing_[static_cast<std::size_t>(k + reach)] / sum * (at < half_period ? 1.0 : -1.0);
      }
      wave_.push_back(value);
    }
  } else if (design.task.params.kind == TaskKind::lag_net) {
    const std::vector<Time> slow{unit, unit}, lead{unit, 0.1 * unit};
    layers = {{{-0.5, 1.0}, slow, lead, Activation::tanh},
              {{0.5, 0.0, 0.0, 1.0}, slow, lead, Activation::tanh},
              {{0.5, 1.0}, {unit}, {unit}, Activation::linear}};
  }
  if (layers.empty()) return;
  const std::size_t output = design.learning.output;
  Reconstruction reconstruction = Reconstruction::hold;
  for (const ArrayDesign& array : design.arrays) {
    if (array.is_input()) reconstruction = std::get<0>(array.blocks)[0].reconstruction;
  }
  const int ticks = design.arrays[output].is_continuous() ? design.chip.ticks_per_clock : 1;
  teachers_.assign(replicas_,
                   Teacher(layers, design.tick(output), design.input(output), ticks, reconstruction));
}

double ContinuousTask::square_wave(std::int64_t n, std::size_t replica) const {
  const auto period = static_cast<std::int64_t>(wave_.size());
  return wave_[static_cast<std::size_t>(((n - shifts_[replica]) % period + period) % period)];
}

double ContinuousTask::tones(std::int64_t n) const {
  double x = 0.0;
  for (const double w : design_.task.frequencies) x += std::sin(w * dt_ * static_cast<double>(n));
  return x;
}

Frame ContinuousTask::drive(std::int64_t n, std::span<double> x, std::span<double> target) {
  const std::size_t inputs = design_.inputs(), outputs = design_.outputs();
  for (std::size_t b = 0; b < replicas_; ++b) {
    const double value = wave_.empty() ? tones(n) : square_wave(n, b);
    for (std::size_t i = 0; i < inputs; ++i) x[i * lanes_ + b] = value;
    // A chip without registers answers to this very input, and so must its teacher.
    if (!teachers_.empty() && continuous_) teachers_[b].step({&value, 1});
    for (std::size_t i = 0; i < outputs; ++i) {
      target[i * lanes_ + b] = teachers_.empty() ? 0.0 : teachers_[b].output()[i];
    }
    if (!teachers_.empty() && !continuous_) teachers_[b].step({&value, 1});
  }
  std::copy(target.begin(), target.end(), target_.begin());
  return {true, n >= design_.learning.params.start, true, false};
}

void ContinuousTask::observe(std::int64_t n, std::span<const double> value, std::span<const double>) {
  double squares = 0.0;
  for (std::size_t k = 0; k < value.size(); ++k) squares += (value[k] - target_[k]) * (value[k] - target_[k]);
  squares /= static_cast<double>(replicas_ * design_.outputs());
  squares_ += squares, ++count_;
  if (n >= cycles() - std::max<std::int64_t>(1, cycles() / 100)) late_squares_ += squares, ++late_count_;
  if (late_count_ > 0) results_.final_mse = late_squares_ / static_cast<double>(late_count_);
  if ((n + 1) * curve_points / cycles() > next_point_) {
    next_point_ = (n + 1) * curve_points / cycles();
    results_.curve.push_back({n + 1, 0, squares_ / static_cast<double>(count_), {}});
    squares_ = 0.0, count_ = 0;
  }
}

std::unique_ptr<Task> make_task(const Design& design) {
  if (design.task.params.kind == TaskKind::idx_images) return std::make_unique<ImageTask>(design);
  if (design.task.params.kind == TaskKind::series) return std::make_unique<SeriesTask>(design);
  return std::make_unique<ContinuousTask>(design);
}

}  // namespace leadlag
