// SPDX-License-Identifier: Apache-2.0
#include "measure/islands.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <numbers>

namespace leadlag {
namespace {

/// One island as a linear system: membrane u and pole p of each neuron, lag v and pole q of each error unit,
/// y of each filter.
///
///   tau_m du/dt = s - u      tau_p dp/dt = rho s + (1 - rho) u - p         s = W phi' p (or y) + gamma q
///   lag dv/dt = a - v        tau_p dq/dt = a / rho_e + (1 - 1/rho_e) v - q   a = phi' (W^T q - beta phi' p)
class LinearIsland {
 public:
  LinearIsland(const Design& design, const Die& die, const std::vector<std::size_t>& members)
      : design_(design), die_(die), wiring_(wire(design.learning.params.system, design.topology())) {
    first_.assign(design.arrays.size(), outside);
    for (const std::size_t a : members) {
      first_[a] = states_;
      states_ += per_unit(a) * design.arrays[a].size;
    }
  }
  std::size_t states() const { return states_; }

  double growth() const {
    const auto n = static_cast<Eigen::Index>(states_);
    Eigen::MatrixXd matrix(n, n);
    for (Eigen::Index k = 0; k < n; ++k) matrix.col(k) = slope(Eigen::VectorXd::Unit(n, k));
    return Eigen::EigenSolver<Eigen::MatrixXd>(matrix, false).eigenvalues().real().maxCoeff();
  }

 private:
  static constexpr std::size_t outside = static_cast<std::size_t>(-1);
  enum State : std::size_t { membrane, neuron_pole, error_lag, error_pole };

  bool inside(std::size_t array) const { return first_[array] != outside; }
  std::size_t per_unit(std::size_t a) const {
    if (design_.arrays[a].is_low_pass()) return 1;
    return wiring_.has_errors[a] ? 4 : 2;
  }
  Eigen::Index at(std::size_t a, std::size_t unit, State state) const {
    return static_cast<Eigen::Index>(first_[a] + per_unit(a) * unit +
                                     (per_unit(a) == 1 ? std::size_t{0} : state));
  }
  double steepest(std::size_t a) const { return max_slope(die_.neurons[a][0].activation); }
  double rate(const Eigen::VectorXd& x, std::size_t a, std::size_t unit) const {
    if (!inside(a)) return 0.0;
    if (design_.arrays[a].is_low_pass()) return x[at(a, unit, membrane)];
    return steepest(a) * x[at(a, unit, neuron_pole)];
  }
  double pole(Current bias) const { return parasitic_pole(design_.technology, bias).si; }

