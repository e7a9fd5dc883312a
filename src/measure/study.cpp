// SPDX-License-Identifier: Apache-2.0
#include "measure/study.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "units/text.hpp"

namespace leadlag {
namespace {

std::vector<StudyRun::Point> mean_curve(const std::vector<const StudyRun*>& runs) {
  std::vector<StudyRun::Point> curve = runs.front()->curve;
  for (const StudyRun* r : runs) curve.resize(std::min(curve.size(), r->curve.size()));
  const double n = static_cast<double>(runs.size());
  for (std::size_t k = 0; k < curve.size(); ++k) {
    double accuracy = 0.0, time = 0.0, energy = 0.0;
    for (const StudyRun* r : runs) {
      accuracy += r->curve[k].accuracy, time += r->curve[k].time, energy += r->curve[k].energy;
    }
    curve[k] = {curve[k].sample, accuracy / n, time / n, energy / n};
  }
  return curve;
}

/// Why the accuracy is too low, as far as the learning curve tells.
std::string reason(const std::vector<const StudyRun*>& runs, const std::vector<StudyRun::Point>& curve) {
  for (const StudyRun* r : runs) {
    if (!r->diverged.empty()) return "diverged with seed " + std::to_string(r->seed) + ": " + r->diverged;
  }
  const std::size_t quarter = curve.size() / 4;
  if (quarter == 0) return "too few samples to say more";
  const auto mean = [&](std::size_t from, std::size_t to) {
    double sum = 0.0;
    for (std::size_t k = from; k < to; ++k) sum += curve[k].accuracy;
    return sum / static_cast<double>(to - from);
  };
  const double third = mean(curve.size() - 2 * quarter, curve.size() - quarter),
               last = mean(curve.size() - quarter, curve.size());
  constexpr double still_rising = 0.01;
  const std::string moved = " (" + percent(third) + " to " + percent(last) + " over the last half)";
  if (last - third > still_rising) return "the budget ends while the curve still rises" + moved;
  if (third - last > still_rising) return "the curve falls" + moved;
  return "the curve is flat" + moved;
}

StudyRow row_of(const std::vector<const StudyRun*>& runs, double converged) {
  StudyRow row{.system = runs.front()->system,
               .phases = runs.front()->phases,
               .seeds = runs.size(),
               .why = {},
               .half_width = {},
               .curve = mean_curve(runs)};
  const double n = static_cast<double>(runs.size());
  for (const StudyRun* r : runs) {
    row.mean += r->accuracy.value_or(0.0) / n;
    row.train_time += r->train_time / n, row.train_energy += r->train_energy / n;
    row.sample_energy +=
        r->train_energy / static_cast<double>(std::max<std::int64_t>(1, r->train_samples)) / n;
    const double tests = static_cast<double>(std::max<std::int64_t>(1, r->test_samples));
    row.inference_energy += r->test_energy / tests / n, row.inference_time += r->test_time / tests / n;
    row.host_energy += r->host_energy / n;
    row.area += r->area / n, row.power += r->power / n;
    row.worst_slack = r == runs.front() ? r->worst_slack : std::min(row.worst_slack, r->worst_slack);
  }
  double square = 0.0;
  for (const StudyRun* r : runs) square += std::pow(r->accuracy.value_or(0.0) - row.mean, 2);
  if (runs.size() > 1) row.deviation = std::sqrt(square / (n - 1.0));
  const bool finite =
      std::all_of(runs.begin(), runs.end(), [](const auto* r) { return r->diverged.empty(); });
  row.converged = finite && row.mean >= converged;
  if (!row.converged) row.why = reason(runs, row.curve);
  return row;
}

/// Welch's interval for the difference of two means, unequal variances.
std::optional<double> half_width(const StudyRow& a, const StudyRow& b) {
  if (a.seeds < 2 || b.seeds < 2) return {};
  const double na = static_cast<double>(a.seeds), nb = static_cast<double>(b.seeds);
  const double va = a.deviation * a.deviation / na, vb = b.deviation * b.deviation / nb;
  if (va + vb == 0.0) return 0.0;
  const double freedom = (va + vb) * (va + vb) / (va * va / (na - 1.0) + vb * vb / (nb - 1.0));
  return boost::math::quantile(boost::math::students_t(freedom), 0.975) * std::sqrt(va + vb);
}

}  // namespace

std::vector<StudyRow> compare_systems(const std::vector<StudyRun>& runs, double converged) {
  std::vector<std::vector<const StudyRun*>> groups;
  for (const StudyRun& r : runs) {
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& g) { return g.front()->system == r.system; });
    if (found == groups.end()) found = groups.emplace(found);
    found->push_back(&r);
  }
  std::vector<StudyRow> rows;
  for (const auto& group : groups) rows.push_back(row_of(group, converged));
  const auto best = std::max_element(rows.begin(), rows.end(),
                                     [](const auto& a, const auto& b) { return a.mean < b.mean; });
  for (StudyRow& row : rows) {
    row.behind = best->mean - row.mean;
    row.half_width = half_width(*best, row);
    row.within_spread = &row == &*best || (row.half_width && row.behind <= *row.half_width);
  }
  return rows;
}

}  // namespace leadlag