  Eigen::VectorXd slope(const Eigen::VectorXd& x) const {
    Eigen::VectorXd d = Eigen::VectorXd::Zero(x.size());
    for (std::size_t a = 0; a < first_.size(); ++a) {
      if (!inside(a)) continue;
      for (std::size_t i = 0; i < design_.arrays[a].size; ++i) {
        if (design_.arrays[a].is_low_pass()) {
          const Eigen::Index y = at(a, i, membrane);
          d[y] = (rate(x, design_.arrays[a].source, i) - x[y]) / die_.low_passes[a][i].tau_s.si;
        } else {
          add_neuron(x, a, i, d);
        }
      }
    }
    return d;
  }
  void add_neuron(const Eigen::VectorXd& x, std::size_t a, std::size_t i, Eigen::VectorXd& d) const {
    const ProspectiveNeuron::Params& n = die_.neurons[a][i];
    const bool learns = wiring_.has_errors[a];
    double s = learns ? n.nudging * x[at(a, i, error_pole)] : 0.0, back = 0.0;
    for (std::size_t c = 0; c < design_.crossbars.size(); ++c) {
      const std::size_t from = design_.crossbars[c].from, to = design_.crossbars[c].to;
      const std::size_t columns = design_.arrays[from].size;
      const auto& w = die_.weights[c];
      for (std::size_t j = 0; to == a && j < columns; ++j) s += w[i * columns + j] * rate(x, from, j);
      if (!learns || wiring_.back_to[c] != a || !inside(to)) continue;
      for (std::size_t k = 0; k < design_.arrays[to].size; ++k) {
        back += w[k * columns + i] * x[at(to, k, error_pole)];
      }
    }
    const Eigen::Index u = at(a, i, membrane), p = at(a, i, neuron_pole);
    const double rho = n.lead() / n.tau_m;
    d[u] = (s - x[u]) / n.tau_m.si;
    d[p] = (rho * s + (1.0 - rho) * x[u] - x[p]) / (pole(n.adder_bias) + n.tau_a.si);
    if (learns) add_error(x, a, i, back, d);
  }
  void add_error(const Eigen::VectorXd& x, std::size_t a, std::size_t i, double back,
                 Eigen::VectorXd& d) const {
    const ErrorPath path = design_.learning.params.errors;
    const ErrorUnit::Params& e = die_.error_units[a][i];
    const TargetUnit::Params& target = design_.blocks.target_unit;
    if (path == ErrorPath::output_only || path == ErrorPath::open) back = 0.0;
    if (a == design_.learning.output && path != ErrorPath::open) {
      // softmax's Jacobian has no eigenvalue above 1/2
      back -= target.beta * (target.loss == Loss::mse ? 1.0 : 0.5) * rate(x, a, i);
    }
    const double gated = steepest(a) * back;
    const Eigen::Index v = at(a, i, error_lag), q = at(a, i, error_pole);
    const double lead = e.tau_m / e.tau_r;
    const double out = path == ErrorPath::instantaneous ? gated : lead * gated + (1.0 - lead) * x[v];
    d[v] = (gated - x[v]) / e.tau_r.si;
    d[q] = (out - x[q]) / pole(e.adder_bias);
  }

  const Design& design_;
  const Die& die_;
  Wiring wiring_;
  std::vector<std::size_t> first_;
  std::size_t states_ = 0;
};

/// Follows the slowest way up from an array to an end of its island, and collects the arcs of both
/// directions.
class LongestWay {
 public:
  LongestWay(const Design& design, const std::vector<BlockGroup>& bill,
             const std::vector<std::size_t>& members)
      : design_(design),
        bill_(bill),
        members_(members),
        wiring_(wire(design.learning.params.system, design.topology())) {}

  std::vector<PathArc> find() {
    std::vector<PathArc> best;
    for (const std::size_t a : members_) {
      std::vector<PathArc> way = through(a);
      if (length(way) > length(best)) best = std::move(way);
    }
    return best;
  }
  static Time length(const std::vector<PathArc>& arcs) {
    Time sum{};
    for (const PathArc& a : arcs) sum += a.arc.settle;
    return sum;
  }

 private:
  bool member(std::size_t a) const {
    return std::find(members_.begin(), members_.end(), a) != members_.end();
  }
  void append(std::vector<PathArc>& way, const std::string& array, const std::string& block,
              const std::string& pin = {}) const {
    for (const BlockGroup& g : bill_) {
      if (g.array != array || g.sheet.block != block) continue;
      for (const Arc& arc : g.sheet.arcs) {
        if (pin.empty() || arc.from == pin) way.push_back({array, block, arc});
      }
    }
  }
  /// Into array `a` from below, itself, and on upwards; loops are walked once.
  std::vector<PathArc> through(std::size_t a) {
    on_way_.push_back(a);
    std::vector<PathArc> own;
    const std::string& name = design_.arrays[a].name;
    if (design_.arrays[a].is_low_pass()) {
      append(own, name, SynapticLowPass::stem);
    } else {
      append(own, name, SummingNode::stem);
      append(own, name, ProspectiveNeuron::stem);
      if (wiring_.has_errors[a]) append(own, name, ErrorUnit::stem), append(own, name, GainStage::stem);
      if (wiring_.has_target && a == design_.learning.output) append(own, name, TargetUnit::stem);
    }
    std::vector<PathArc> best;
    const auto consider = [&](std::vector<PathArc> link, std::size_t to) {
      if (!member(to) || std::find(on_way_.begin(), on_way_.end(), to) != on_way_.end()) return;
      const auto rest = through(to);
      link.insert(link.end(), rest.begin(), rest.end());
      if (length(link) > length(best)) best = std::move(link);
    };
    for (std::size_t c = 0; c < design_.crossbars.size(); ++c) {
      if (design_.crossbars[c].from != a) continue;
      std::vector<PathArc> link;
      append(link, design_.crossbars[c].name, Synapse::stem, "rate_i");
      if (wiring_.sends_back[c]) {
        append(link, design_.crossbars[c].name, Synapse::stem, "error_i");
        append(link, design_.arrays[wiring_.back_to[c]].name, "error_summing_node");
      }
      consider(std::move(link), design_.crossbars[c].to);
    }
    for (std::size_t k = 0; k < design_.arrays.size(); ++k) {
      if (design_.arrays[k].is_low_pass() && design_.arrays[k].source == a) consider({}, k);
    }
    own.insert(own.end(), best.begin(), best.end());
    on_way_.pop_back();
    return own;
  }

  const Design& design_;
  const std::vector<BlockGroup>& bill_;
  const std::vector<std::size_t>& members_;
  Wiring wiring_;
  std::vector<std::size_t> on_way_;
};

bool has_loops(const Design& design, const Die& die, const std::vector<std::size_t>& members) {
  std::vector<bool> member(design.arrays.size());
  for (const std::size_t a : members) member[a] = true;
  bool nudged = false;
  for (const std::size_t a : members) {
    for (const auto& n : die.neurons[a]) nudged = nudged || n.nudging != 0.0;
  }
  if (nudged && design.learning.params.system != System::none) return true;
  // Arrays that an array's rates reach; as many rounds as there are arrays close the relation.
  std::vector<std::vector<bool>> reaches(design.arrays.size(), std::vector<bool>(design.arrays.size()));
  const auto step = [&](std::size_t from, std::size_t to) {
    if (!member[from] || !member[to]) return;
    reaches[from][to] = true;
    for (std::size_t k = 0; k < member.size(); ++k) reaches[from][k] = reaches[from][k] || reaches[to][k];
  };
  for (std::size_t round = 0; round < members.size(); ++round) {
    for (const CrossbarDesign& c : design.crossbars) step(c.from, c.to);
    for (std::size_t a = 0; a < design.arrays.size(); ++a) {
      if (design.arrays[a].is_low_pass()) step(design.arrays[a].source, a);
    }
  }
  return std::any_of(members.begin(), members.end(), [&](std::size_t a) { return reaches[a][a]; });
}

}  // namespace

std::vector<IslandFigures> analyse_islands(const Design& design, const Die& die,
                                           const std::vector<BlockGroup>& bill) {
  std::vector<IslandFigures> figures;
  for (const auto& members : design.islands()) {
    IslandFigures f;
    f.arrays = members;
    Time fastest{};
    const auto note = [&](Time tau) {
      if (tau.si > 0.0 && (fastest.si == 0.0 || tau < fastest)) fastest = tau;
    };
    for (const std::size_t a : members) {
      f.name += (f.name.empty() ? "" : " + ") + design.arrays[a].name;
      for (const auto& n : die.neurons[a]) note(n.tau_m), note(n.tau_r), note(n.tau_a);
      for (const auto& p : die.low_passes[a]) note(p.tau_s);
    }
    f.arcs = LongestWay(design, bill, members).find();
    f.lag = LongestWay::length(f.arcs) / (std::numbers::ln2 * (design.chip.settle_bits + 1));
    f.fastest = fastest;
    f.loops = has_loops(design, die, members);
    const LinearIsland linear(design, die, members);
    f.states = linear.states();
    if (f.loops && f.states <= IslandFigures::most_states) f.growth = linear.growth();
    figures.push_back(std::move(f));
  }
  return figures;
}

}  // namespace leadlag
